CREATE TABLE "dataset_merge" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dataset_merge_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"dataset_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"from_dataset_id" bigint NOT NULL,
	"from_version" integer NOT NULL,
	"equal" boolean NOT NULL,
	"undone_in" integer,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "version_tag" (
	"dataset_id" bigint NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "version_tag_dataset_id_name_pk" PRIMARY KEY("dataset_id","name")
);
--> statement-breakpoint
ALTER TABLE "dataset_merge" ADD CONSTRAINT "dataset_merge_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_merge" ADD CONSTRAINT "dataset_merge_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_merge" ADD CONSTRAINT "dataset_merge_from_dataset_id_dataset_id_fk" FOREIGN KEY ("from_dataset_id") REFERENCES "public"."dataset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "version_tag" ADD CONSTRAINT "version_tag_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dataset_merge_into" ON "dataset_merge" USING btree ("dataset_id","version");--> statement-breakpoint
CREATE INDEX "dataset_merge_from" ON "dataset_merge" USING btree ("from_dataset_id");
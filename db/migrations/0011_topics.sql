CREATE TABLE "topic" (
	"map_id" bigint NOT NULL,
	"number" smallint NOT NULL,
	"title" text NOT NULL,
	"words" jsonb NOT NULL,
	"size" integer NOT NULL,
	"x" real NOT NULL,
	"y" real NOT NULL,
	CONSTRAINT "topic_map_id_number_pk" PRIMARY KEY("map_id","number")
);
--> statement-breakpoint
CREATE TABLE "topic_map" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "topic_map_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"dataset_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"run_id" bigint NOT NULL,
	"method" text NOT NULL,
	"filter" jsonb NOT NULL,
	"parent_id" bigint,
	"settings" jsonb NOT NULL,
	"facts" jsonb NOT NULL,
	"rows" integer NOT NULL,
	"topics" integer NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "topic_place" (
	"map_id" bigint NOT NULL,
	"conversation_id" bigint NOT NULL,
	"topic" smallint NOT NULL,
	"x" real NOT NULL,
	"y" real NOT NULL,
	CONSTRAINT "topic_place_map_id_conversation_id_pk" PRIMARY KEY("map_id","conversation_id")
);
--> statement-breakpoint
ALTER TABLE "topic" ADD CONSTRAINT "topic_map_id_topic_map_id_fk" FOREIGN KEY ("map_id") REFERENCES "public"."topic_map"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "topic_map" ADD CONSTRAINT "topic_map_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "topic_map" ADD CONSTRAINT "topic_map_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "topic_place" ADD CONSTRAINT "topic_place_map_id_topic_map_id_fk" FOREIGN KEY ("map_id") REFERENCES "public"."topic_map"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "topic_place" ADD CONSTRAINT "topic_place_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "topic_map_dataset" ON "topic_map" USING btree ("dataset_id","id");
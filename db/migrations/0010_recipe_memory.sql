CREATE TABLE "recipe_known" (
	"memory_id" bigint NOT NULL,
	"conversation_id" bigint NOT NULL,
	"keys" text[],
	CONSTRAINT "recipe_known_memory_id_conversation_id_pk" PRIMARY KEY("memory_id","conversation_id")
);
--> statement-breakpoint
CREATE TABLE "recipe_memory" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "recipe_memory_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"digest" text NOT NULL,
	"used_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "fruitless" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "done_at_end" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "recipe_known" ADD CONSTRAINT "recipe_known_memory_id_recipe_memory_id_fk" FOREIGN KEY ("memory_id") REFERENCES "public"."recipe_memory"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recipe_memory" ADD CONSTRAINT "recipe_memory_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "recipe_memory_digest" ON "recipe_memory" USING btree ("project_id","digest");
CREATE TABLE "recipe_revision" (
	"recipe_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"steps" jsonb NOT NULL,
	"digest" text NOT NULL,
	"restored_from" integer,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recipe_revision_recipe_id_number_pk" PRIMARY KEY("recipe_id","number")
);
--> statement-breakpoint
CREATE TABLE "saved_view" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "saved_view_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"dataset_id" bigint NOT NULL,
	"name" text NOT NULL,
	"filter" jsonb NOT NULL,
	"sort" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_by" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "recipe_revision" ADD CONSTRAINT "recipe_revision_recipe_id_recipe_id_fk" FOREIGN KEY ("recipe_id") REFERENCES "public"."recipe"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_view" ADD CONSTRAINT "saved_view_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "saved_view_name" ON "saved_view" USING btree ("dataset_id","name");--> statement-breakpoint
-- What a recipe is today becomes its first revision, and the runs that had these very steps name it.
INSERT INTO "recipe_revision" ("recipe_id", "number", "steps", "digest", "created_by", "created_at")
  SELECT "id", 1, "steps", "digest", "created_by", "updated_at" FROM "recipe";--> statement-breakpoint
UPDATE "run" SET "input" = "run"."input" || jsonb_build_object('recipeId', "recipe"."id", 'revision', 1)
  FROM "recipe" WHERE "run"."kind" = 'recipe' AND "recipe"."project_id" = "run"."project_id"
    AND "run"."input"->>'recipe' = "recipe"."name" AND "run"."input"->>'digest' = "recipe"."digest";--> statement-breakpoint
UPDATE "recipe" SET "revision" = 1;--> statement-breakpoint
CREATE TRIGGER "recipe_revision_no_change" BEFORE UPDATE ON "recipe_revision"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
ALTER TABLE "recipe" DROP COLUMN "steps";--> statement-breakpoint
ALTER TABLE "recipe" DROP COLUMN "digest";
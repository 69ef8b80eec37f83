ALTER TABLE "recipe_row" ADD COLUMN "kept_id" bigint;--> statement-breakpoint
ALTER TABLE "recipe_row" ADD COLUMN "similarity" real;--> statement-breakpoint
CREATE INDEX "recipe_row_kept" ON "recipe_row" USING btree ("run_id","kept_id","conversation_id") WHERE "recipe_row"."kept_id" is not null;
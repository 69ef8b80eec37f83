-- Words are looked up in the sidecar index; the index over search_text took longer to write than all the rest.
DROP INDEX "conversation_search";
--> statement-breakpoint
-- Pages go by conversation id (membership_live).
DROP INDEX "membership_head";
--> statement-breakpoint
CREATE TABLE "index_change" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "index_change_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"conversation_id" bigint NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "conversation" ALTER COLUMN "body" SET DATA TYPE json USING "body"::text::json;--> statement-breakpoint
CREATE INDEX "index_change_project" ON "index_change" USING btree ("project_id","xid");--> statement-breakpoint
CREATE INDEX "membership_ended" ON "membership" USING btree ("dataset_id","removed_in") WHERE removed_in is not null;--> statement-breakpoint
ALTER TABLE "conversation" DROP COLUMN "search_text";
--> statement-breakpoint
-- lz4 packs several times faster than pglz; a server built without it keeps its own way.
DO $$
BEGIN
  ALTER TABLE "conversation" ALTER COLUMN "body" SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
  RAISE NOTICE 'this server has no lz4';
END $$;
--> statement-breakpoint
-- Labels, findings and languages change without a version: whoever keeps a copy of them reads here what changed.
CREATE FUNCTION "note_index_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'label_item' THEN
    INSERT INTO "index_change" ("project_id", "conversation_id")
      SELECT DISTINCT t."project_id", c."conversation_id" FROM changed c JOIN "label_task" t ON t."id" = c."task_id"
      WHERE c."conversation_id" IS NOT NULL;
  ELSE
    INSERT INTO "index_change" ("project_id", "conversation_id")
      SELECT DISTINCT c."project_id", c."conversation_id" FROM changed c WHERE c."conversation_id" IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "note_conversation_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "index_change" ("project_id", "conversation_id") VALUES (NEW."project_id", NEW."id");
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "conversation_noted" AFTER UPDATE OF "lang", "erased_at" ON "conversation" FOR EACH ROW
  WHEN (OLD."lang" IS DISTINCT FROM NEW."lang" OR OLD."erased_at" IS DISTINCT FROM NEW."erased_at")
  EXECUTE FUNCTION "note_conversation_change"();
--> statement-breakpoint
CREATE TRIGGER "finding_insert_noted" AFTER INSERT ON "finding" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "finding_update_noted" AFTER UPDATE ON "finding" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "finding_delete_noted" AFTER DELETE ON "finding" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "label_insert_noted" AFTER INSERT ON "label" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "label_update_noted" AFTER UPDATE ON "label" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "label_delete_noted" AFTER DELETE ON "label" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "label_item_insert_noted" AFTER INSERT ON "label_item" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "label_item_update_noted" AFTER UPDATE ON "label_item" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();
--> statement-breakpoint
CREATE TRIGGER "label_item_delete_noted" AFTER DELETE ON "label_item" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "note_index_change"();

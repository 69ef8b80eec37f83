DROP INDEX "conversation_root";--> statement-breakpoint
CREATE INDEX "conversation_made" ON "conversation" USING btree ("id","root_id") WHERE root_id is not null;--> statement-breakpoint
CREATE INDEX "conversation_root" ON "conversation" USING btree ("root_id") WHERE root_id is not null;
CREATE TABLE "embedding" (
	"model_version_id" bigint NOT NULL,
	"conversation_id" bigint NOT NULL,
	"vector" "bytea" NOT NULL,
	CONSTRAINT "embedding_model_version_id_conversation_id_pk" PRIMARY KEY("model_version_id","conversation_id")
);
--> statement-breakpoint
ALTER TABLE "embedding" ADD CONSTRAINT "embedding_model_version_id_model_version_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "embedding" ADD CONSTRAINT "embedding_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "embedding_conversation" ON "embedding" USING btree ("conversation_id");
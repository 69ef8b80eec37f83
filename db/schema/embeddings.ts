import { customType, index, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { ref } from "./columns.ts";
import { conversation } from "./datasets.ts";
import { modelVersion } from "./models.ts";

const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/**
 * The vector of a conversation by one embedding model version: what its people wrote, up to the model's longest text.
 * Vectors of two versions are never compared. The project is the conversation's.
 */
export const embedding = pgTable(
  "embedding",
  {
    modelVersionId: ref()
      .notNull()
      .references(() => modelVersion.id),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    /** Length 1, half precision (lib/core/vector-bytes.ts). */
    vector: bytea().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.modelVersionId, t.conversationId] }),
    // For erasing, and to see which versions know a conversation.
    index("embedding_conversation").on(t.conversationId),
  ],
);

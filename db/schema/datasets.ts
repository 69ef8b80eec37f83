import { sql } from "drizzle-orm";
import {
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import type { SnapshotLeaks } from "../../lib/core/snapshot-leaks.ts";
import { project } from "./access.ts";
import { at, createdAt, id, ref, xid8 } from "./columns.ts";

/** A text that exists once a project. `body` is null after an erase; the row stays as a tombstone. */
export const conversation = pgTable(
  "conversation",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    hash: text().notNull(),
    /** The first ancestor through edits; itself when never edited. Decides the split side. */
    rootId: ref(),
    derivedFrom: ref(),
    kind: text().notNull(),
    /** Kept as it was written (`json`, not `jsonb`): no part of it is ever asked for by a query. */
    body: json().$type<ConversationBody>(),
    turns: integer().notNull(),
    messages: integer().notNull(),
    characters: integer().notNull(),
    tokens: integer().notNull(),
    lang: text(),
    roles: text().array().notNull(),
    preview: text().notNull(),
    /** Key of the normalised text, for near-equal duplicates. */
    normalHash: text(),
    createdAt: createdAt(),
    erasedAt: at(),
  },
  (t) => [
    uniqueIndex("conversation_hash").on(t.projectId, t.hash),
    // Only texts made of others have a root; the second index answers for a text whether it has one.
    index("conversation_root").on(t.rootId).where(sql`root_id is not null`),
    index("conversation_made").on(t.id, t.rootId).where(sql`root_id is not null`),
    index("conversation_erased").on(t.projectId).where(sql`erased_at is not null`),
  ],
);

export const dataset = pgTable(
  "dataset",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    name: text().notNull(),
    description: text().notNull().default(""),
    headVersion: integer().notNull().default(0),
    /** Live rows at the head, kept with it in one transaction. */
    headCount: integer().notNull().default(0),
    forkedFrom: ref(),
    forkedVersion: integer(),
    createdBy: text(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    deletedAt: at(),
  },
  (t) => [uniqueIndex("dataset_name").on(t.projectId, t.name).where(sql`deleted_at is null`)],
);

export const datasetVersion = pgTable(
  "dataset_version",
  {
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    number: integer().notNull(),
    /** import, edit, tag, remove, recipe, restore, undo, fork, merge, erase, feedback, compare */
    act: text().notNull(),
    summary: text().notNull(),
    runId: ref(),
    added: integer().notNull(),
    removed: integer().notNull(),
    total: integer().notNull(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.datasetId, t.number] })],
);

/** A conversation stands in a dataset from version `addedIn` until before `removedIn`. */
export const membership = pgTable(
  "membership",
  {
    id: id(),
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    addedIn: integer().notNull(),
    removedIn: integer(),
    tags: text().array().notNull().default(sql`'{}'::text[]`),
  },
  (t) => [
    uniqueIndex("membership_live").on(t.datasetId, t.conversationId).where(sql`removed_in is null`),
    index("membership_dataset").on(t.datasetId, t.addedIn),
    index("membership_ended").on(t.datasetId, t.removedIn).where(sql`removed_in is not null`),
    index("membership_conversation").on(t.conversationId),
  ],
);

/**
 * Conversations whose labels or findings changed: written by triggers (migration 0005), read by the sidecar index.
 * A reader goes by `xid` and stops below the oldest transaction that still runs, so nothing that commits late is missed.
 */
export const indexChange = pgTable(
  "index_change",
  {
    id: id(),
    projectId: ref().notNull(),
    conversationId: ref().notNull(),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    createdAt: createdAt(),
  },
  (t) => [index("index_change_project").on(t.projectId, t.xid)],
);

/** A file that came in, kept by its digest in the store. */
export const source = pgTable(
  "source",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    digest: text().notNull(),
    fileName: text().notNull(),
    bytes: ref().notNull(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("source_digest").on(t.projectId, t.digest)],
);

/** Where and when a conversation was seen. Re-import of the same bytes meets the unique index. */
export const occurrence = pgTable(
  "occurrence",
  {
    id: id(),
    projectId: ref().notNull(),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    sourceId: ref()
      .notNull()
      .references(() => source.id),
    runId: ref(),
    /** Digest of format and column mapping: the same bytes read in another way are other records. */
    reading: text().notNull(),
    recordNumber: integer().notNull(),
    /** Several conversations may stand in one record. */
    part: smallint().notNull().default(0),
    speakers: jsonb().$type<Record<string, string>>(),
    time: at(),
    metadata: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    uniqueIndex("occurrence_record").on(t.sourceId, t.reading, t.recordNumber, t.part),
    index("occurrence_conversation").on(t.conversationId),
  ],
);

/** Records that an import could not take, with the reason; downloadable. */
export const importError = pgTable(
  "import_error",
  {
    runId: ref().notNull(),
    recordNumber: integer().notNull(),
    line: integer(),
    reason: text().notNull(),
    excerpt: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.recordNumber] })],
);

/** What a check saw in a text: immutable. Offsets count UTF-16 units of the message's text. */
export const finding = pgTable(
  "finding",
  {
    id: id(),
    projectId: ref().notNull(),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    nodeHash: text().notNull(),
    check: text().notNull(),
    kind: text().notNull(),
    start: integer().notNull(),
    end: integer().notNull(),
    confidence: integer().notNull().default(100),
    detector: text().notNull(),
    runId: ref(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("finding_span").on(t.conversationId, t.nodeHash, t.check, t.kind, t.start, t.end),
    index("finding_project_kind").on(t.projectId, t.kind),
  ],
);

/** What people decided about a finding in a dataset; the newest row is current. */
export const triage = pgTable(
  "triage",
  {
    id: id(),
    projectId: ref().notNull(),
    datasetId: ref(),
    /** `finding:<id>` or `score:<id>` */
    subject: text().notNull(),
    state: text().notNull(),
    owner: text(),
    reason: text().notNull().default(""),
    createdBy: text().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("triage_subject").on(t.projectId, t.subject, t.id)],
);

/**
 * What a recipe run did to one row. Staged while the run works, so that its one version is made in one statement and
 * a new attempt goes on; rows that changed or went stay as the report's evidence.
 */
export const recipeRow = pgTable(
  "recipe_row",
  {
    runId: ref().notNull(),
    conversationId: ref().notNull(),
    /** The text after: itself when unchanged, null when it was dropped. */
    resultId: ref(),
    /** The step that dropped it, and its word why. */
    step: smallint(),
    reason: text(),
    /** Keys of the duplicate steps, in their order: the set of texts seen so far. */
    keys: text().array(),
    /** The conversation that stays in the place of a near-duplicate, and how alike the two are (0 to 1). */
    keptId: ref(),
    similarity: real(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.conversationId] }),
    index("recipe_row_kept")
      .on(t.runId, t.keptId, t.conversationId)
      .where(sql`${t.keptId} is not null`),
  ],
);

/** Version + filter + split + seed, frozen. */
export const snapshot = pgTable(
  "snapshot",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    version: integer().notNull(),
    name: text().notNull(),
    filter: jsonb().$type<Record<string, unknown>>().notNull(),
    /** Shares in percent. */
    split: jsonb().$type<{ train: number; validation: number; test: number }>().notNull(),
    seed: integer().notNull(),
    counts: jsonb().$type<{ train: number; validation: number; test: number }>().notNull(),
    /** SHA-256 over the sorted (hash, side) lines: equal content, equal digest. */
    digest: text().notNull(),
    /** Training rows that repeat a test side or a suite; null where nobody looked. */
    leaks: jsonb().$type<SnapshotLeaks>(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("snapshot_name").on(t.projectId, t.name)],
);

export const snapshotItem = pgTable(
  "snapshot_item",
  {
    snapshotId: ref()
      .notNull()
      .references(() => snapshot.id),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    side: text().notNull(),
    /** The smallest root of the group that must stay on one side. */
    groupRoot: ref().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.snapshotId, t.conversationId] }),
    index("snapshot_item_conversation").on(t.conversationId),
  ],
);

import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { project } from "./access.ts";
import { at, createdAt, id, ref } from "./columns.ts";

export const model = pgTable(
  "model",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    name: text().notNull(),
    description: text().notNull().default(""),
    createdBy: text(),
    createdAt: createdAt(),
    deletedAt: at(),
  },
  (t) => [uniqueIndex("model_name").on(t.projectId, t.name).where(sql`deleted_at is null`)],
);

/** Another OpenAI-compatible server. The key is sealed and bound to `host`. */
export const upstream = pgTable(
  "upstream",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    name: text().notNull(),
    baseUrl: text().notNull(),
    host: text().notNull(),
    sealedKey: text(),
    capabilities: jsonb().$type<Record<string, unknown>>(),
    probedAt: at(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("upstream_name").on(t.projectId, t.name)],
);

/** An immutable artefact by digest (or a named model of an upstream), with all it was made from. */
export const modelVersion = pgTable(
  "model_version",
  {
    id: id(),
    projectId: ref().notNull(),
    modelId: ref()
      .notNull()
      .references(() => model.id),
    number: integer().notNull(),
    engine: text().notNull(),
    artefactDigest: text(),
    upstreamId: ref().references(() => upstream.id),
    upstreamModel: text(),
    /** pretrain, sft-full, sft-lora, imported, upstream */
    method: text().notNull(),
    parentId: ref(),
    runId: ref(),
    snapshotId: ref(),
    templateDigest: text(),
    tokenizerDigest: text(),
    trainerLock: text(),
    seed: integer(),
    flops: doublePrecision(),
    parameters: ref(),
    contextLength: integer(),
    dtype: text().notNull().default("fp32"),
    /** Whether it writes text that a deployment may serve: an embedding model (`facts.embedding`) does not. */
    servable: boolean().notNull().default(true),
    /** Figures of the training result; the card is rendered from them. */
    facts: jsonb().$type<Record<string, unknown>>().notNull(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("model_version_number").on(t.modelId, t.number),
    index("model_version_project").on(t.projectId, t.id),
    index("model_version_digest").on(t.artefactDigest),
  ],
);

import { integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { project } from "./access.ts";
import { createdAt, id, ref } from "./columns.ts";
import { dataset } from "./datasets.ts";

/** A named filter, search and order over the rows of a dataset, for everybody in the project. */
export const savedView = pgTable(
  "saved_view",
  {
    id: id(),
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    name: text().notNull(),
    filter: jsonb().$type<Record<string, unknown>>().notNull(),
    sort: jsonb().$type<{ by: string; descending: boolean }>().notNull(),
    /** Rises with every change; who changes it names the one that was read. */
    revision: integer().notNull().default(1),
    createdBy: text(),
    createdAt: createdAt(),
    updatedBy: text(),
    updatedAt: createdAt(),
  },
  (t) => [uniqueIndex("saved_view_name").on(t.datasetId, t.name)],
);

/** A name for ordered cleaning steps; the steps stand in its revisions. */
export const recipe = pgTable(
  "recipe",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    name: text().notNull(),
    /** The newest revision. */
    revision: integer().notNull().default(1),
    createdBy: text(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
  },
  (t) => [uniqueIndex("recipe_name").on(t.projectId, t.name)],
);

/** What a recipe was when it was saved: never changed, gone with its recipe only. */
export const recipeRevision = pgTable(
  "recipe_revision",
  {
    recipeId: ref()
      .notNull()
      .references(() => recipe.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    steps: jsonb().$type<{ step: string; params: Record<string, unknown> }[]>().notNull(),
    /** SHA-256 over steps, their versions and parameters. */
    digest: text().notNull(),
    /** The revision whose steps it took again. */
    restoredFrom: integer(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.recipeId, t.number] })],
);

/** What is known about rows under one recipe, whichever revision or name it has: its digest says what it does. */
export const recipeMemory = pgTable(
  "recipe_memory",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    digest: text().notNull(),
    usedAt: createdAt(),
  },
  (t) => [uniqueIndex("recipe_memory_digest").on(t.projectId, t.digest)],
);

/** Rows that come out of a recipe as they went in: it need not read them again. */
export const recipeKnown = pgTable(
  "recipe_known",
  {
    memoryId: ref()
      .notNull()
      .references(() => recipeMemory.id, { onDelete: "cascade" }),
    conversationId: ref().notNull(),
    /** Keys of the duplicate steps, in their order; null without such a step. */
    keys: text().array(),
  },
  (t) => [primaryKey({ columns: [t.memoryId, t.conversationId] })],
);

import { boolean, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { project } from "./access.ts";
import { createdAt, id, ref } from "./columns.ts";
import { dataset } from "./datasets.ts";

/** A name on one version of a dataset. It stays there until somebody moves it. */
export const versionTag = pgTable(
  "version_tag",
  {
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    name: text().notNull(),
    version: integer().notNull(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.datasetId, t.name] })],
);

/**
 * What was merged between a fork and its origin, in either direction: version `version` of a dataset holds what the
 * other one held at `fromVersion`. The latest one that was not undone is the base of the next merge.
 */
export const datasetMerge = pgTable(
  "dataset_merge",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    version: integer().notNull(),
    fromDatasetId: ref()
      .notNull()
      .references(() => dataset.id),
    fromVersion: integer().notNull(),
    /** Both versions hold the same rows: a later merge looks at changes since these only. */
    equal: boolean().notNull(),
    /** The version of the dataset that took the merge back. */
    undoneIn: integer(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [
    index("dataset_merge_into").on(t.datasetId, t.version),
    index("dataset_merge_from").on(t.fromDatasetId),
  ],
);

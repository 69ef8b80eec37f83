import {
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { project } from "./access.ts";
import { createdAt, id, ref } from "./columns.ts";
import { conversation, dataset } from "./datasets.ts";

/** What a run found over the rows of one version: topics, and a place for each row. Never changed. */
export const topicMap = pgTable(
  "topic_map",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    datasetId: ref()
      .notNull()
      .references(() => dataset.id),
    version: integer().notNull(),
    runId: ref().notNull(),
    /** How texts were compared: `lexical`, by their words. */
    method: text().notNull(),
    /** Which rows of the version. */
    filter: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The map of which these rows are a part. */
    parentId: ref(),
    /** As they were given; with the same rows they give the same map. */
    settings: jsonb().$type<{ topics: number | "auto"; seed: number }>().notNull(),
    /** What the method says of itself. */
    facts: jsonb()
      .$type<{ sampled: number; vocabulary: number; silhouette: number | null }>()
      .notNull(),
    rows: integer().notNull(),
    topics: integer().notNull(),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (t) => [index("topic_map_dataset").on(t.datasetId, t.id)],
);

/** A group of conversations of one map; number 0 are those that are too short to place. */
export const topic = pgTable(
  "topic",
  {
    mapId: ref()
      .notNull()
      .references(() => topicMap.id, { onDelete: "cascade" }),
    number: smallint().notNull(),
    title: text().notNull(),
    /** Share of the topic's texts that have the word, and how many times as frequent as in all. */
    words: jsonb().$type<{ word: string; share: number; lift: number }[]>().notNull(),
    size: integer().notNull(),
    x: real().notNull(),
    y: real().notNull(),
  },
  (t) => [primaryKey({ columns: [t.mapId, t.number] })],
);

/** Where a conversation stands on a map. No index but the key: whoever asks for an area or a topic reads one map. */
export const topicPlace = pgTable(
  "topic_place",
  {
    mapId: ref()
      .notNull()
      .references(() => topicMap.id, { onDelete: "cascade" }),
    conversationId: ref()
      .notNull()
      .references(() => conversation.id),
    topic: smallint().notNull(),
    x: real().notNull(),
    y: real().notNull(),
  },
  (t) => [primaryKey({ columns: [t.mapId, t.conversationId] })],
);

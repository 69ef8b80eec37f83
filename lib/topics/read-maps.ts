import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-filter.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import {
  deleteTopicMap,
  listTopicMaps,
  listTopics,
  requireTopicMap,
  type TopicMapRow,
} from "#db/queries/topic-maps.ts";
import { countTopics, countUnmapped, listPoints } from "#db/queries/topic-places.ts";
import { newestRunOf } from "#db/queries/topic-runs.ts";
import {
  type DatasetFilter,
  datasetFilterSchema,
  datasetRefSchema,
  idSchema,
  slugSchema,
} from "../core/dataset-filter.ts";
import { older } from "../datasets/list-rows.ts";
import { defineOperation } from "../operation.ts";

/** Older maps are not looked at any more; they stay until they are removed. */
const shownMaps = 100;

/** Points that a plot can show and a page can hold: about 400 kB. */
const mostPoints = 20_000;

const settingsOutput = z.object({
  topics: z.union([z.literal("auto"), z.number()]),
  seed: z.number(),
});

const mapOutput = z.object({
  id: z.number(),
  version: z.number(),
  /** How texts were compared: `lexical`, by their words. */
  method: z.string(),
  filter: datasetFilterSchema,
  /** The map of which these rows are a part. */
  parent: z.number().nullable(),
  settings: settingsOutput,
  rows: z.number(),
  topics: z.number(),
  createdBy: z.string(),
  createdAt: z.string(),
});

/** A stored filter that an older Assay wrote may have a field that is gone: the map stands, and its rows are not named. */
const storedFilter = datasetFilterSchema.catch({});

const mapView = (row: TopicMapRow) => ({
  ...{ id: row.id, version: row.version, method: row.method, parent: row.parentId },
  ...{ settings: row.settings, rows: row.rows, topics: row.topics },
  filter: storedFilter.parse(row.filter),
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
});

const dataset = { project: slugSchema, dataset: datasetRefSchema };
const oneMap = { ...dataset, map: idSchema };
const shown = {
  ...oneMap,
  /** An older version; the newest when absent. */
  version: z.coerce.number().int().min(0).optional(),
  filter: datasetFilterSchema.default({}).meta({ description: "Which rows; all when empty" }),
};

/** Maps of a dataset, the newest first. */
export const listMaps = defineOperation({
  name: "topics.maps",
  summary: "Maps of the topics of a dataset, the newest first",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/topic-maps",
  input: z.strictObject(dataset),
  output: z.object({
    maps: z.array(mapOutput),
    /** The dataset's newest version: a map of an older one may lack rows. */
    version: z.number(),
    /** The newest run that makes a map, or failed to, since the newest map; null when there is none. */
    run: z.number().nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, input) => {
    const found = await requireDataset(handle, input.dataset);
    const maps = await listTopicMaps(handle, found.id, shownMaps);
    const run = await newestRunOf(handle, found.id);
    return { maps: maps.map(mapView), version: found.headVersion, run };
  },
});

type Shown = {
  dataset: number | string;
  map: number;
  version?: number | undefined;
  filter: DatasetFilter;
};

async function openMap(handle: ProjectHandle, input: Shown) {
  const found = await requireDataset(handle, input.dataset);
  const map = await requireTopicMap(handle, found.id, input.map);
  const version = older(input.version, found.headVersion);
  const view: View = { datasetId: found.id, version, filter: input.filter };
  return { map, view };
}

/** The topics of a map, with their exact sizes among the rows of a version and a filter. */
export const showMap = defineOperation({
  name: "topics.show",
  summary:
    "Topics of a map: titles, words and exact sizes among the rows of a version and a filter",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/topic-maps/{map}",
  input: z.strictObject(shown),
  output: z.object({
    map: mapOutput,
    topics: z.array(
      z.object({
        number: z.number(),
        title: z.string(),
        words: z.array(z.object({ word: z.string(), share: z.number(), lift: z.number() })),
        /** Rows when the map was made. */
        mapped: z.number(),
        /** Rows of the version that the filter takes. */
        size: z.number(),
        x: z.number(),
        y: z.number(),
      }),
    ),
    /** Sum of the sizes. */
    total: z.number(),
    /** Rows of the version that the map's own filter takes and that have no place on it: they came, or changed, later. */
    missing: z.number(),
    /** Maps of which this one is a part, the whole dataset's first. */
    trail: z.array(z.object({ map: z.number(), titles: z.array(z.string()), area: z.boolean() })),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset", "map"],
  run: async ({ handle }, input) => {
    const { map, view } = await openMap(handle, input);
    const [topics, sizes, missing, trail] = await Promise.all([
      listTopics(handle, map.id),
      countTopics(handle, view, map.id),
      countUnmapped(handle, { ...view, filter: storedFilter.parse(map.filter) }, map.id),
      trailOf(handle, map),
    ]);
    return {
      map: mapView(map),
      topics: topics.map(({ size, ...topic }) => ({
        ...topic,
        mapped: size,
        size: sizes.get(topic.number) ?? 0,
      })),
      total: [...sizes.values()].reduce((sum, size) => sum + size, 0),
      ...{ missing, trail },
    };
  },
});

/** Titles of a map's topics, for whoever names them; counts nothing. */
export const listTitles = defineOperation({
  name: "topics.titles",
  summary: "Titles of the topics of a map",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/topic-maps/{map}/titles",
  input: z.strictObject(oneMap),
  output: z.object({ topics: z.array(z.object({ number: z.number(), title: z.string() })) }),
  allow: { project: "dataset.read" },
  positionals: ["dataset", "map"],
  run: async ({ handle }, input) => {
    const found = await requireDataset(handle, input.dataset);
    const map = await requireTopicMap(handle, found.id, input.map);
    const topics = await listTopics(handle, map.id);
    return { topics: topics.map(({ number, title }) => ({ number, title })) };
  },
});

/** Maps in maps are followed so far up. */
const longestTrail = 10;

/** From the outermost map to the one before this: what of each was mapped again. */
async function trailOf(handle: ProjectHandle, map: TopicMapRow) {
  const trail: { map: number; titles: string[]; area: boolean }[] = [];
  let part = storedFilter.parse(map.filter).map;
  while (part && trail.length < longestTrail) {
    const { id, topics: chosen, area } = part;
    const parent = await requireTopicMap(handle, map.datasetId, id).catch(() => undefined);
    if (!parent) break;
    const topics = chosen ? await listTopics(handle, id) : [];
    trail.unshift({
      map: id,
      titles: topics.filter(({ number }) => chosen?.includes(number)).map(({ title }) => title),
      area: area !== undefined,
    });
    part = storedFilter.parse(parent.filter).map;
  }
  return trail;
}

/** Places for a plot: compact arrays, one entry a point in each. */
export const listMapPoints = defineOperation({
  name: "topics.points",
  summary:
    "Places of rows on a map of topics: all, or the same share of each topic when they are many",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/topic-maps/{map}/points",
  input: z.strictObject({
    ...shown,
    limit: z.coerce.number().int().min(1).max(mostPoints).default(mostPoints),
  }),
  output: z.object({
    /** Rows on the map; more than there are points when these are a sample. */
    total: z.number(),
    ids: z.array(z.number()),
    topics: z.array(z.number()),
    x: z.array(z.number()),
    y: z.array(z.number()),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset", "map"],
  run: async ({ handle }, input) => {
    const { map, view } = await openMap(handle, input);
    const { total, points } = await listPoints(handle, view, map.id, input.limit);
    return {
      total,
      ids: points.map(({ id }) => id),
      topics: points.map(({ topic }) => topic),
      x: points.map(({ x }) => shorter(x)),
      y: points.map(({ y }) => shorter(y)),
    };
  },
});

/** Postgres' `real` as it was written: without digits that mean nothing. */
const shorter = (value: number) => Math.round(value * 10_000) / 10_000;

/** Takes a map away; rows, tags and snapshots stay. Saved views and filters that name it find nothing any more. */
export const removeMap = defineOperation({
  name: "topics.remove",
  summary: "Remove a map of topics; the rows stay, and filters that name the map find none",
  method: "DELETE",
  path: "/projects/{project}/datasets/{dataset}/topic-maps/{map}",
  input: z.strictObject(oneMap),
  output: z.object({ removed: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["dataset", "map"],
  audit: ({ dataset: ref, map }) => ({ dataset: ref, map }),
  run: async ({ handle }, input) => {
    const found = await requireDataset(handle, input.dataset);
    const map = await requireTopicMap(handle, found.id, input.map);
    await deleteTopicMap(handle, map.id);
    return { removed: map.id };
  },
});

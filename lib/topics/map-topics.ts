import { setImmediate as breathe } from "node:timers/promises";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { countRows } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { insertTopicMap, requireTopicMap } from "#db/queries/topic-maps.ts";
import { listMappable, readTexts } from "#db/queries/topic-places.ts";
import { datasetFilterSchema, datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { mostTopics } from "../core/map-area.ts";
import { versionRefSchema } from "../core/version-ref.ts";
import { findVersion } from "../datasets/find-version.ts";
import { filterOf, viewRefSchema } from "../datasets/saved-views.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { startRun } from "../runs/start-run.ts";
import { mapRows, type TextSource } from "./map-rows.ts";
import { mostRows } from "./settings.ts";
import { topicText } from "./words.ts";

const topicCount = z.union([z.literal("auto"), z.coerce.number().int().min(2).max(mostTopics)]);
const seedSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);

/** Input of a run of kind `topics`. */
export const topicsRunInput = z.object({
  datasetId: z.number().int(),
  dataset: z.string(),
  version: z.number().int().min(1),
  filter: datasetFilterSchema,
  topics: topicCount,
  seed: seedSchema,
});
export type TopicsRunInput = z.infer<typeof topicsRunInput>;

/** Queues a map of the topics of a dataset's rows, by their words. Nothing in the dataset changes. */
export const mapTopics = defineOperation({
  name: "topics.map",
  summary: "Find the topics of a dataset by its words, and place each conversation on a map",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/topic-maps",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    version: versionRefSchema.optional(),
    topics: topicCount.default("auto").meta({ description: "auto, or 2 to 60" }),
    seed: seedSchema.default(1).meta({ description: "The same rows and seed give the same map" }),
    filter: datasetFilterSchema.default({}).meta({ description: "Which rows; all when empty" }),
    view: viewRefSchema.optional().meta({ description: "A saved view instead of a filter" }),
  }),
  output: z.object({ run: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["dataset"],
  startsRun: true,
  audit: ({ dataset, version }) => ({ dataset, version }),
  run: async ({ handle }, { dataset, version: wanted, topics, seed, ...which }) => {
    const found = await requireDataset(handle, dataset);
    const filter = await filterOf(handle, found.id, which);
    if (filter.map) await requireTopicMap(handle, found.id, filter.map.id);
    const version = await findVersion(handle, found, wanted ?? Math.max(found.headVersion, 1));
    const head = version === found.headVersion ? undefined : version;
    const total = await countRows(handle, { datasetId: found.id, version: head, filter });
    if (total === 0) {
      throw new AssayError(
        "precondition_failed",
        "No row matches, so there is nothing to map. Import conversations or widen the filter.",
      );
    }
    if (total > mostRows) throw tooMany(total);
    const input: TopicsRunInput = {
      ...{ datasetId: found.id, dataset: found.name, version, filter, topics, seed },
    };
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        ...{ kind: "topics", title: `Map the topics of ${found.name} version ${version}` },
        ...{ input, unit: "conversations", total },
      }),
    );
    return { run };
  },
});

const tooMany = (total: number) =>
  new AssayError(
    "precondition_failed",
    `These are ${total.toLocaleString("en")} conversations, and a map holds at most ${mostRows.toLocaleString("en")}. Nothing was started; choose fewer by a filter.`,
  );

/**
 * Makes the map of a run and writes it with the run's end in one transaction: an attempt that dies has made nothing.
 * @throws not_found when the dataset was deleted meanwhile.
 */
export async function makeTopicMap(
  owned: OwnedRun,
  handle: ProjectHandle,
  input: TopicsRunInput,
  signal: AbortSignal,
): Promise<void> {
  const { datasetId, version, filter, topics, seed } = input;
  const ids = await listMappable(handle, { datasetId, version, filter }, mostRows);
  if (ids.length > mostRows) throw tooMany(ids.length);
  await owned.progress(0, ids.length);
  const source: TextSource = {
    ids,
    textsOf: async (wanted) => {
      const rows = await readTexts(handle, wanted);
      return rows.map(({ id, body }) => ({ id, text: topicText(body) }));
    },
  };
  const map = await mapRows(source, { topics, seed }, watchOf(owned, signal));
  signal.throwIfAborted();
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    await requireDataset(tx, datasetId);
    const id = await insertTopicMap(
      tx,
      {
        ...{ datasetId, version, runId: owned.id, method: "lexical", filter },
        ...{ parentId: filter.map?.id ?? null, settings: { topics, seed }, facts: map.facts },
        ...{ rows: map.ids.length, topics: map.topics.filter(({ number }) => number > 0).length },
      },
      map.topics,
      { ids: map.ids, topics: map.topicOf, places: map.places },
    );
    await publish(tx.db, `dataset:${datasetId}`, true);
    await owned.succeed(tx.db, {
      ...{ dataset: input.dataset, datasetId, version, map: id, conversations: map.ids.length },
      topics: map.topics.map(({ number, title, size }) => ({ number, title, size })),
    });
  });
}

/** Milliseconds of work between two breaths: heartbeats of all runs of this worker are in time. */
const breathMs = 12;

function watchOf(owned: OwnedRun, signal: AbortSignal) {
  let since = performance.now();
  return {
    pause: async () => {
      if (performance.now() - since < breathMs) return;
      await breathe();
      signal.throwIfAborted();
      since = performance.now();
    },
    tell: async (note: string) => {
      signal.throwIfAborted();
      await owned.write(owned.database.db, { note });
    },
    count: async (done: number) => {
      signal.throwIfAborted();
      await owned.progress(done);
    },
  };
}

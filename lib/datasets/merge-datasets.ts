import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { readMergeSides } from "#db/queries/merge-base.ts";
import { countMerge, listConflicts, listMerge } from "#db/queries/merges.ts";
import { changeKinds } from "#db/queries/version-diff.ts";
import { datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";
import { bulkOutput, changeRows } from "./bulk.ts";
import { mergeWish } from "./merge-rows.ts";
import { diffOutput, pageOfDiff } from "./read-versions.ts";

const pair = {
  project: slugSchema,
  dataset: datasetRefSchema.meta({ description: "The dataset that is merged into" }),
  from: datasetRefSchema.meta({ description: "Its origin or one of its forks" }),
};
const after = z.coerce.number().int().min(0).default(0);

async function openSides(handle: ProjectHandle, into: number | string, from: number | string) {
  const [target, source] = [await requireDataset(handle, into), await requireDataset(handle, from)];
  return { target, source, sides: await readMergeSides(handle, target, source) };
}

/** What a merge would change: counts, and a page of the rows. Nothing is written. */
export const previewMerge = defineOperation({
  name: "merges.preview",
  summary: "What a merge of a fork and its origin would change in a dataset",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/merge",
  input: z.strictObject({
    ...pair,
    change: z.enum(changeKinds).optional(),
    after,
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: diffOutput.extend({
    /** What both come from. */
    base: z.object({ dataset: z.number(), version: z.number() }),
    /** The newest versions; the merge refuses when one of them moved on. */
    ours: z.number(),
    theirs: z.number(),
    conflicts: z.number(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset", "from"],
  run: async ({ handle }, { dataset, from, change, after: last, limit }) => {
    const { target, source, sides } = await openSides(handle, dataset, from);
    const [found, rows] = await Promise.all([
      countMerge(handle, sides),
      listMerge(handle, sides, { change, after: last, limit: limit + 1 }),
    ]);
    return {
      ...{ base: sides.base, ours: target.headVersion, theirs: source.headVersion },
      ...found,
      ...pageOfDiff(rows, limit),
    };
  },
});

const texts = z.array(z.number());

/** The conversations that both sides changed apart. Their texts are read from the datasets that hold them. */
export const listMergeConflicts = defineOperation({
  name: "merges.conflicts",
  summary: "Conversations that a fork and its origin changed apart since they were the same",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/merge/conflicts",
  input: z.strictObject({
    ...pair,
    after,
    limit: z.coerce.number().int().min(1).max(200).default(20),
  }),
  output: z.object({
    conflicts: z.array(
      z.object({
        /** Names the conflict in the decisions. */
        root: z.number(),
        /** Conversations of the base, of the dataset and of what is merged; none where it was taken out. */
        ...{ base: texts, ours: texts, theirs: texts },
        preview: z.string(),
      }),
    ),
    next: z.number().nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset", "from"],
  run: async ({ handle }, { dataset, from, after: last, limit }) => {
    const { sides } = await openSides(handle, dataset, from);
    const rows = await listConflicts(handle, sides, last, limit + 1);
    const conflicts = rows.slice(0, limit);
    return { conflicts, next: rows.length > limit ? (conflicts.at(-1)?.root ?? null) : null };
  },
});

/** Brings what a fork or an origin changed since both were the same into a dataset, as one version. */
export const mergeDatasets = defineOperation({
  name: "datasets.merge",
  summary: "Merge a fork into its origin, or the origin into the fork, as one version",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/merge",
  input: z.strictObject({ ...pair, ...mergeWish }),
  output: bulkOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset", "from"],
  startsRun: true,
  audit: ({ dataset, from }) => ({ dataset, from }),
  run: async ({ handle }, { dataset, from, ours, theirs, decisions, rest }) => {
    const { target, source } = await openSides(handle, dataset, from);
    return changeRows(handle, target, {
      ...{ act: "merge", from: source.id, fromName: source.name },
      ...{ ours, theirs, decisions, rest },
    });
  },
});

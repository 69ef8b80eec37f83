import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { type Dataset, requireDataset } from "#db/queries/datasets.ts";
import { readRelatives } from "#db/queries/forks.ts";
import { datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";
import { datasetOutput, datasetView } from "./list-datasets.ts";

const relative = z.object({ id: z.number(), name: z.string(), version: z.number() });

/** A dataset with where it was forked from and what was forked from it: all that it can be merged with. */
const readOutput = datasetOutput.extend({
  /** The version is the origin's; a deleted origin can only be named. */
  forkedFrom: relative.extend({ deleted: z.boolean() }).nullable(),
  /** The newest first, each with the version of this dataset that it began with. */
  forks: z.array(relative),
});

export async function readView(
  handle: ProjectHandle,
  row: Dataset,
): Promise<z.input<typeof readOutput>> {
  return { ...datasetView(row), ...(await readRelatives(handle, row)) };
}

/** One dataset's name, newest version, size and relatives. */
export const readDataset = defineOperation({
  name: "datasets.read",
  summary: "One dataset",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema }),
  output: readOutput,
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset }) => readView(handle, await requireDataset(handle, dataset)),
});

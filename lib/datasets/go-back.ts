import { z } from "zod";
import { requireDataset } from "#db/queries/datasets.ts";
import { datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { versionRefSchema } from "../core/version-ref.ts";
import { defineOperation } from "../operation.ts";
import { bulkOutput, changeRows } from "./bulk.ts";
import { findVersion } from "./find-version.ts";

const input = z.strictObject({
  project: slugSchema,
  dataset: datasetRefSchema,
  version: versionRefSchema,
});

/** Makes a new version that holds exactly what an older one held. */
export const restoreVersion = defineOperation({
  name: "versions.restore",
  summary: "Make a new version that holds exactly what an older version held",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/versions/{version}/restore",
  input,
  output: bulkOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset", "version"],
  startsRun: true,
  audit: ({ dataset, version }) => ({ dataset, version }),
  run: async ({ handle }, { dataset, version }) => {
    const found = await requireDataset(handle, dataset);
    const number = await findVersion(handle, found, version);
    return changeRows(handle, found, { act: "restore", version: number });
  },
});

/** Takes back what one version did to rows that nobody changed since; later changes of other rows stay. */
export const undoVersion = defineOperation({
  name: "versions.undo",
  summary: "Take back what one version did, as a new version; later changes stay",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/versions/{version}/undo",
  input,
  output: bulkOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset", "version"],
  startsRun: true,
  audit: ({ dataset, version }) => ({ dataset, version }),
  run: async ({ handle }, { dataset, version }) => {
    const found = await requireDataset(handle, dataset);
    const number = await findVersion(handle, found, version);
    return changeRows(handle, found, { act: "undo", version: number });
  },
});

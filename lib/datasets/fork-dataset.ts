import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { countRows } from "#db/queries/dataset-rows.ts";
import { changeDataset, findDatasetByName, requireDataset } from "#db/queries/datasets.ts";
import { forkMembers, insertFork } from "#db/queries/forks.ts";
import { datasetRefSchema, nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { versionRefSchema } from "../core/version-ref.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { inlineRows } from "./bulk.ts";
import { findVersion } from "./find-version.ts";

/** Input of a run of kind `fork`. */
export const forkRunInput = z.object({
  datasetId: z.number().int(),
  version: z.number().int().min(1),
  name: nameSchema,
});

/** Makes a dataset with the rows and tags of a version of another; both go their own way from there. */
export const forkDataset = defineOperation({
  name: "datasets.fork",
  summary: "Make a dataset that begins with the rows of a version of another",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/forks",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    name: nameSchema.meta({ description: "Name of the fork" }),
    version: versionRefSchema.optional(),
  }),
  output: z.object({
    /** The fork; null while a run makes it, which is so for many rows. */
    dataset: z.number().nullable(),
    conversations: z.number(),
    run: z.number().nullable(),
  }),
  allow: { project: "dataset.write" },
  positionals: ["dataset", "name"],
  startsRun: true,
  audit: ({ dataset, version, name }) => ({ dataset, version, name }),
  run: async ({ handle }, { dataset, name, version: wanted }) => {
    const origin = await requireDataset(handle, dataset);
    const version = await findVersion(handle, origin, wanted ?? Math.max(origin.headVersion, 1));
    if (await findDatasetByName(handle, name)) throw taken(name);
    const rows = await countRows(handle, { datasetId: origin.id, version, filter: {} });
    const input = { datasetId: origin.id, version, name };
    if (rows <= inlineRows) {
      const { datasetId, conversations } = await handle.transaction((tx) => makeFork(tx, input));
      return { dataset: datasetId, conversations, run: null };
    }
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        ...{ kind: "fork", title: `Fork ${origin.name} version ${version} as ${name}` },
        ...{ input, unit: "conversations", total: rows },
      }),
    );
    return { dataset: null, conversations: rows, run };
  },
});

/**
 * The fork with its first version, inside the transaction of `tx`.
 * @throws conflict when the name is taken, not_found when the origin was deleted meanwhile.
 */
export async function makeFork(
  tx: ProjectHandle,
  { datasetId, version, name }: z.infer<typeof forkRunInput>,
): Promise<{ datasetId: number; version: number; conversations: number }> {
  const origin = await requireDataset(tx, datasetId);
  const made = await insertFork(tx, origin, version, name);
  if (!made) throw taken(name);
  const summary = `Forked from ${origin.name} version ${version}`;
  const first = await changeDataset(tx, made.id, { act: "fork", summary }, async (inner, next) => ({
    added: await forkMembers(inner, origin, version, { dataset: made.id, version: next }),
    removed: 0,
    // A merge begins at this version, also when no row stands in it.
    always: true,
  }));
  return { datasetId: made.id, version: first.version, conversations: first.total };
}

const taken = (name: string) =>
  new AssayError(
    "conflict",
    `A dataset named “${name}” exists already. Nothing was made; choose another name.`,
    { issues: [{ path: "name", message: "Taken" }] },
  );

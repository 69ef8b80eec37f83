import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { countRows } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { dataset, snapshot } from "#db/schema/datasets.ts";
import {
  datasetFilterSchema,
  datasetRefSchema,
  nameSchema,
  slugSchema,
} from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { leakActs, snapshotLeaksSchema } from "../core/snapshot-leaks.ts";
import { versionRefSchema } from "../core/version-ref.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { inlineRows } from "./bulk.ts";
import { findVersion } from "./find-version.ts";
import {
  type FreezeWish,
  planFreeze,
  type SnapshotRow,
  saveFrozen,
  splitSchema,
} from "./freeze-rows.ts";
import { filterOf, viewRefSchema } from "./saved-views.ts";

export const snapshotOutput = z.object({
  id: z.number(),
  name: z.string(),
  datasetId: z.number(),
  dataset: z.string(),
  version: z.number(),
  filter: z.record(z.string(), z.unknown()),
  split: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  seed: z.number(),
  counts: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  digest: z.string(),
  /** Null for a snapshot that was frozen before rows were held against exams. */
  leaks: snapshotLeaksSchema.nullable(),
  createdAt: z.string(),
});

/** Freezes version + filter + split + seed: the only thing that training and test scores are made from. */
export const createSnapshot = defineOperation({
  name: "snapshot",
  summary: "Freeze a dataset version into train, validation and test rows",
  method: "POST",
  path: "/projects/{project}/snapshots",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema.meta({ description: "Name or id" }),
    name: nameSchema.optional(),
    version: versionRefSchema.optional(),
    filter: datasetFilterSchema.default({}),
    view: viewRefSchema.optional().meta({ description: "A saved view instead of a filter" }),
    split: splitSchema.default({ train: 90, validation: 5, test: 5 }),
    seed: z.coerce
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
    leaks: z.enum(leakActs).default("leave-out").meta({
      description: "What to do with training rows that repeat a test side or a suite",
    }),
  }),
  /** The snapshot, or for many rows the run that freezes it: its result is the snapshot. */
  output: z.union([
    snapshotOutput.extend({ run: z.null() }),
    z.object({ run: z.number(), rows: z.number() }),
  ]),
  allow: { project: "dataset.write" },
  positionals: ["dataset"],
  startsRun: true,
  run: async ({ handle }, input) => {
    const from = await requireDataset(handle, input.dataset);
    const version =
      typeof input.version === "string"
        ? await findVersion(handle, from, input.version)
        : (input.version ?? from.headVersion);
    if (version > from.headVersion || version < 1) {
      throw new AssayError(
        "precondition_failed",
        from.headVersion === 0
          ? "This dataset is still empty. Import conversations first, then freeze a snapshot."
          : `This dataset has versions 1 to ${from.headVersion}. Choose one of them.`,
      );
    }
    const filter = await filterOf(handle, from.id, input);
    const { name, split, seed, leaks } = input;
    const wish: FreezeWish = {
      ...{ datasetId: from.id, version, filter, split, seed, leaks },
      ...(name === undefined ? {} : { name }),
    };
    const rows = await countRows(handle, { datasetId: from.id, version, filter });
    if (rows > inlineRows) {
      const run = await handle.transaction((tx) =>
        startRun(tx, {
          ...{ kind: "snapshot", title: `Freeze ${from.name} version ${version}` },
          ...{ input: wish, unit: "conversations", total: rows },
        }),
      );
      return { run, rows };
    }
    const frozen = await planFreeze(handle, wish);
    const made = await handle.transaction((tx) => saveFrozen(tx, wish, frozen));
    return { ...snapshotView(made), run: null };
  },
});

export const snapshotView = (row: SnapshotRow): z.input<typeof snapshotOutput> => ({
  id: row.id,
  name: row.name,
  datasetId: row.datasetId,
  dataset: row.dataset,
  version: row.version,
  filter: row.filter,
  split: row.split,
  seed: row.seed,
  counts: row.counts,
  digest: row.digest,
  leaks: row.leaks,
  createdAt: row.createdAt.toISOString(),
});

/** A snapshot of the handle's project by id. Throws not_found. */
export async function requireSnapshot(handle: ProjectHandle, id: number): Promise<SnapshotRow> {
  const [row] = await handle.db
    .select()
    .from(snapshot)
    .innerJoin(dataset, eq(dataset.id, snapshot.datasetId))
    .where(and(eq(snapshot.id, id), eq(snapshot.projectId, handle.projectId)));
  if (!row)
    throw new AssayError(
      "not_found",
      "This project has no such snapshot. Look at the list of snapshots.",
    );
  return { ...row.snapshot, dataset: row.dataset.name };
}

/** A snapshot by name or id. Throws not_found. */
export async function findSnapshot(handle: ProjectHandle, nameOrId: string): Promise<SnapshotRow> {
  const [named] = await handle.db
    .select({ id: snapshot.id })
    .from(snapshot)
    .where(and(eq(snapshot.projectId, handle.projectId), eq(snapshot.name, nameOrId)));
  if (named) return requireSnapshot(handle, named.id);
  return requireSnapshot(handle, /^\d{1,15}$/.test(nameOrId) ? Number(nameOrId) : 0);
}

export const listSnapshots = defineOperation({
  name: "snapshots.list",
  summary: "Snapshots of a project, the newest first",
  method: "GET",
  path: "/projects/{project}/snapshots",
  input: z.strictObject({ project: slugSchema, dataset: datasetRefSchema.optional() }),
  output: z.object({ snapshots: z.array(snapshotOutput) }),
  allow: { project: "dataset.read" },
  run: async ({ handle }, input) => {
    const of =
      input.dataset === undefined ? undefined : await requireDataset(handle, input.dataset);
    const rows = await handle.db
      .select()
      .from(snapshot)
      .innerJoin(dataset, eq(dataset.id, snapshot.datasetId))
      .where(and(eq(snapshot.projectId, handle.projectId), of && eq(snapshot.datasetId, of.id)))
      .orderBy(desc(snapshot.id));
    return {
      snapshots: rows.map((row) => snapshotView({ ...row.snapshot, dataset: row.dataset.name })),
    };
  },
});

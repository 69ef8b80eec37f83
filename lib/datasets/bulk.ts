import { sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { countRows } from "#db/queries/dataset-rows.ts";
import { changeDataset, type Dataset, type Moved, removeMembers } from "#db/queries/datasets.ts";
import { noteGoingBack } from "#db/queries/merge-base.ts";
import { rowsWhere } from "#db/queries/rows-where.ts";
import { restoreMembers, retagMembers, undoMembers } from "#db/queries/versions.ts";
import { type DatasetFilter, datasetFilterSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { line } from "../core/fields.ts";
import { startRun } from "../runs/start-run.ts";
import { countMergeRows, mergeActSchema, mergeRows, mergeSummary } from "./merge-rows.ts";

export const tagSchema = line(60);
const tags = z.array(tagSchema).max(20);

/** A change of many rows at once; also the input of a run of kind `bulk`. */
export const bulkActSchema = z.discriminatedUnion("act", [
  z.object({ act: z.literal("tag"), filter: datasetFilterSchema, add: tags, remove: tags }),
  z.object({ act: z.literal("remove"), filter: datasetFilterSchema }),
  z.object({ act: z.literal("restore"), version: z.number().int() }),
  z.object({ act: z.literal("undo"), version: z.number().int() }),
  mergeActSchema,
]);
export type BulkAct = z.infer<typeof bulkActSchema>;

export const bulkRunInput = z.object({
  datasetId: z.number().int(),
  dataset: z.string(),
  change: bulkActSchema,
});

/** The answer of every bulk operation: what was done, or the run that does it. */
export const bulkOutput = z.object({
  dataset: z.number(),
  /** The version that holds the outcome; null while a run works on it. */
  version: z.number().nullable(),
  changed: z.number().nullable(),
  /** Undo only: rows that were changed later and stay as they are. */
  kept: z.number().nullable(),
  run: z.number().nullable(),
});
type Output = z.input<typeof bulkOutput>;

/** Up to this many rows change while the request waits (well under a second); more become a run. */
export const inlineRows = 20_000;

/** Changes many rows: at once when they are few, else as a run. `expected` guards against a selection that grew. */
export async function changeRows(
  handle: ProjectHandle,
  dataset: Dataset,
  change: BulkAct,
  expected?: number,
): Promise<Output> {
  const rows = await affectedRows(handle, dataset, change);
  requireExpected(rows, expected);
  if (rows <= inlineRows) {
    // Once more when nobody else can change the dataset: a row that was edited since would be passed over.
    const check = async (tx: ProjectHandle) =>
      expected !== undefined && requireExpected(await affectedRows(tx, dataset, change), expected);
    const done = await applyBulk(handle, dataset.id, change, { check });
    return { dataset: dataset.id, ...done, run: null };
  }
  const run = await handle.transaction((tx) =>
    startRun(tx, {
      kind: "bulk",
      title: `${summaryOf(change)} in ${dataset.name}`,
      input: { datasetId: dataset.id, dataset: dataset.name, change },
      unit: "rows",
      total: rows,
    }),
  );
  return { dataset: dataset.id, version: null, changed: null, kept: null, run };
}

function requireExpected(rows: number, expected: number | undefined): void {
  if (expected === undefined || rows === expected) return;
  throw new AssayError(
    "conflict",
    `The selection has ${rows} rows now, not ${expected}: somebody changed the dataset. Nothing was changed; look at it again.`,
  );
}

function affectedRows(handle: ProjectHandle, dataset: Dataset, change: BulkAct): Promise<number> {
  if (change.act === "tag" || change.act === "remove") {
    const view = { datasetId: dataset.id, version: undefined, filter: change.filter };
    return countRows(handle, view);
  }
  if (change.act === "merge") return countMergeRows(handle, dataset, change);
  return movedRows(handle, dataset.id, change.version);
}

/** An upper bound of what going back can touch. */
async function movedRows(
  handle: ProjectHandle,
  datasetId: number,
  version: number,
): Promise<number> {
  const [row] = await handle.db.execute<{ n: number }>(sql`
    select count(*)::int as n from membership
    where dataset_id = ${datasetId} and (added_in >= ${version} or removed_in >= ${version})`);
  return row?.n ?? 0;
}

/** Does the change as one version, inside the handle's transaction when it has one. */
export async function applyBulk(
  handle: ProjectHandle,
  datasetId: number,
  change: BulkAct,
  { runId, check }: { runId?: number; check?: (tx: ProjectHandle) => Promise<unknown> } = {},
): Promise<{ version: number; changed: number; kept: number | null }> {
  let kept: number | null = null;
  let changed = 0;
  const { version } = await changeDataset(
    handle,
    datasetId,
    {
      ...{ act: change.act, summary: summaryOf(change) },
      ...(runId === undefined ? {} : { runId }),
      ...(change.act === "merge" ? { reads: change.from } : {}),
    },
    async (tx, next) => {
      await check?.(tx);
      const moved = await moveRows(tx, datasetId, next, change);
      kept = moved.kept ?? null;
      changed = Math.max(moved.added, moved.removed);
      return moved;
    },
  );
  return { version, changed, kept };
}

async function moveRows(
  tx: ProjectHandle,
  datasetId: number,
  next: number,
  change: BulkAct,
): Promise<Moved & { kept?: number }> {
  if (change.act === "merge") return mergeRows(tx, datasetId, next, change);
  if (change.act === "undo" || change.act === "restore") {
    const goBack = change.act === "undo" ? undoMembers : restoreMembers;
    const moved = await goBack(tx, datasetId, next, change.version);
    const always = (await noteGoingBack(tx, datasetId, next, change)) > 0;
    return { ...moved, always };
  }
  const pick = await picked(tx, datasetId, change.filter);
  if (change.act === "remove") {
    const removed = await removeMembers(tx, datasetId, next, pick);
    return { added: 0, removed };
  }
  const retagged = await retagMembers(tx, datasetId, next, pick, change);
  return { added: retagged, removed: retagged };
}

const picked = async (tx: ProjectHandle, datasetId: number, filter: DatasetFilter) =>
  sql`select c.id ${await rowsWhere(tx, { datasetId, version: undefined, filter })}`;

function summaryOf(change: BulkAct): string {
  if (change.act === "remove") return "Removed conversations";
  if (change.act === "restore") return `Restored version ${change.version}`;
  if (change.act === "undo") return `Undid version ${change.version}`;
  if (change.act === "merge") return mergeSummary(change);
  const parts = [
    ...(change.add.length > 0 ? [`added ${change.add.join(", ")}`] : []),
    ...(change.remove.length > 0 ? [`took ${change.remove.join(", ")}`] : []),
  ];
  return `Tags: ${parts.join("; ")}`;
}

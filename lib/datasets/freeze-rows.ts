import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { rowsWhere } from "#db/queries/rows-where.ts";
import { snapshot } from "#db/schema/datasets.ts";
import { datasetFilterSchema, nameSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { leakActs, type SnapshotLeaks } from "../core/snapshot-leaks.ts";
import { findLeaks, type LeakProgress } from "./snapshot-leaks.ts";
import { groupRoots, type Side, type SplitRow, sideOf } from "./split-groups.ts";

const share = z.coerce.number().int().min(0).max(100);
export const splitSchema = z
  .strictObject({ train: share, validation: share, test: share })
  .refine(
    (split) => split.train + split.validation + split.test === 100,
    "The shares must add up to 100.",
  );

/** What is to be frozen; also the input of a run of kind `snapshot`. */
export const freezeWishSchema = z.object({
  datasetId: z.number().int(),
  version: z.number().int(),
  filter: datasetFilterSchema,
  split: splitSchema,
  seed: z.number().int(),
  leaks: z.enum(leakActs),
  name: nameSchema.optional(),
});
export type FreezeWish = z.infer<typeof freezeWishSchema>;

type Row = SplitRow & { hash: string };
type Sided = { id: number; hash: string; root: number; side: Side };
/** Rows with their sides, and what the leak guard saw. Nothing is written yet. */
export type Frozen = { rows: readonly Sided[]; leaks: SnapshotLeaks };

export type SnapshotRow = typeof snapshot.$inferSelect & { dataset: string };

/** Rows written by one statement. */
const insertRows = 20_000;

/**
 * Decides the side of every row and holds the training side against the exams.
 * @param tell hears how many rows of the training side were looked at, and may throw to stop.
 * @throws precondition_failed when no row matches, or when leaks are refused and there are some.
 */
export async function planFreeze(
  handle: ProjectHandle,
  { datasetId, version, filter, split, seed, leaks }: FreezeWish,
  tell: LeakProgress = async () => {},
): Promise<Frozen> {
  const rows = await handle.db.execute<Row>(sql`
    select c.id::float8 as id, coalesce(c.root_id, c.id)::float8 as root, c.normal_hash as "normalHash", c.hash
    ${await rowsWhere(handle, { datasetId, version, filter })} and c.erased_at is null order by c.id`);
  if (rows.length === 0) {
    throw new AssayError(
      "precondition_failed",
      "No row matches this filter, so there is nothing to freeze. Widen it.",
    );
  }
  const groups = groupRoots(rows);
  const tested = testedGroups(rows, groups, await onceTested(handle));
  const all = rows.map((row): Sided => {
    const root = groups.get(row.id) ?? row.root;
    const side: Side = tested.has(root) ? "test" : sideOf(seed, root, split);
    return { id: row.id, hash: row.hash, root, side };
  });
  const idsOn = (side: Side) => all.filter((row) => row.side === side).map(({ id }) => id);
  const found = await findLeaks(
    handle,
    { learned: idsOn("train"), tested: idsOn("test") },
    leaks,
    tell,
  );
  return { rows: all.filter(({ id }) => !found.leftOut.has(id)), leaks: found.leaks };
}

/**
 * Writes the snapshot, inside the transaction of `tx`.
 * @throws conflict when a text was erased since its side was decided.
 */
export async function saveFrozen(
  tx: ProjectHandle,
  { datasetId, version, filter, split, seed, name }: FreezeWish,
  { rows, leaks }: Frozen,
): Promise<SnapshotRow> {
  const from = await requireDataset(tx, datasetId);
  const counts = { train: 0, validation: 0, test: 0 };
  for (const row of rows) counts[row.side] += 1;
  const [made] = await tx.db
    .insert(snapshot)
    .values({
      ...{ projectId: tx.projectId, datasetId, version, filter, split, seed, counts, leaks },
      name: name ?? (await freeName(tx, `${from.name} v${version}`)),
      digest: contentDigest(rows),
      createdBy: tx.userId,
    })
    .returning();
  if (!made) throw new TypeError("insert returned no row");
  await requireUnerased(tx, rows);
  for (let at = 0; at < rows.length; at += insertRows) {
    const some = rows.slice(at, at + insertRows).map(({ id, side, root }) => ({ id, side, root }));
    await tx.db.execute(sql`
      insert into snapshot_item (snapshot_id, conversation_id, side, group_root)
      select ${made.id}, x.id, x.side, x.root
      from jsonb_to_recordset(${JSON.stringify(some)}::jsonb) as x(id bigint, side text, root bigint)`);
  }
  return { ...made, dataset: from.name };
}

/** Throws conflict when one of the texts was erased since it was read; nothing is frozen for longer than a day. */
async function requireUnerased(tx: ProjectHandle, rows: readonly Sided[]): Promise<void> {
  const erased = await tx.db.execute<{ id: number }>(sql`
    select id::float8 as id from conversation
    where project_id = ${tx.projectId} and erased_at > now() - interval '1 day'`);
  const gone = new Set(erased.map(({ id }) => id));
  if (gone.size === 0 || !rows.some(({ id }) => gone.has(id))) return;
  throw new AssayError(
    "conflict",
    "Texts were erased while they were being frozen. Nothing was frozen; freeze again.",
  );
}

type Tested = { roots: Set<number>; texts: Set<string> };

/** Roots and normalised texts of rows that stood on a test side before: they stay test, or old scores would be contaminated. */
async function onceTested(handle: ProjectHandle): Promise<Tested> {
  const rows = await handle.db.execute<{ root: number; text: string | null }>(sql`
    select distinct coalesce(c.root_id, c.id)::float8 as root, c.normal_hash as text
    from snapshot_item i join snapshot s on s.id = i.snapshot_id join conversation c on c.id = i.conversation_id
    where s.project_id = ${handle.projectId} and i.side = 'test'`);
  return {
    roots: new Set(rows.map((row) => row.root)),
    texts: new Set(rows.flatMap((row) => row.text ?? [])),
  };
}

/** Groups with a row that was tested once. Asked by rows: a group's smallest root changes with who is in it. */
function testedGroups(
  rows: readonly Row[],
  groups: ReadonlyMap<number, number>,
  { roots, texts }: Tested,
): Set<number> {
  const tested = rows.filter(
    (row) => roots.has(row.root) || (row.normalHash !== null && texts.has(row.normalHash)),
  );
  return new Set(tested.map((row) => groups.get(row.id) ?? row.root));
}

async function freeName(handle: ProjectHandle, wish: string): Promise<string> {
  const rows = await handle.db
    .select({ name: snapshot.name })
    .from(snapshot)
    .where(and(eq(snapshot.projectId, handle.projectId), sql`${snapshot.name} like ${`${wish}%`}`));
  const taken = new Set(rows.map((row) => row.name));
  if (!taken.has(wish)) return wish;
  for (let n = 2; ; n++) if (!taken.has(`${wish} (${n})`)) return `${wish} (${n})`;
}

/** SHA-256 over the sorted lines `hash side`: equal content, equal digest. */
function contentDigest(rows: readonly { hash: string; side: string }[]): string {
  const lines = rows.map((row) => `${row.hash} ${row.side}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex");
}

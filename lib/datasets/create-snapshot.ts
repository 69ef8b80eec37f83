import { createHash } from "node:crypto";
import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { rowsWhere } from "#db/queries/rows-where.ts";
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
import { findVersion } from "./find-version.ts";
import { filterOf, viewRefSchema } from "./saved-views.ts";
import { findLeaks } from "./snapshot-leaks.ts";
import { groupRoots, type Side, type SplitRow, sideOf } from "./split-groups.ts";

const share = z.coerce.number().int().min(0).max(100);
export const splitSchema = z
  .strictObject({ train: share, validation: share, test: share })
  .refine(
    (split) => split.train + split.validation + split.test === 100,
    "The shares must add up to 100.",
  );

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

type Row = SplitRow & { hash: string };

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
  output: snapshotOutput,
  allow: { project: "dataset.write" },
  positionals: ["dataset"],
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
    return handle.transaction(async (tx) => {
      const rows = await tx.db.execute<Row>(sql`
        select c.id::float8 as id, coalesce(c.root_id, c.id)::float8 as root, c.normal_hash as "normalHash", c.hash
        ${await rowsWhere(tx, { datasetId: from.id, version, filter })} and c.erased_at is null order by c.id`);
      if (rows.length === 0) {
        throw new AssayError(
          "precondition_failed",
          "No row matches this filter, so there is nothing to freeze. Widen it.",
        );
      }
      const groups = groupRoots(rows);
      const tested = testedGroups(rows, groups, await onceTested(tx));
      const all = rows.map((row) => {
        const root = groups.get(row.id) ?? row.root;
        const side: Side = tested.has(root) ? "test" : sideOf(input.seed, root, input.split);
        return { id: row.id, hash: row.hash, root, side };
      });
      const idsOn = (side: Side) => all.filter((row) => row.side === side).map(({ id }) => id);
      const found = await findLeaks(tx, idsOn("train"), idsOn("test"), input.leaks);
      const sides = all.filter(({ id }) => !found.leftOut.has(id));
      const counts = { train: 0, validation: 0, test: 0 };
      for (const row of sides) counts[row.side] += 1;
      const [made] = await tx.db
        .insert(snapshot)
        .values({
          projectId: tx.projectId,
          datasetId: from.id,
          version,
          name: input.name ?? (await freeName(tx, `${from.name} v${version}`)),
          filter,
          split: input.split,
          seed: input.seed,
          counts,
          digest: contentDigest(sides),
          leaks: found.leaks,
          createdBy: tx.userId,
        })
        .returning();
      if (!made) throw new TypeError("insert returned no row");
      await tx.db.execute(sql`
        insert into snapshot_item (snapshot_id, conversation_id, side, group_root)
        select ${made.id}, x.id, x.side, x.root
        from jsonb_to_recordset(${JSON.stringify(sides)}::jsonb) as x(id bigint, side text, root bigint)`);
      return snapshotView({ ...made, dataset: from.name });
    });
  },
});

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

type SnapshotRow = typeof snapshot.$inferSelect & { dataset: string };

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

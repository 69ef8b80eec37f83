import { and, asc, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { AssayError } from "../../lib/core/errors.ts";
import { prepareQuery } from "../client.ts";
import type { ProjectHandle } from "../handle.ts";
import { dataset, datasetVersion } from "../schema/datasets.ts";

export type Dataset = typeof dataset.$inferSelect;

export const missingDataset = () =>
  new AssayError(
    "not_found",
    "This project has no such dataset. It may have been deleted; look at the list of datasets.",
  );

/** A live dataset of the handle's project, by id or by name (a name of digits wins over an id). Throws not_found. */
export async function requireDataset(
  handle: ProjectHandle,
  ref: number | string,
): Promise<Dataset> {
  const byName = typeof ref === "string" ? eq(dataset.name, ref) : undefined;
  const isId = typeof ref === "number" || /^\d{1,15}$/.test(ref);
  const byId = isId ? eq(dataset.id, Number(ref)) : undefined;
  const [row] = await handle.db
    .select()
    .from(dataset)
    .where(
      and(or(byName, byId), eq(dataset.projectId, handle.projectId), isNull(dataset.deletedAt)),
    )
    .orderBy(...(byName && byId ? [desc(byName)] : []))
    .limit(1);
  if (!row) throw missingDataset();
  return row;
}

const head = prepareQuery<{ id: number; headVersion: number }>(sql`
  select id::float8 as id, head_version as "headVersion" from dataset
  where (name = ${sql.placeholder("name")}::text or id = ${sql.placeholder("id")}::bigint)
    and project_id = ${sql.placeholder("project")}::bigint and deleted_at is null
  order by coalesce(name = ${sql.placeholder("name")}::text, false) desc limit 1`);

/** As `requireDataset`, for what is asked with every page: its id and newest version. Reads outside any transaction. */
export async function requireHead(
  { database, projectId }: ProjectHandle,
  ref: number | string,
): Promise<Pick<Dataset, "id" | "headVersion">> {
  const isId = typeof ref === "number" || /^\d{1,15}$/.test(ref);
  const name = typeof ref === "string" ? ref : null;
  const [row] = await head(database, { name, id: isId ? Number(ref) : null, project: projectId });
  if (!row) throw missingDataset();
  return row;
}

export async function findDatasetByName(
  handle: ProjectHandle,
  name: string,
): Promise<Dataset | undefined> {
  const [row] = await handle.db
    .select()
    .from(dataset)
    .where(
      and(
        eq(dataset.name, name),
        eq(dataset.projectId, handle.projectId),
        isNull(dataset.deletedAt),
      ),
    );
  return row;
}

export async function listDatasets(handle: ProjectHandle): Promise<Dataset[]> {
  return handle.db
    .select()
    .from(dataset)
    .where(and(eq(dataset.projectId, handle.projectId), isNull(dataset.deletedAt)))
    .orderBy(desc(dataset.updatedAt), asc(dataset.id));
}

/** Makes an empty dataset at version 0, or returns the one of that name. */
export async function ensureDataset(handle: ProjectHandle, name: string): Promise<Dataset> {
  await handle.db
    .insert(dataset)
    .values({ projectId: handle.projectId, name, createdBy: handle.userId })
    .onConflictDoNothing();
  const row = await findDatasetByName(handle, name);
  if (!row) throw missingDataset();
  return row;
}

export type Change = {
  act: string;
  summary: string;
  runId?: number;
  /** Another dataset whose head the change reads: it stands still until the change is done. */
  reads?: number;
};

/** Memberships that came and went; `always` makes a version even when none did. */
export type Moved = { added: number; removed: number; always?: boolean };

/**
 * The one way to change a dataset: locks its head, lets `work` write memberships for the next version, and moves the
 * head with exact counts, all in one transaction. When nothing changed no version is made.
 * Returns the version that holds the outcome.
 */
export async function changeDataset(
  handle: ProjectHandle,
  datasetId: number,
  change: Change,
  work: (tx: ProjectHandle, version: number) => Promise<Moved>,
): Promise<{ version: number; added: number; removed: number; total: number }> {
  return handle.transaction(async (tx) => {
    if (change.reads !== undefined) await lockHeads(tx, [datasetId, change.reads]);
    const [head] = await tx.db
      .select()
      .from(dataset)
      .where(
        and(
          eq(dataset.id, datasetId),
          eq(dataset.projectId, tx.projectId),
          isNull(dataset.deletedAt),
        ),
      )
      .for("update");
    if (!head) throw missingDataset();
    const version = head.headVersion + 1;
    const { added, removed, always } = await work(tx, version);
    const total = head.headCount + added - removed;
    if (added === 0 && removed === 0 && !always) {
      return { version: head.headVersion, added, removed, total };
    }
    await tx.db.insert(datasetVersion).values({
      datasetId,
      number: version,
      act: change.act,
      summary: change.summary.slice(0, 500),
      runId: change.runId,
      added,
      removed,
      total,
      createdBy: tx.userId,
    });
    await tx.db
      .update(dataset)
      .set({ headVersion: version, headCount: total, updatedAt: sql`now()` })
      .where(eq(dataset.id, datasetId));
    await tx.db.execute(sql`select pg_notify('assay_event', ${`dataset:${datasetId}`})`);
    return { version, added, removed, total };
  });
}

/** In order of their ids, so that two who lock the same wait for each other instead of for ever. */
async function lockHeads(tx: ProjectHandle, ids: readonly number[]): Promise<void> {
  await tx.db
    .select({ id: dataset.id })
    .from(dataset)
    .where(and(inArray(dataset.id, [...ids]), eq(dataset.projectId, tx.projectId)))
    .orderBy(asc(dataset.id))
    .for("update");
}

/** Makes the conversations that `pick` selects (a query of ids) stand in the dataset from `version` on. */
export async function addMembers(
  tx: ProjectHandle,
  datasetId: number,
  version: number,
  pick: ReturnType<typeof sql>,
  tags: readonly string[] = [],
): Promise<number> {
  const rows = await tx.db.execute<{ n: number }>(sql`
    with fresh as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${datasetId}, picked.id, ${version}, array(select jsonb_array_elements_text(${JSON.stringify(tags)}::jsonb))
      from (${pick}) picked
      on conflict (dataset_id, conversation_id) where removed_in is null do nothing
      returning 1
    ) select count(*)::int as n from fresh`);
  return rows[0]?.n ?? 0;
}

/** Ends the live membership of the conversations that `pick` selects. */
export async function removeMembers(
  tx: ProjectHandle,
  datasetId: number,
  version: number,
  pick: ReturnType<typeof sql>,
): Promise<number> {
  const rows = await tx.db.execute<{ n: number }>(sql`
    with gone as (
      update membership set removed_in = ${version}
      where dataset_id = ${datasetId} and removed_in is null and conversation_id in (select id from (${pick}) picked)
      returning 1
    ) select count(*)::int as n from gone`);
  return rows[0]?.n ?? 0;
}

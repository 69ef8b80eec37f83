import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { type selection, textArray } from "./dataset-filter.ts";
import type { Moved } from "./datasets.ts";

type Pick = ReturnType<typeof selection>;

/** Adds and takes tags on the live rows that `pick` (a query of ids) selects; rows whose tags stay are not touched. */
export async function retagMembers(
  tx: ProjectHandle,
  datasetId: number,
  version: number,
  pick: Pick,
  tags: { add: readonly string[]; remove: readonly string[] },
): Promise<number> {
  const [row] = await tx.db.execute<{ n: number }>(sql`
    with wanted as (
      select m.id, array(select tag from (select unnest(m.tags) as tag union select unnest(${textArray(tags.add)})) t
        where tag <> all(${textArray(tags.remove)}) order by tag) as tags
      from membership m where m.dataset_id = ${datasetId} and m.removed_in is null and m.conversation_id in (${pick})
    ), gone as (
      update membership m set removed_in = ${version} from wanted w
      where m.id = w.id and m.tags is distinct from w.tags returning m.conversation_id, w.tags
    ), fresh as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${datasetId}, conversation_id, ${version}, tags from gone returning 1
    ) select count(*)::int as n from fresh`);
  return row?.n ?? 0;
}

/** Makes the dataset hold exactly what it held at `target`; erased texts stay away. */
export async function restoreMembers(
  tx: ProjectHandle,
  datasetId: number,
  version: number,
  target: number,
): Promise<Moved> {
  const then = sql`select m.conversation_id, m.tags from membership m join conversation c on c.id = m.conversation_id
    where m.dataset_id = ${datasetId} and m.added_in <= ${target} and (m.removed_in is null or m.removed_in > ${target})
      and c.erased_at is null`;
  const [gone] = await tx.db.execute<{ n: number }>(sql`
    with wanted as (${then}), gone as (
      update membership m set removed_in = ${version}
      where m.dataset_id = ${datasetId} and m.removed_in is null
        and not exists (select 1 from wanted t where t.conversation_id = m.conversation_id and t.tags = m.tags)
      returning 1
    ) select count(*)::int as n from gone`);
  const [back] = await tx.db.execute<{ n: number }>(sql`
    with wanted as (${then}), back as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${datasetId}, conversation_id, ${version}, tags from wanted order by conversation_id
      on conflict (dataset_id, conversation_id) where removed_in is null do nothing returning 1
    ) select count(*)::int as n from back`);
  return { added: back?.n ?? 0, removed: gone?.n ?? 0 };
}

/**
 * Takes back what version `undone` did to rows that nobody changed since: what it added goes, what it took comes back
 * with the tags it had. `kept` counts rows that were changed later and stay as they are.
 */
export async function undoMembers(
  tx: ProjectHandle,
  datasetId: number,
  version: number,
  undone: number,
): Promise<Moved & { kept: number }> {
  const [gone] = await tx.db.execute<{ n: number }>(sql`
    with gone as (
      update membership set removed_in = ${version}
      where dataset_id = ${datasetId} and added_in = ${undone} and removed_in is null returning 1
    ) select count(*)::int as n from gone`);
  // A row comes back unless it or the text that took its place was changed after that version.
  const [back] = await tx.db.execute<{ n: number }>(sql`
    with taken as (
      select r.conversation_id, r.tags, coalesce(c.root_id, c.id) as root
      from membership r join conversation c on c.id = r.conversation_id
      where r.dataset_id = ${datasetId} and r.removed_in = ${undone} and c.erased_at is null
    ), changed as (
      select coalesce(c.root_id, c.id) as root from membership a join conversation c on c.id = a.conversation_id
      where a.dataset_id = ${datasetId} and a.added_in = ${undone} and a.removed_in is distinct from ${version}
    ), back as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${datasetId}, t.conversation_id, ${version}, t.tags from taken t
      where t.root not in (select root from changed)
        and not exists (select 1 from membership l where l.dataset_id = ${datasetId}
          and l.conversation_id = t.conversation_id and l.added_in > ${undone})
      order by t.conversation_id
      on conflict (dataset_id, conversation_id) where removed_in is null do nothing returning 1
    ) select count(*)::int as n from back`);
  const [whole] = await tx.db.execute<{ added: number; removed: number }>(sql`
    select count(*) filter (where added_in = ${undone})::int as added,
      count(*) filter (where removed_in = ${undone})::int as removed
    from membership where dataset_id = ${datasetId} and (added_in = ${undone} or removed_in = ${undone})`);
  const [added, removed] = [back?.n ?? 0, gone?.n ?? 0];
  return { added, removed, kept: (whole?.added ?? 0) - removed + (whole?.removed ?? 0) - added };
}

export type VersionRow = {
  number: number;
  act: string;
  summary: string;
  run: number | null;
  added: number;
  removed: number;
  total: number;
  by: string;
  at: string;
  /** Names on this version. */
  tags: string[];
};

/** Versions of a dataset, the newest first, below number `before`. */
export function listVersions(
  handle: ProjectHandle,
  datasetId: number,
  before: number | undefined,
  limit: number,
): Promise<VersionRow[]> {
  return handle.db.execute<VersionRow>(sql`
    select v.number, v.act, v.summary, v.run_id::float8 as run, v.added, v.removed, v.total, coalesce(u.name, '') as by,
      v.created_at as at,
      array(select t.name from version_tag t where t.dataset_id = v.dataset_id and t.version = v.number order by t.name)
        as tags
    from dataset_version v join dataset d on d.id = v.dataset_id left join "user" u on u.id = v.created_by
    where v.dataset_id = ${datasetId} and d.project_id = ${handle.projectId}
      ${before === undefined ? sql`` : sql`and v.number < ${before}`}
    order by v.number desc limit ${limit}`);
}

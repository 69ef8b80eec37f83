import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";

/** Most rows of each kind that a drawer shows; a text that stands a million times is not listed a million times. */
const shown = 200;

/** Ids of a conversation, its ancestors and all that was made from the same root, in one project. */
export async function familyOf(handle: ProjectHandle, id: number): Promise<number[]> {
  const rows = await handle.db.execute<{ id: number }>(sql`
    with me as (select coalesce(root_id, id) as root from conversation where id = ${id} and project_id = ${handle.projectId})
    select c.id::float8 as id from conversation c, me
    where c.project_id = ${handle.projectId} and (c.id = me.root or c.root_id = me.root) order by c.id`);
  return rows.map((row) => row.id);
}

const idArray = (ids: readonly number[]) =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::bigint)`;

export type OccurrenceRow = {
  id: number;
  source: string;
  run: number | null;
  record: number;
  speakers: unknown;
  time: string | null;
  metadata: Record<string, unknown>;
};

/** Where a text, or the text it was first made from, was seen; the first first. */
export async function listOccurrences(
  handle: ProjectHandle,
  id: number,
  root: number,
): Promise<{ rows: OccurrenceRow[]; total: number }> {
  const rows = await handle.db.execute<OccurrenceRow & { total: number }>(sql`
    select o.id::float8 as id, s.file_name as source, o.run_id::float8 as run, o.record_number as record, o.speakers,
      o.time, o.metadata, count(*) over ()::int as total
    from occurrence o join source s on s.id = o.source_id
    where o.conversation_id in (${id}, ${root}) and o.project_id = ${handle.projectId} order by o.id limit ${shown}`);
  return {
    rows: rows.map(({ total: _total, ...row }) => row),
    total: rows[0]?.total ?? 0,
  };
}

export type FindingRow = {
  id: number;
  nodeHash: string;
  check: string;
  kind: string;
  start: number;
  end: number;
  confidence: number;
  detector: string;
  state: string;
};

/** What checks saw in a text, with what was decided last in this dataset. */
export async function listFindings(
  handle: ProjectHandle,
  id: number,
  datasetId: number,
): Promise<FindingRow[]> {
  return handle.db.execute<FindingRow>(sql`
    select f.id::float8 as id, f.node_hash as "nodeHash", f."check", f.kind, f.start, f."end", f.confidence, f.detector,
      coalesce((select t.state from triage t where t.project_id = ${handle.projectId} and t.subject = 'finding:' || f.id
        and (t.dataset_id is null or t.dataset_id = ${datasetId}) order by t.id desc limit 1), 'open') as state
    from finding f where f.conversation_id = ${id} and f.project_id = ${handle.projectId} order by f.id limit ${shown}`);
}

export type HistoryRow = {
  version: number;
  act: string;
  summary: string;
  by: string;
  at: string;
  added: number[];
  removed: number[];
  tags: string[];
};

/** Versions of a dataset in which a member of the family came or went, the newest first. */
export async function listHistory(
  handle: ProjectHandle,
  family: readonly number[],
  datasetId: number,
): Promise<HistoryRow[]> {
  return handle.db.execute<HistoryRow>(sql`
    with moved as (
      select added_in as version, conversation_id as added, null::bigint as removed, tags from membership
      where dataset_id = ${datasetId} and conversation_id = any(${idArray(family)})
      union all
      select removed_in, null, conversation_id, null from membership
      where dataset_id = ${datasetId} and conversation_id = any(${idArray(family)}) and removed_in is not null
    )
    select m.version, v.act, v.summary, coalesce(u.name, '') as by, v.created_at as at,
      coalesce(jsonb_agg(m.added) filter (where m.added is not null), '[]') as added,
      coalesce(jsonb_agg(m.removed) filter (where m.removed is not null), '[]') as removed,
      coalesce((array_agg(to_jsonb(m.tags)) filter (where m.tags is not null))[1], '[]') as tags
    from moved m join dataset_version v on v.dataset_id = ${datasetId} and v.number = m.version
      left join "user" u on u.id = v.created_by
    group by m.version, v.act, v.summary, u.name, v.created_at order by m.version desc limit ${shown}`);
}

export type MembershipRow = {
  conversation: number;
  addedIn: number;
  removedIn: number | null;
  tags: string[];
};

/** How the family stands in a dataset now: live rows first, then the newest past one. */
export async function listMemberships(
  handle: ProjectHandle,
  family: readonly number[],
  datasetId: number,
): Promise<MembershipRow[]> {
  return handle.db.execute<MembershipRow>(sql`
    select m.conversation_id::float8 as conversation, m.added_in as "addedIn", m.removed_in as "removedIn", m.tags
    from membership m join dataset d on d.id = m.dataset_id
    where m.dataset_id = ${datasetId} and d.project_id = ${handle.projectId} and m.conversation_id = any(${idArray(family)})
    order by m.removed_in desc nulls first, m.id desc`);
}

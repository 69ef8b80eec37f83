import { join } from "node:path";
import type postgres from "postgres";
import type { DatasetState, LoadFile } from "./columns-file.ts";
import { saveCopy } from "./save-copy.ts";

/** Names of the CSV files with what changed, and conversations that were erased. */
export type Changes = { files: Record<LoadFile, string>; erased: number[] };

/** Up to where the index knows what changes without a version. */
export type Watermarks = {
  /** Postgres' snapshot in which the index last looked: what it saw then is known. */
  snapshot: string;
  /** Occurrences up to this id are known; of later ones their transaction tells. */
  occurrence: number;
  /** The highest occurrence at some moments, and the transaction that had not begun then, the oldest first. */
  pending: [occurrence: number, xid: string][];
};

export const noWatermarks: Watermarks = { snapshot: "1:1:", occurrence: 0, pending: [] };

/** How things stand in Postgres, and how far that is from what the index holds. */
export type Standing = {
  datasets: Map<number, DatasetState>;
  /** Datasets whose version here is not one of Postgres' history, as after a restored backup. */
  foreign: number[];
  marks: Watermarks;
  /** Memberships and conversations that changed since, counted generously. */
  changes: number;
  /** Runs that bring conversations in now. */
  importing: boolean;
};

/** An id may be taken before its transaction has a number, for the rows of a statement's first batch; a COPY has 1,000. */
const idSlack = 1000;

type Sql = postgres.Sql | postgres.TransactionSql;

/**
 * Names what Postgres shows just now: as long as the name is the same, nothing was written to the cluster. Half a
 * millisecond, where a whole look takes several. A restored backup has another start.
 */
export async function readMoment(sql: Sql): Promise<string> {
  const [row] = await sql<{ moment: string }[]>`
    select pg_current_snapshot()::text || ' ' || extract(epoch from pg_postmaster_start_time()) as moment`;
  if (!row) throw new TypeError("a select without from gave no row");
  return row.moment;
}

/**
 * One look at Postgres: a few milliseconds when nothing changed. Outside a transaction its two halves are of two moments:
 * good enough to see that nothing changed, because what happens in between is seen by one of them or the next time.
 */
export async function readStanding(
  sql: Sql,
  projectId: number,
  have: ReadonlyMap<number, DatasetState>,
  marks: Watermarks,
): Promise<Standing> {
  const known = [...have].map(([id, state]) => ({ id, ...state }));
  const standing = sql<Row[]>`
    with known as (
      select * from jsonb_to_recordset(${JSON.stringify(known)}::text::jsonb) as x(id bigint, version int, made text)
    )
    select d.id::float8 as id, d.head_version as version, d.head_count as total, h.created_at::text as made,
      k.id is not null and k.version > 0
        and (k.version > d.head_version or k.made is distinct from b.created_at::text) as foreign,
      case when coalesce(k.version, 0) = d.head_version then 0 else (
        select coalesce(sum(v.added + v.removed), 0)::float8 from dataset_version v
        where v.dataset_id = d.id and v.number > coalesce(k.version, 0)) end as changes
    from dataset d left join known k on k.id = d.id
      left join dataset_version h on h.dataset_id = d.id and h.number = d.head_version
      left join dataset_version b on b.dataset_id = d.id and b.number = k.version
    where d.project_id = ${projectId} and d.deleted_at is null`;
  const moment = sql<Now[]>`
    select s::text as snapshot, pg_snapshot_xmin(s)::text as xmin, pg_snapshot_xmax(s)::text as xmax,
      (select coalesce(max(id), 0)::float8 from occurrence) as top,
      (select count(*)::float8 from (${notedSince(sql, projectId, marks)} limit ${countLimit}) c) as noted,
      (select count(*)::float8 from (${seenSince(sql, projectId, marks)} limit ${countLimit}) o) as seen,
      exists (select 1 from run where project_id = ${projectId} and kind = 'import' and state = 'running') as importing
    from pg_current_snapshot() s`;
  const [rows, [now]] = await Promise.all([standing, moment]);
  if (!now) throw new TypeError("a select without from gave no row");
  return {
    datasets: new Map(rows.map(({ id, version, made, total }) => [id, { version, made, total }])),
    foreign: rows.filter((row) => row.foreign).map((row) => row.id),
    marks: nextMarks(marks, now),
    changes: rows.reduce((sum, row) => sum + row.changes, 0) + now.noted + now.seen,
    importing: now.importing,
  };
}

/** Conversations that were noted by transactions that the snapshot did not see. */
const notedSince = (sql: Sql, projectId: number, { snapshot }: Watermarks) => sql`
  select conversation_id from index_change where project_id = ${projectId}
    and xid >= pg_snapshot_xmin(${snapshot}::text::pg_snapshot)
    and not pg_visible_in_snapshot(xid, ${snapshot}::text::pg_snapshot)`;

/**
 * Conversations with occurrences since. A row's own transaction may be a part of a larger one that the snapshot names,
 * so everything from the oldest open one on counts. `xmin` has 32 bits; what is above the present number is of the
 * round before.
 */
const seenSince = (sql: Sql, projectId: number, { snapshot, occurrence }: Watermarks) => sql`
  select conversation_id from (select conversation_id, xmin::text::bigint as low,
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint as top
    from occurrence where id > ${occurrence} and project_id = ${projectId}) o
  where top - (top & 4294967295) - case when low > (top & 4294967295) then 4294967296 else 0 end + low
    >= pg_snapshot_xmin(${snapshot}::text::pg_snapshot)::text::bigint`;

/** Beyond this nobody asks how many. */
const countLimit = 1_000_000;

type Row = DatasetState & { id: number; foreign: boolean; changes: number };
type Now = {
  snapshot: string;
  xmin: string;
  xmax: string;
  top: number;
  noted: number;
  seen: number;
  importing: boolean;
};

/** An occurrence's id is known for good once every transaction that was open when it was the highest has ended. */
function nextMarks(marks: Watermarks, { snapshot, xmin, xmax, top }: Now): Watermarks {
  const pending: Watermarks["pending"] = [...marks.pending, [top, xmax]];
  let { occurrence } = marks;
  while (pending[0] && BigInt(pending[0][1]) <= BigInt(xmin)) {
    occurrence = Math.max(occurrence, pending[0][0] - idSlack);
    pending.shift();
  }
  // A transaction that stays open for hours must not make the list long: the oldest entries are the ones that count.
  if (pending.length > 32) pending.splice(16, pending.length - 32);
  return { snapshot, occurrence, pending };
}

/**
 * Writes what changed as CSV files for the column index. The transaction of `sql` decides as of when; it must be one of
 * repeatable reads in which `standing` was read.
 * @param from what the index holds; empty for everything.
 */
export async function writeChanges(
  sql: postgres.TransactionSql,
  folder: string,
  projectId: number,
  from: { datasets: ReadonlyMap<number, DatasetState>; marks: Watermarks },
  standing: Standing,
): Promise<Changes> {
  const moved = [...standing.datasets].flatMap(([id, { version }]) => {
    const known = from.datasets.get(id)?.version ?? 0;
    return known === version ? [] : [{ id, version: known }];
  });
  // Everything is read anyway when nothing is there yet.
  const whole = from.datasets.size === 0;
  await sql`
    create temp table noted on commit drop as
      select conversation_id as id from (${notedSince(sql, projectId, from.marks)}
        union ${seenSince(sql, projectId, from.marks)}) c where ${!whole}`;
  await sql`
    create temp table wanted on commit drop as
      with moved as (
        select * from jsonb_to_recordset(${JSON.stringify(moved)}::text::jsonb) as x(id bigint, version int))
      select m.id, m.conversation_id from moved v join membership m on m.dataset_id = v.id and m.added_in > v.version
      union select m.id, m.conversation_id from moved v
        join membership m on m.dataset_id = v.id and m.removed_in > v.version and m.removed_in is not null
      union select m.id, m.conversation_id from membership m join dataset d on d.id = m.dataset_id
        where d.project_id = ${projectId} and m.conversation_id in (
          select id from noted union all select c.id from conversation c join noted n on n.id = c.root_id)`;
  await sql`
    create temp table touched on commit drop as
      select conversation_id as id from wanted
      union select c.root_id from wanted w join conversation c on c.id = w.conversation_id where c.root_id is not null`;
  await sql`analyze wanted`;
  await sql`analyze touched`;
  const files = {} as Record<LoadFile, string>;
  for (const [file, query] of Object.entries(copies) as [LoadFile, string][]) {
    files[file] = `${file}.csv`;
    const copy = sql.unsafe(`copy (${query}) to stdout (format csv, null '\\N')`);
    await saveCopy(await copy.readable(), join(folder, files[file]));
  }
  const erased = await sql<{ id: number }[]>`
    select id::float8 as id from conversation where project_id = ${projectId} and erased_at is not null
      and (${whole} or id in (select id from noted))`;
  return { files, erased: erased.map((row) => row.id) };
}

/** Words travel as JSON: a list of them is the name of its word set. */
const copies: Record<LoadFile, string> = {
  member: `select m.id, m.dataset_id, m.conversation_id, c.root_id, m.added_in, m.removed_in, c.turns, c.messages,
      c.tokens, '["' || c.kind || '"]', to_json(array[coalesce(c.lang, 'none')]), to_json(c.roles), to_json(m.tags)
    from wanted w join membership m on m.id = w.id join conversation c on c.id = m.conversation_id`,
  seen: `select o.conversation_id, o.id, to_json(s.file_name),
      case when isfinite(o.time) then (extract(epoch from o.time) * 1000000)::bigint end
    from touched t join occurrence o on o.conversation_id = t.id join source s on s.id = o.source_id`,
  finding: `select distinct f.conversation_id, to_json(f.kind)::text from touched t join finding f on f.conversation_id = t.id`,
  judged: `select l.conversation_id, 2 from touched t join label l on l.conversation_id = t.id where l.superseded_at is null
    union select i.conversation_id, 1 from touched t join label_item i on i.conversation_id = t.id`,
};

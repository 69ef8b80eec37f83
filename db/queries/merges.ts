import { type SQL, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";
import type { MergeSides } from "./merge-base.ts";
import { type Decisions, mergePlan, undecided } from "./merge-plan.ts";
import {
  type ChangeKind,
  type ChangePage,
  type DiffCounts,
  type DiffRow,
  listChanges,
} from "./version-diff.ts";

/** What a merge would change in the target, as differences: a text that goes and one of its root that comes are an edit. */
function mergeChanges(sides: MergeSides): SQL {
  return sql`${mergePlan(sides, undecided)},
    gone as (select *, row_number() over (partition by root order by id) as nth from moves where move = 'gone'),
    come as (select *, row_number() over (partition by root order by id) as nth from moves where move = 'come'),
    diff as (
      select 'tags' as change, id as was, id as now, o as was_tags, tags as now_tags from moves where move = 'tags'
      union all
      select case when g.id is null then 'added' when n.id is null then 'removed' else 'edited' end,
        g.id, n.id, g.o, n.tags
      from gone g full join come n on n.root = g.root and n.nth = g.nth
    )`;
}

/** How many rows of the target a merge would change, and how many conflicts it has beside them. */
export async function countMerge(
  handle: ProjectHandle,
  sides: MergeSides,
): Promise<{ counts: DiffCounts; conflicts: number }> {
  const rows = await handle.db.execute<{ what: ChangeKind | "conflict"; n: number }>(sql`
    with ${mergeChanges(sides)} select change as what, count(*)::int as n from diff group by change
    union all select 'conflict', count(distinct root)::int from moves where verdict = 'conflict'`);
  const found = { added: 0, removed: 0, edited: 0, tags: 0, conflict: 0 };
  for (const row of rows) found[row.what] = row.n;
  const { conflict, ...counts } = found;
  return { counts, conflicts: conflict };
}

export const listMerge = (
  handle: ProjectHandle,
  sides: MergeSides,
  page: ChangePage,
): Promise<DiffRow[]> => listChanges(handle, mergeChanges(sides), page);

/** Texts of one root that both sides changed apart: conversations at the base and on each side, by id. */
export type Conflict = {
  root: number;
  base: number[];
  ours: number[];
  theirs: number[];
  /** How one of the texts begins. */
  preview: string;
};

/** A page of conflicts, by root; `after` is the root of the last one seen. */
export function listConflicts(
  handle: ProjectHandle,
  sides: MergeSides,
  after: number,
  limit: number,
): Promise<Conflict[]> {
  const side = (tags: SQL) =>
    sql`coalesce(array_agg(s.id::float8 order by s.id) filter (where ${tags} is not null), '{}')`;
  return handle.db.execute<Conflict>(sql`
    with ${mergePlan(sides, undecided)}, page as (
      select distinct root from moves where verdict = 'conflict' and root > ${after} order by root limit ${limit}
    )
    select s.root::float8 as root, ${side(sql`s.b`)} as base, ${side(sql`s.o`)} as ours, ${side(sql`s.t`)} as theirs,
      min(c.preview) as preview
    from page join moves s on s.root = page.root join conversation c on c.id = s.id
    group by s.root order by s.root`);
}

export type Merged = {
  added: number;
  removed: number;
  /** Target and source hold the same rows afterwards. */
  equal: boolean;
  /** Conflicts that nobody decided. */
  open: number;
  /** Decisions to keep both where one side took the text out, of no conflict, and of one conflict twice. */
  wrong: number;
};

/** Makes the target hold the outcome from version `next` on, in one statement. Take it back when `open` or `wrong`. */
export async function mergeMembers(
  tx: ProjectHandle,
  sides: MergeSides,
  next: number,
  how: Decisions,
): Promise<Merged> {
  const decidedRoots = how.decided.map((one) => one.root);
  const [row] = await tx.db.execute<Merged>(sql`
    with ${mergePlan(sides, how)}, gone as (
      update membership m set removed_in = ${next} from moves
      where moves.move in ('gone', 'tags') and m.id = moves.member
      returning moves.id, moves.move, moves.tags
    ), fresh as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${sides.target}::bigint, id, ${next}::int, tags from (
        select id, tags from gone where move = 'tags' union all select id, tags from moves where move = 'come') come
      order by id returning 1
    )
    select (select count(*)::int from fresh) as added, (select count(*)::int from gone) as removed,
      not exists (select 1 from moves where stays is distinct from (t is not null)
        or (stays and not (tags <@ t and t <@ tags))) as equal,
      (select count(distinct root)::int from moves where take is null) as open,
      (select ${how.decided.length} - count(distinct root)::int from moves
        where verdict = 'conflict' and root = any(${numberColumn(decidedRoots, "bigint")})
          and not (take = 'both' and taken_out)) as wrong`);
  if (!row) throw new TypeError("a select without from gave no row");
  return row;
}

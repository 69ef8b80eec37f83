import { type SQL, sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";

export const changeKinds = ["added", "removed", "edited", "tags"] as const;
export type ChangeKind = (typeof changeKinds)[number];

export type DiffCounts = Record<ChangeKind, number>;

export type DiffRow = {
  change: ChangeKind;
  /** Place in the list; the next page begins after it. */
  place: number;
  /** Conversation before and after; null where it did not stand. */
  was: number | null;
  now: number | null;
  wasPreview: string | null;
  nowPreview: string | null;
  wasTags: string[] | null;
  nowTags: string[] | null;
};

const stood = (version: number) =>
  sql`added_in <= ${version} and (removed_in is null or removed_in > ${version})`;

/**
 * Rows that differ between two versions. Only memberships that changed in between are looked at. A removed and an added
 * text of one root are an edit. Few texts have another's root, and an index of their own: no other text is read for it.
 */
function differences(datasetId: number, from: number, to: number): SQL {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  return sql`
    moved as (
      select conversation_id, tags, added_in, removed_in from membership
      where dataset_id = ${datasetId}
        and ((added_in > ${low} and added_in <= ${high}) or (removed_in > ${low} and removed_in <= ${high}))
    ), was as (select conversation_id, tags from moved where ${stood(from)}),
    now as (select conversation_id, tags from moved where ${stood(to)}),
    apart as (
      select was.conversation_id as was, now.conversation_id as now, was.tags as was_tags, now.tags as now_tags
      from was full join now on now.conversation_id = was.conversation_id
      where was.tags is distinct from now.tags
    ), gone as (
      select a.*, coalesce(c.root_id, a.was) as root,
        row_number() over (partition by coalesce(c.root_id, a.was) order by a.was) as nth
      from apart a left join conversation c on c.id = a.was and c.root_id is not null where a.now is null
    ), come as (
      select a.*, coalesce(c.root_id, a.now) as root,
        row_number() over (partition by coalesce(c.root_id, a.now) order by a.now) as nth
      from apart a left join conversation c on c.id = a.now and c.root_id is not null where a.was is null
    ), diff as (
      select 'tags' as change, was, now, was_tags, now_tags from apart where was is not null and now is not null
      union all
      select case when g.was is null then 'added' when n.now is null then 'removed' else 'edited' end,
        g.was, n.now, g.was_tags, n.now_tags
      from gone g full join come n on n.root = g.root and n.nth = g.nth
    )`;
}

export async function countDiff(
  handle: ProjectHandle,
  datasetId: number,
  from: number,
  to: number,
): Promise<DiffCounts> {
  const rows = await handle.db.execute<{ change: ChangeKind; n: number }>(sql`
    with ${differences(datasetId, from, to)} select change, count(*)::int as n from diff group by change`);
  const counts: DiffCounts = { added: 0, removed: 0, edited: 0, tags: 0 };
  for (const row of rows) counts[row.change] = row.n;
  return counts;
}

/** A page of differences, by conversation; `after` is the place of the last one seen. */
export const listDiff = (
  handle: ProjectHandle,
  datasetId: number,
  versions: { from: number; to: number },
  page: ChangePage,
) => listChanges(handle, differences(datasetId, versions.from, versions.to), page);

export type ChangePage = { change: ChangeKind | undefined; after: number; limit: number };

/**
 * A page of `diff (change, was, now, was_tags, now_tags)`, the last of some table expressions, in order of the
 * conversation that is there after the change, or was before.
 */
export function listChanges(
  handle: ProjectHandle,
  diff: SQL,
  page: ChangePage,
): Promise<DiffRow[]> {
  return handle.db.execute<DiffRow>(sql`
    with ${diff}, page as (
      select *, coalesce(now, was) as place from diff
      where coalesce(now, was) > ${page.after} ${page.change === undefined ? sql`` : sql`and change = ${page.change}`}
      order by place limit ${page.limit}
    )
    select p.change, p.place::float8 as place, p.was::float8 as was, p.now::float8 as now,
      w.preview as "wasPreview", n.preview as "nowPreview", p.was_tags as "wasTags", p.now_tags as "nowTags"
    from page p left join conversation w on w.id = p.was left join conversation n on n.id = p.now order by p.place`);
}

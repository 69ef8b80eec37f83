import { sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";
import { beyond, selection, type View } from "./dataset-filter.ts";
import { plainFilter, rowsWhere } from "./rows-where.ts";

/** Ids read at once. */
const pageIds = 50_000;

/** Ids, ascending, of the conversations of a view that have a text. At most `most` and one more. */
export async function listMappable(
  handle: ProjectHandle,
  view: View,
  most: number,
): Promise<number[]> {
  const rows = selection(
    handle.projectId,
    view.datasetId,
    view.version,
    await plainFilter(handle, view),
  );
  const ids: number[] = [];
  for (;;) {
    const page = await handle.db.execute<{ id: number }>(sql`
      select c.id::float8 as id ${rows} ${beyond(ids.at(-1) ?? 0)} and c.erased_at is null
      order by m.conversation_id limit ${Math.min(pageIds, most + 1 - ids.length)}`);
    for (const { id } of page) ids.push(id);
    if (page.length < pageIds || ids.length > most) return ids;
  }
}

/** Bodies of conversations of the project, ascending by id; erased ones are left out. */
export function readTexts(
  handle: ProjectHandle,
  ids: readonly number[],
): Promise<{ id: number; body: ConversationBody }[]> {
  return handle.db.execute<{ id: number; body: ConversationBody }>(sql`
    select id::float8 as id, body from conversation
    where project_id = ${handle.projectId} and id = any(${numberColumn(ids, "bigint")}) and body is not null
    order by id`);
}

/** How many rows of a view each topic of a map has, by number. */
export async function countTopics(
  handle: ProjectHandle,
  view: View,
  mapId: number,
): Promise<Map<number, number>> {
  const rows = await handle.db.execute<{ topic: number; count: number }>(sql`
    with shown as (select c.id ${await rowsWhere(handle, view)})
    select p.topic, count(*)::int as count from shown join topic_place p on p.conversation_id = shown.id
    where p.map_id = ${mapId} group by p.topic`);
  return new Map(rows.map((row) => [row.topic, row.count]));
}

/** Rows of a view that are not on a map. */
export async function countUnmapped(
  handle: ProjectHandle,
  view: View,
  mapId: number,
): Promise<number> {
  const [row] = await handle.db.execute<{ count: number }>(sql`
    select count(*)::int as count ${await rowsWhere(handle, view)} and c.erased_at is null
      and not exists (select 1 from topic_place p where p.map_id = ${mapId} and p.conversation_id = c.id)`);
  return row?.count ?? 0;
}

export type Point = { id: number; topic: number; x: number; y: number };

/**
 * Places of the rows of a view on a map, by topic: all, or of each topic the same share, the same ones each time, when
 * there are more than `most`.
 */
export async function listPoints(
  handle: ProjectHandle,
  view: View,
  mapId: number,
  most: number,
): Promise<{ total: number; points: Point[] }> {
  const rows = await handle.db.execute<Point & { total: number }>(sql`
    with shown as (select c.id ${await rowsWhere(handle, view)}),
    placed as (
      select p.conversation_id as id, p.topic, p.x, p.y, count(*) over () as total,
        count(*) over (partition by p.topic) as size,
        row_number() over (partition by p.topic order by hashint8(p.conversation_id), p.conversation_id) as place
      from shown join topic_place p on p.conversation_id = shown.id where p.map_id = ${mapId}
    )
    select id::float8 as id, topic, x, y, total::int as total from placed
    where place <= ceil(size * least(1.0, ${most}::float8 / total)) order by topic, id`);
  return {
    total: rows[0]?.total ?? 0,
    points: rows.map(({ id, topic, x, y }) => ({ id, topic, x, y })),
  };
}

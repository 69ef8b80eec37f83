import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { AssayError } from "../../lib/core/errors.ts";
import type { ProjectHandle } from "../handle.ts";
import { user } from "../schema/access.ts";
import { topic, topicMap, topicPlace } from "../schema/topics.ts";
import { numberColumn } from "../text-columns.ts";

export type TopicMapRow = Omit<typeof topicMap.$inferSelect, "createdBy"> & { createdBy: string };
export type TopicRow = Omit<typeof topic.$inferSelect, "mapId">;
export type NewTopicMap = Omit<typeof topicMap.$inferInsert, "projectId" | "createdBy">;
export type NewPlaces = { ids: readonly number[]; topics: ArrayLike<number>; places: Float32Array };

/** Rows of one statement: a few megabytes of text. */
const rowsAtOnce = 20_000;

/** Writes a map with its topics and places, inside the transaction of `tx`. Returns its id. */
export async function insertTopicMap(
  tx: ProjectHandle,
  map: NewTopicMap,
  topics: readonly TopicRow[],
  { ids, topics: topicOf, places }: NewPlaces,
): Promise<number> {
  const [row] = await tx.db
    .insert(topicMap)
    .values({ ...map, projectId: tx.projectId, createdBy: tx.userId })
    .returning({ id: topicMap.id });
  if (!row) throw new TypeError("insert returned no row");
  if (topics.length > 0) {
    await tx.db.insert(topic).values(topics.map((one) => ({ ...one, mapId: row.id })));
  }
  for (let from = 0; from < ids.length; from += rowsAtOnce) {
    const part = ids.slice(from, from + rowsAtOnce);
    const at = (value: (row: number) => number) => part.map((_, index) => value(from + index));
    // A text that was erased while the map was made has no place on it.
    await tx.db.execute(sql`
      insert into topic_place (map_id, conversation_id, topic, x, y)
      select ${row.id}, g.id, g.topic, g.x, g.y from unnest(
        ${numberColumn(part, "bigint")},
        ${numberColumn(
          at((index) => topicOf[index] as number),
          "smallint",
        )},
        ${numberColumn(
          at((index) => places[2 * index] as number),
          "real",
        )},
        ${numberColumn(
          at((index) => places[2 * index + 1] as number),
          "real",
        )}
      ) as g(id, topic, x, y) join conversation c on c.id = g.id
      where c.project_id = ${tx.projectId} and c.erased_at is null`);
  }
  return row.id;
}

const mine = (handle: ProjectHandle, datasetId: number) =>
  and(eq(topicMap.projectId, handle.projectId), eq(topicMap.datasetId, datasetId));

/** With the present name of who made it; empty when nobody is known. */
const columns = {
  ...getTableColumns(topicMap),
  createdBy: sql<string>`coalesce((select ${user.name} from ${user} where ${user.id} = ${topicMap.createdBy}), '')`,
};

/** Maps of a dataset of the handle's project, the newest first. */
export const listTopicMaps = (
  handle: ProjectHandle,
  datasetId: number,
  limit: number,
): Promise<TopicMapRow[]> =>
  handle.db
    .select(columns)
    .from(topicMap)
    .where(mine(handle, datasetId))
    .orderBy(desc(topicMap.id))
    .limit(limit);

/** A map of a dataset of the handle's project. Throws not_found. */
export async function requireTopicMap(
  handle: ProjectHandle,
  datasetId: number,
  id: number,
): Promise<TopicMapRow> {
  const [row] = await handle.db
    .select(columns)
    .from(topicMap)
    .where(and(mine(handle, datasetId), eq(topicMap.id, id)));
  if (row) return row;
  throw new AssayError(
    "not_found",
    "This dataset has no such map of topics. It may have been removed; look at its list of maps.",
  );
}

/** Topics of a map that was required before, by number; texts that are too short to place come last. */
export function listTopics(handle: ProjectHandle, mapId: number): Promise<TopicRow[]> {
  return handle.db
    .select({
      number: topic.number,
      title: topic.title,
      words: topic.words,
      size: topic.size,
      x: topic.x,
      y: topic.y,
    })
    .from(topic)
    .innerJoin(topicMap, eq(topicMap.id, topic.mapId))
    .where(and(eq(topic.mapId, mapId), eq(topicMap.projectId, handle.projectId)))
    .orderBy(sql`${topic.number} = 0`, topic.number);
}

/** Takes a map with its topics and places away. */
export async function deleteTopicMap(handle: ProjectHandle, id: number): Promise<void> {
  await handle.db
    .delete(topicMap)
    .where(and(eq(topicMap.id, id), eq(topicMap.projectId, handle.projectId)));
}

/** Takes all maps of a dataset away; with its deletion. */
export async function deleteMapsOf(tx: ProjectHandle, datasetId: number): Promise<void> {
  await tx.db
    .delete(topicMap)
    .where(and(eq(topicMap.datasetId, datasetId), eq(topicMap.projectId, tx.projectId)));
}

/** Takes conversations off every map of the project. */
export async function takeOffMaps(tx: ProjectHandle, ids: readonly number[]): Promise<void> {
  // By the key of each map, so that nothing is read but the rows that go.
  await tx.db.execute(sql`
    delete from ${topicPlace} where map_id in (select id from topic_map where project_id = ${tx.projectId})
      and conversation_id = any(${numberColumn(ids, "bigint")})`);
}

import { sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import { packVector, unpackVector } from "../../lib/core/vector-bytes.ts";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";
import { beyond, selection, type View } from "./dataset-filter.ts";
import { rowsWhere } from "./rows-where.ts";

/** Conversations of a dataset's newest version after `after`, ascending, that have a text and no vector of the version. */
export function listWithoutVector(
  handle: ProjectHandle,
  { datasetId, modelVersionId }: { datasetId: number; modelVersionId: number },
  after: number,
  limit: number,
): Promise<{ id: number; body: ConversationBody }[]> {
  return handle.db.execute<{ id: number; body: ConversationBody }>(sql`
    select c.id::float8 as id, c.body ${selection(handle.projectId, datasetId, undefined, {})}
      ${beyond(after)} and c.body is not null and not exists (
        select 1 from embedding e where e.model_version_id = ${modelVersionId} and e.conversation_id = c.id)
    order by m.conversation_id limit ${limit}`);
}

export type CountedVectors = {
  with: number;
  without: number;
  /** Tells which rows have one: equal for the same rows and, but for a rare chance, for no others. */
  stamp: string;
};

/** How many of a view's rows with a text have a vector of the version, and how many have none. */
export async function countVectors(
  handle: ProjectHandle,
  view: View,
  modelVersionId: number,
): Promise<CountedVectors> {
  const [row] = await handle.db.execute<CountedVectors>(sql`
    select count(e.conversation_id)::int as with, (count(*) - count(e.conversation_id))::int as without,
      concat_ws(' ', count(e.conversation_id), coalesce(sum(e.conversation_id), 0),
        coalesce(sum(e.conversation_id::numeric * e.conversation_id), 0)) as stamp
    from (select c.id ${await rowsWhere(handle, view)} and c.erased_at is null) shown
      left join embedding e on e.conversation_id = shown.id and e.model_version_id = ${modelVersionId}`);
  return row ?? { with: 0, without: 0, stamp: "" };
}

/** Keeps vectors of conversations that were not erased meanwhile; one that is there already stays. */
export async function insertVectors(
  tx: ProjectHandle,
  modelVersionId: number,
  rows: readonly { id: number; vector: ArrayLike<number> }[],
): Promise<void> {
  const given = rows.map(({ id, vector }) => ({
    id,
    vector: Buffer.from(packVector(vector)).toString("base64"),
  }));
  // The lock holds off an erasure until the vector is there to be taken by it.
  await tx.db.execute(sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as x(id bigint, vector text)
    ), standing as (
      select c.id from conversation c where c.project_id = ${tx.projectId} and c.id in (select id from given)
        and c.body is not null order by c.id for share
    )
    insert into embedding (model_version_id, conversation_id, vector)
    select ${modelVersionId}, g.id, decode(g.vector, 'base64') from given g join standing s on s.id = g.id
    on conflict do nothing`);
}

/** Takes the vectors of erased conversations away: words can be guessed from them. */
export async function forgetVectors(tx: ProjectHandle, ids: readonly number[]): Promise<void> {
  await tx.db.execute(sql`
    delete from embedding where conversation_id in (
      select id from conversation where project_id = ${tx.projectId} and id = any(${numberColumn(ids, "bigint")}))`);
}

/** The vectors of a conversation, those of the newest model version first; without those of deleted models. */
export async function vectorsOf(
  handle: ProjectHandle,
  conversationId: number,
): Promise<{ modelVersionId: number; model: string; vector: Float32Array }[]> {
  const rows = await handle.db.execute<{ id: number; model: string; vector: Uint8Array }>(sql`
    select v.id::float8 as id, m.name || '@' || v.number as model, e.vector
    from embedding e join model_version v on v.id = e.model_version_id join model m on m.id = v.model_id
    where e.conversation_id = ${conversationId} and v.project_id = ${handle.projectId} and m.deleted_at is null
    order by v.id desc`);
  return rows.map(({ id, model, vector }) => ({
    modelVersionId: id,
    model,
    vector: unpackVector(vector),
  }));
}

/**
 * Ids of a dataset's newest rows whose vectors are about the nearest, by the sidecar's index of vectors; their order is not
 * to be relied on. Undefined when there is no such index, or while it is being built: then a scan answers.
 */
export async function askNearest(
  handle: ProjectHandle,
  which: { datasetId: number; modelVersionId: number; counted: CountedVectors },
  query: Float32Array,
  limit: number,
): Promise<number[] | undefined> {
  const { datasetId, modelVersionId, counted } = which;
  const answer = await handle.database.index?.near({
    ...{ project: handle.projectId, dataset: datasetId, modelVersion: modelVersionId },
    ...{ count: counted.with, stamp: counted.stamp, limit },
    query: Buffer.from(packVector(query)).toString("base64"),
  });
  return answer?.state === "fresh" ? answer.ids : undefined;
}

/** Vectors read at once: some megabytes. */
const pageRows = 5_000;

/** The vectors of a view's rows, or of those `among` them, by one version, ascending by conversation. */
export async function* readVectors(
  handle: ProjectHandle,
  view: View,
  modelVersionId: number,
  among?: readonly number[],
): AsyncGenerator<{ id: number; vector: Float32Array }> {
  const rows = await rowsWhere(handle, view);
  const only = among ? sql`and c.id = any(${numberColumn(among, "bigint")})` : sql``;
  for (let after = 0; ; ) {
    const page = await handle.db.execute<{ id: number; vector: Uint8Array }>(sql`
      select shown.id::float8 as id, e.vector
      from (select c.id ${rows} ${beyond(after)} and c.erased_at is null ${only}) shown
        join embedding e on e.conversation_id = shown.id and e.model_version_id = ${modelVersionId}
      order by shown.id limit ${pageRows}`);
    for (const { id, vector } of page) yield { id, vector: unpackVector(vector) };
    const last = page.at(-1);
    if (!last || page.length < pageRows) return;
    after = last.id;
  }
}

import { sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import type { ProjectHandle } from "../handle.ts";
import { forgetKnown } from "./recipe-memory.ts";

const idArray = (ids: readonly number[]) =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::bigint)`;

/**
 * Blanks the words of conversations themselves and what their sources said about them; rows, hashes and counts stay as
 * tombstones. The hash keeps the text from coming back with the next import.
 */
export async function blankConversations(
  tx: ProjectHandle,
  ids: readonly number[],
): Promise<number[]> {
  const project = tx.projectId;
  const rows = await tx.db.execute<{ id: number }>(sql`
    update conversation set body = null, preview = '', normal_hash = null, erased_at = now()
    where project_id = ${project} and id = any(${idArray(ids)}) and erased_at is null returning id::float8 as id`);
  await tx.db.execute(sql`
    update occurrence set speakers = null, metadata = '{}', time = null
    where project_id = ${project} and conversation_id = any(${idArray(ids)})`);
  await forgetKnown(tx, idArray(ids));
  return rows.map((row) => row.id);
}

/** The bodies that still stand, locked until the transaction ends. */
export async function readBodies(
  tx: ProjectHandle,
  ids: readonly number[],
): Promise<ConversationBody[]> {
  const rows = await tx.db.execute<{ body: ConversationBody }>(sql`
    select body from conversation where project_id = ${tx.projectId} and id = any(${idArray(ids)})
      and body is not null order by id for update`);
  return rows.map((row) => row.body);
}

export type LearnedRow = { id: number; model: string; number: number };

/** Model versions that were trained on a snapshot with one of these texts, and all that were made from them. */
export function listLearned(handle: ProjectHandle, ids: readonly number[]): Promise<LearnedRow[]> {
  return handle.db.execute<LearnedRow>(sql`
    with recursive learned as (
      select v.id from model_version v
      where v.project_id = ${handle.projectId} and v.snapshot_id in (
        select snapshot_id from snapshot_item where side <> 'test' and conversation_id = any(${idArray(ids)}))
      union select v.id from model_version v join learned l on v.parent_id = l.id
    )
    select v.id::float8 as id, m.name as model, v.number from model_version v join model m on m.id = v.model_id
    where v.id in (select id from learned) order by v.id`);
}

/** Datasets in which one of these texts stands now. */
export function listHolders(
  handle: ProjectHandle,
  ids: readonly number[],
): Promise<{ id: number; name: string }[]> {
  return handle.db.execute<{ id: number; name: string }>(sql`
    select d.id::float8 as id, d.name from dataset d
    where d.project_id = ${handle.projectId} and d.deleted_at is null and exists (
      select 1 from membership m where m.dataset_id = d.id and m.removed_in is null
        and m.conversation_id = any(${idArray(ids)})) order by d.id`);
}

export type DerivedFiles = { sources: string[]; exportRuns: number[]; trainRuns: number[] };

/** Files in which the words of these texts may stand: uploads, exports, staged training rows. */
export async function listDerivedFiles(
  handle: ProjectHandle,
  ids: readonly number[],
): Promise<DerivedFiles> {
  const project = handle.projectId;
  const sources = await handle.db.execute<{ digest: string }>(sql`
    select distinct s.digest from source s join occurrence o on o.source_id = s.id
    where s.project_id = ${project} and o.conversation_id = any(${idArray(ids)})
      and not exists (select 1 from source other where other.digest = s.digest and other.project_id <> ${project})`);
  const exports = await handle.db.execute<{ id: number }>(sql`
    select r.id::float8 as id from run r where r.project_id = ${project} and r.kind = 'export'
      and (r.input->>'datasetId')::bigint in (
        select dataset_id from membership where conversation_id = any(${idArray(ids)}))`);
  const trains = await handle.db.execute<{ id: number }>(sql`
    select r.id::float8 as id from run r where r.project_id = ${project} and r.kind = 'train'
      and (r.input->>'snapshotId')::bigint in (
        select snapshot_id from snapshot_item where conversation_id = any(${idArray(ids)}))`);
  return {
    sources: sources.map((row) => row.digest),
    exportRuns: exports.map((row) => row.id),
    trainRuns: trains.map((row) => row.id),
  };
}

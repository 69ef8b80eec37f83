import { type SQL, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";
import { beyond, type PlainFilter, selection, type View } from "./dataset-filter.ts";
import { type RecipeRow, rememberedKeys, withMemory } from "./recipe-memory.ts";
import { findTexts, rowsWhere } from "./rows-where.ts";

export type BodyRow = { id: number; body: ConversationBody; lang: string | null };

/** The next `limit` rows of a view in their fixed order, after conversation `after`; erased ones are left out. */
export async function listBodies(
  handle: ProjectHandle,
  view: View,
  after: number,
  limit: number,
): Promise<BodyRow[]> {
  const rows = await readRows(handle, view, { after, limit });
  return rows.filter((row) => row.body !== null);
}

/** Rows by their ids, in the order of ids; erased ones are left out. */
export const listBodyRows = (handle: ProjectHandle, ids: readonly number[]): Promise<BodyRow[]> =>
  handle.db.execute<BodyRow>(sql`
    select id::float8 as id, body, lang from conversation
    where project_id = ${handle.projectId} and id = any(${numberColumn(ids, "bigint")}) and body is not null order by id`);

type Page = { after: number; limit: number; memory?: number };

/** The same with what a recipe's memory knows of them: known rows come without their body. */
export const listRecipeRows = (
  handle: ProjectHandle,
  view: View,
  page: Page & { memory: number },
): Promise<RecipeRow[]> => readRows(handle, view, page);

async function readRows(
  handle: ProjectHandle,
  view: View,
  { after, ...page }: Page,
): Promise<RecipeRow[]> {
  const { text: _text, ...filter } = view.filter;
  const read = (plain: PlainFilter, from: number) =>
    handle.db.execute<RecipeRow>(pageOf(handle, view, plain, { ...page, after: from }));
  if (view.filter.text === undefined) return read(filter, after);
  const { limit } = page;
  const found = await foundTexts(handle, view);
  const rows: RecipeRow[] = [];
  let at = found.findIndex((id) => id > after);
  while (at >= 0 && at < found.length && rows.length < limit) {
    rows.push(...(await read({ ...filter, among: found.slice(at, at + limit) }, 0)));
    at += limit;
  }
  return rows.slice(0, limit);
}

function pageOf(
  handle: ProjectHandle,
  { datasetId, version }: View,
  filter: PlainFilter,
  { after, limit, memory }: Page,
): SQL {
  const rows = sql`
    select c.id::float8 as id, c.body, c.lang ${selection(handle.projectId, datasetId, version, filter)}
      ${beyond(after)} and c.body is not null
    order by m.conversation_id limit ${limit}`;
  return memory === undefined ? rows : withMemory(rows, memory);
}

/** Keys of the rows of a view that were known, up to and with conversation `upTo`: what an earlier attempt saw of them. */
export async function* knownKeys(
  handle: ProjectHandle,
  view: View,
  upTo: { memory: number; runId: number; upTo: number },
): AsyncGenerator<readonly string[]> {
  yield* rememberedKeys(handle, await rowsWhere(handle, view), upTo);
}

/** Ids that a search finds at a fixed version, kept from page to page of one reader: texts do not change there. */
const found = new LRUCache<string, number[]>({ max: 4, ttl: 10 * 60_000 });

async function foundTexts(handle: ProjectHandle, view: View): Promise<number[]> {
  if (view.version === undefined) return findTexts(handle, view);
  const key = JSON.stringify([handle.projectId, view]);
  const known = found.get(key);
  if (known) return known;
  const ids = await findTexts(handle, view);
  found.set(key, ids);
  return ids;
}

/** What became of one row; see the schema's `recipe_row`. */
export type RowOutcome = {
  conversation: number;
  result: number | null;
  step: number | null;
  reason: string | null;
  keys: string[] | null;
  kept: number | null;
  similarity: number | null;
};

export async function stageOutcomes(
  tx: ProjectHandle,
  runId: number,
  rows: readonly RowOutcome[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.db.execute(sql`
    insert into recipe_row (run_id, conversation_id, result_id, step, reason, kept_id, similarity, keys)
    select ${runId}, x.conversation, x.result, x.step, x.reason, x.kept, x.similarity,
      case when x.keys is null then null else array(select jsonb_array_elements_text(x.keys)) end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(conversation bigint, result bigint, step smallint, reason text, kept bigint, similarity real, keys jsonb)
    on conflict (run_id, conversation_id) do nothing`);
}

/** Keys of the duplicate steps that an earlier attempt has seen, a page at a time. */
export async function* stagedKeys(
  handle: ProjectHandle,
  runId: number,
): AsyncGenerator<readonly string[]> {
  for (let after = 0; ; ) {
    const rows = await handle.db.execute<{ id: number; keys: string[] }>(sql`
      select conversation_id::float8 as id, keys from recipe_row
      where run_id = ${runId} and keys is not null and conversation_id > ${after}
      order by conversation_id limit 5000`);
    for (const row of rows) yield row.keys;
    const last = rows.at(-1);
    if (!last || rows.length < 5000) return;
    after = last.id;
  }
}

export type NewFinding = {
  conversation: number;
  nodeHash: string;
  check: string;
  kind: string;
  start: number;
  end: number;
  confidence: number;
  detector: string;
};

/** Appends findings; the same span found again stays one. Returns how many are new. */
export async function addFindings(
  tx: ProjectHandle,
  runId: number,
  findings: readonly NewFinding[],
): Promise<number> {
  if (findings.length === 0) return 0;
  const [row] = await tx.db.execute<{ n: number }>(sql`
    with fresh as (
      insert into finding (project_id, conversation_id, node_hash, "check", kind, start, "end", confidence, detector, run_id)
      select ${tx.projectId}, x.conversation, x."nodeHash", x."check", x.kind, x.start, x."end", x.confidence, x.detector, ${runId}
      from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb) as x(conversation bigint, "nodeHash" text, "check" text,
        kind text, start int, "end" int, confidence int, detector text)
      on conflict do nothing returning 1
    ) select count(*)::int as n from fresh`);
  return row?.n ?? 0;
}

/** Notes languages that a step has told. */
export async function setLanguages(
  tx: ProjectHandle,
  rows: readonly { conversation: number; lang: string | null }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.db.execute(sql`
    update conversation c set lang = x.lang
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(conversation bigint, lang text)
    where c.id = x.conversation and c.project_id = ${tx.projectId} and c.lang is distinct from x.lang`);
}

/**
 * Puts all staged results in their rows' places at `version`. A row that somebody changed meanwhile is left alone; a
 * result that stands in the dataset already is not doubled.
 */
export async function applyOutcomes(
  tx: ProjectHandle,
  runId: number,
  datasetId: number,
  version: number,
): Promise<{ added: number; removed: number; dropped: number; planned: number }> {
  const [planned] = await tx.db.execute<{ n: number }>(sql`
    select count(*)::int as n from recipe_row
    where run_id = ${runId} and result_id is distinct from conversation_id`);
  const [moved] = await tx.db.execute<{ added: number; removed: number; dropped: number }>(sql`
    with gone as (
      update membership m set removed_in = ${version} from recipe_row r
      where r.run_id = ${runId} and r.result_id is distinct from r.conversation_id
        and m.dataset_id = ${datasetId} and m.removed_in is null and m.conversation_id = r.conversation_id
      returning m.conversation_id, m.tags, r.result_id
    ), fresh as (
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select distinct on (g.result_id) ${datasetId}::bigint, g.result_id, ${version}::int, g.tags
      from gone g join conversation c on c.id = g.result_id
      where c.erased_at is null order by g.result_id, g.conversation_id
      on conflict (dataset_id, conversation_id) where removed_in is null do nothing returning 1
    ) select (select count(*)::int from fresh) as added, count(*)::int as removed,
        (count(*) filter (where result_id is null))::int as dropped from gone`);
  // Unchanged rows were kept for their keys only.
  await tx.db.execute(
    sql`delete from recipe_row where run_id = ${runId} and result_id = conversation_id`,
  );
  return { added: 0, removed: 0, dropped: 0, ...moved, planned: planned?.n ?? 0 };
}

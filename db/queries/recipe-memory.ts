import { type SQL, sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import type { ProjectHandle } from "../handle.ts";

/** A row of a recipe's run. Without a body it is known to come out as it went in, unless its keys were seen before. */
export type RecipeRow =
  | { id: number; body: ConversationBody; lang: string | null }
  | { id: number; body: null; lang: string | null; keys: string[] };

/** A memory that no run used for so long is swept. */
const keptDays = 30;

/** The project's memory of the recipe with this digest, noted as used now. */
export async function openMemory(tx: ProjectHandle, digest: string): Promise<number> {
  const [row] = await tx.db.execute<{ id: number }>(sql`
    insert into recipe_memory (project_id, digest) values (${tx.projectId}, ${digest})
    on conflict (project_id, digest) do update set used_at = now() returning id::float8 as id`);
  if (!row) throw new TypeError("insert returned no row");
  return row.id;
}

/** Rows of a recipe's view with what is known of them. @param rows `select … c.id, c.body, c.lang` in the order of ids. */
export const withMemory = (rows: SQL, memory: number): SQL => sql`
  select r.id::float8 as id, case when k.memory_id is null then r.body end as body, r.lang, coalesce(k.keys, '{}') as keys
  from (${rows}) r left join recipe_known k on k.memory_id = ${memory} and k.conversation_id = r.id::bigint order by r.id`;

/** Notes rows that came out as they went in, with the keys that they asked with. */
export async function rememberRows(
  tx: ProjectHandle,
  memory: number,
  rows: readonly { id: number; keys: readonly string[] }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.db.execute(sql`
    insert into recipe_known (memory_id, conversation_id, keys)
    select ${memory}, x.id, case when jsonb_array_length(x.keys) > 0 then array(select jsonb_array_elements_text(x.keys)) end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id bigint, keys jsonb)
    on conflict do nothing`);
}

/**
 * Keys of the known ones among the rows of `selection` (over `m`), a page at a time, up to and with conversation `upTo`.
 * Rows that the run changed or dropped are left out: what those asked was staged.
 */
export async function* rememberedKeys(
  handle: ProjectHandle,
  selection: SQL,
  { memory, runId, upTo }: { memory: number; runId: number; upTo: number },
): AsyncGenerator<readonly string[]> {
  for (let after = 0; ; ) {
    const rows = await handle.db.execute<{ id: number; keys: string[] }>(sql`
      select k.conversation_id::float8 as id, k.keys from recipe_known k
      where k.memory_id = ${memory} and k.keys is not null and k.conversation_id > ${after} and k.conversation_id <= ${upTo}
        and exists (select 1 ${selection} and m.conversation_id = k.conversation_id)
        and not exists (select 1 from recipe_row r where r.run_id = ${runId} and r.conversation_id = k.conversation_id)
      order by k.conversation_id limit 5000`);
    for (const row of rows) yield row.keys;
    const last = rows.at(-1);
    if (!last || rows.length < 5000) return;
    after = last.id;
  }
}

/** Forgets what is known about texts that are erased: keys tell equal texts. */
export async function forgetKnown(tx: ProjectHandle, ids: SQL): Promise<void> {
  await tx.db.execute(sql`
    delete from recipe_known k using recipe_memory r
    where r.id = k.memory_id and r.project_id = ${tx.projectId} and k.conversation_id = any(${ids})`);
}

/** Sweeps memories that no run used for a month. */
export const forgetOldMemories = (db: ProjectHandle["db"]) =>
  db.execute(
    sql`delete from recipe_memory where used_at < now() - make_interval(days => ${keptDays})`,
  );

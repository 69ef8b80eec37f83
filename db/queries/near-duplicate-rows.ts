import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";

/** When conversations took place by their sources, Unix time in seconds; an edited text takes its root's time. */
export async function timesOfConversations(
  handle: ProjectHandle,
  ids: readonly number[],
): Promise<Map<number, number>> {
  const rows = await handle.db.execute<{ id: number; time: number }>(sql`
    select c.id::float8 as id, extract(epoch from max(o.time))::float8 as time
    from conversation c join occurrence o on o.conversation_id = coalesce(c.root_id, c.id)
    where c.project_id = ${handle.projectId} and c.id = any(${numberColumn(ids, "bigint")}) and o.time is not null
    group by c.id`);
  return new Map(rows.map(({ id, time }) => [id, time]));
}

/** A row that a recipe run dropped for one that stays. `similarity` is 0 to 1. */
export type NearDuplicateRow = { kept: number; conversation: number; similarity: number };

/** The next `limit` rows that a run dropped as near-duplicates, by the row kept, after the pair of ids given. */
export function listNearDuplicates(
  handle: ProjectHandle,
  runId: number,
  after: Pick<NearDuplicateRow, "kept" | "conversation">,
  limit: number,
): Promise<NearDuplicateRow[]> {
  return handle.db.execute<NearDuplicateRow>(sql`
    select kept_id::float8 as kept, conversation_id::float8 as conversation, similarity::float8 as similarity
    from recipe_row where run_id = ${runId} and kept_id is not null
      and (kept_id, conversation_id) > (${after.kept}::bigint, ${after.conversation}::bigint)
    order by kept_id, conversation_id limit ${limit}`);
}

/** How many rows a run dropped for each of the rows kept. */
export async function countNearDuplicates(
  handle: ProjectHandle,
  runId: number,
  kept: readonly number[],
): Promise<Map<number, number>> {
  const rows = await handle.db.execute<{ kept: number; n: number }>(sql`
    select kept_id::float8 as kept, count(*)::int as n from recipe_row
    where run_id = ${runId} and kept_id = any(${numberColumn(kept, "bigint")}) group by kept_id`);
  return new Map(rows.map((row) => [row.kept, row.n]));
}

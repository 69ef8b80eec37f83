import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";

/**
 * The newest run that maps the topics of a dataset and has made no map: it waits, works or did not get there. Null when a
 * map came after it.
 */
export async function newestRunOf(
  handle: ProjectHandle,
  datasetId: number,
): Promise<number | null> {
  const [row] = await handle.db.execute<{ id: number; state: string }>(sql`
    select id::float8 as id, state from run
    where project_id = ${handle.projectId} and kind = 'topics' and input->>'datasetId' = ${String(datasetId)}
    order by id desc limit 1`);
  return row && row.state !== "succeeded" ? row.id : null;
}

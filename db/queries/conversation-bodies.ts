import { sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";

/** Bodies of some conversations of the handle's project; erased ones are left out. */
export async function listBodiesById(
  handle: ProjectHandle,
  ids: readonly number[],
): Promise<{ id: number; body: ConversationBody }[]> {
  return handle.db.execute<{ id: number; body: ConversationBody }>(sql`
    select id::float8 as id, body from conversation
    where project_id = ${handle.projectId} and id = any(${numberColumn(ids, "bigint")}) and body is not null`);
}

import { sql } from "drizzle-orm";
import type { DatasetFilter } from "../../lib/core/dataset-filter.ts";
import type { ProjectHandle } from "../handle.ts";
import { numberColumn } from "../text-columns.ts";
import { placedOn, type View } from "./dataset-filter.ts";

/** Ids that a question to the index may name, as `datasetFilterSchema` has it. */
const mostIds = 10_000;

/**
 * A view's filter as the search index can answer it: the index knows no maps, so what a map's topics or area hold is named
 * by id. Undefined when these are none or too many: then only SQL can answer.
 */
export async function withMapAsIds(
  handle: ProjectHandle,
  { datasetId, filter }: View,
): Promise<DatasetFilter | undefined> {
  const { map, ...rest } = filter;
  if (!map) return rest;
  const rows = await handle.db.execute<{ id: number }>(sql`
    select placed.conversation_id::float8 as id from (${placedOn(handle.projectId, datasetId, map)}) placed
    ${rest.ids ? sql`where placed.conversation_id = any(${numberColumn(rest.ids, "bigint")})` : sql``}
    limit ${mostIds + 1}`);
  if (rows.length === 0 || rows.length > mostIds) return undefined;
  return { ...rest, ids: rows.map(({ id }) => id) };
}

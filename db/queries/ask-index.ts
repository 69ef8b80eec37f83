import { sql } from "drizzle-orm";
import { parseSearch } from "../../lib/core/search-query.ts";
import type { ProjectHandle } from "../handle.ts";
import type { Answer, Question } from "../index/protocol.ts";
import type { View } from "./dataset-filter.ts";
import { withMapAsIds } from "./map-ids.ts";

type Wanted = Pick<Question, "page" | "counts" | "ids" | "words">;

/**
 * Asks the sidecar index about a view. Undefined when there is none, when it does not answer, or when its answer is for
 * another version than the one asked for, or when a map selects more rows than it can be told: then plain SQL answers.
 * @throws invalid_input for a search that has no word to look for.
 */
export async function askIndex(
  handle: ProjectHandle,
  view: View,
  wanted: Wanted,
): Promise<Answer | undefined> {
  // A search that cannot be read is refused whoever would answer it.
  if (view.filter.text !== undefined) parseSearch(view.filter.text);
  const { index } = handle.database;
  if (!index) return undefined;
  const version = view.version ?? (await headOf(handle, view.datasetId));
  if (version === undefined) return undefined;
  const filter = await withMapAsIds(handle, view);
  if (!filter) return undefined;
  const { datasetId: dataset } = view;
  const answer = await index.ask({
    project: handle.projectId,
    dataset,
    version,
    filter,
    ...wanted,
  });
  return answer?.state === "fresh" && answer.version !== version ? undefined : answer;
}

async function headOf(handle: ProjectHandle, datasetId: number): Promise<number | undefined> {
  const [row] = await handle.db.execute<{ version: number }>(sql`
    select head_version as version from dataset where id = ${datasetId} and project_id = ${handle.projectId}`);
  return row?.version;
}

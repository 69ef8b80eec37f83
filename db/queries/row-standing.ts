import { sql } from "drizzle-orm";
import type { ProjectHandle } from "../handle.ts";
import { standsIn, type View } from "./dataset-filter.ts";

/** Why a row is not among those of a view: the filter leaves it out, the version has it not, or the dataset never had. */
export async function standing(
  handle: ProjectHandle,
  view: View,
  id: number,
): Promise<"filtered" | "gone" | "unknown"> {
  const [row] = await handle.db.execute<{ here: boolean; ever: boolean }>(sql`
    select exists (select 1 from membership m where ${standsIn(view.datasetId, view.version)}
        and m.conversation_id = ${id}) as here,
      exists (select 1 from membership m join dataset d on d.id = m.dataset_id
        where m.dataset_id = ${view.datasetId} and d.project_id = ${handle.projectId} and m.conversation_id = ${id}) as ever`);
  if (!row?.ever) return "unknown";
  return row.here ? "filtered" : "gone";
}

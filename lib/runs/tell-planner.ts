import { eq } from "drizzle-orm";
import { analyzeRows } from "#db/queries/analyze-rows.ts";
import { run } from "#db/schema/runs.ts";
import type { Services } from "../services.ts";

/** Fewer rows change no plan by much. */
const many = 5_000;

/** After a run that wrote or read many rows: what is asked next is planned for as many as there are now. */
export async function tellPlanner(
  { database }: Pick<Services, "database">,
  runId: number,
): Promise<void> {
  const [row] = await database.db.select({ done: run.done }).from(run).where(eq(run.id, runId));
  if (row && row.done >= many) await analyzeRows(database);
}

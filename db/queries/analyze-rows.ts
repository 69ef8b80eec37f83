import type { Database } from "../client.ts";

/**
 * Tells Postgres' planner how many rows there are now. It looks by itself once a minute, and until then plans for the few
 * that there were: a question that takes milliseconds takes minutes.
 */
export async function analyzeRows({ sql }: Pick<Database, "sql">): Promise<void> {
  await sql`analyze conversation, membership, occurrence, finding, recipe_row, topic_place`;
}

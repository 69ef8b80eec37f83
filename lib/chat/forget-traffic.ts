import { sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";

/** Rows a statement: a worker must not hold locks for long while the endpoint writes. */
const batch = 5000;

/** Deletes kept requests whose days are over. Feedback that was given on them stays. Returns how many there were. */
export async function forgetTraffic(database: Database): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = await database.db.execute(sql`
      delete from request_log where id in (
        select id from request_log where expires_at <= now() order by expires_at limit ${batch})
      returning 1`);
    total += rows.length;
    if (rows.length < batch) return total;
  }
}

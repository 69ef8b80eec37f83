import { and, asc, desc, eq, gt, inArray, lt, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { runEvent } from "#db/schema/runs.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";
import { requireRun } from "./read-runs.ts";

/**
 * Log lines and metrics of a run, always oldest first. Without more the first ones after `after`; with `newest` the
 * last ones, before `before` when it is given; with `thin` that many spread evenly over all, the first and the last
 * among them, so that a curve of any length can be drawn.
 */
export const readRunLogs = defineOperation({
  name: "runs.logs",
  summary: "Log lines and metrics of a run, the oldest first",
  method: "GET",
  path: "/projects/{project}/runs/{run}/events",
  input: z.strictObject({
    project: slugSchema,
    run: idSchema,
    type: z.array(z.string().max(40)).min(1).max(20).optional(),
    after: z.coerce.number().int().min(0).default(0),
    before: idSchema.optional(),
    newest: z.boolean().default(false),
    thin: z.coerce.number().int().min(2).max(5000).optional(),
    limit: z.coerce.number().int().min(1).max(5000).default(1000),
  }),
  output: z.object({
    events: z.array(
      z.object({
        id: z.number(),
        attempt: z.number(),
        type: z.string(),
        data: z.record(z.string(), z.unknown()),
        at: z.string(),
      }),
    ),
  }),
  allow: { project: "run.read" },
  positionals: ["run"],
  run: async ({ handle }, input) => {
    await requireRun(handle, input.run);
    const chosen = and(
      eq(runEvent.runId, input.run),
      gt(runEvent.id, input.after),
      input.before ? lt(runEvent.id, input.before) : undefined,
      input.type ? inArray(runEvent.type, input.type) : undefined,
    );
    const rows = await handle.db
      .select()
      .from(runEvent)
      .where(input.thin ? and(chosen, spread(chosen, input.thin)) : chosen)
      .orderBy(input.newest ? desc(runEvent.id) : asc(runEvent.id))
      // What is thinned has its size already.
      .limit(input.thin ?? input.limit);
    if (input.newest) rows.reverse();
    return {
      events: rows.map((row) => ({
        id: row.id,
        attempt: row.attempt,
        type: row.type,
        data: row.data,
        at: row.createdAt.toISOString(),
      })),
    };
  },
});

/** Rows 1 and n of n, and between them those where the share of `count - 1` steps passes a whole number. */
function spread(chosen: SQL | undefined, count: number): SQL {
  const steps = count - 1;
  return sql`${runEvent.id} in (
    select id from (
      select ${runEvent.id} as id, row_number() over (order by ${runEvent.id}) - 1 as place, count(*) over () - 1 as last
      from ${runEvent} where ${chosen}) ranked
    where place in (0, last) or place * ${steps} / nullif(last, 0) <> (place - 1) * ${steps} / nullif(last, 0))`;
}

import { and, desc, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { run } from "#db/schema/runs.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { runKinds, runStates } from "../core/runs.ts";
import { defineOperation } from "../operation.ts";
import { type Held, heldRuns } from "./held-runs.ts";

export const runOutput = z.object({
  id: z.number(),
  kind: z.string(),
  title: z.string(),
  state: z.enum(runStates),
  attempt: z.number(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  note: z.string(),
  /** Seconds, from the pace so far; null while unknown. */
  etaSeconds: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  input: z.record(z.string(), z.unknown()),
  needs: z.object({ device: z.string(), memoryMb: z.number() }),
  cancelRequested: z.boolean(),
  /** Set when no running worker can take this waiting run. */
  held: z.object({ reason: z.string(), offerCpu: z.boolean() }).nullable(),
  createdBy: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});

type Row = typeof run.$inferSelect;

export function runView(row: Row, held?: Held): z.input<typeof runOutput> {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: row.state as (typeof runStates)[number],
    attempt: row.attempt,
    done: row.done,
    total: row.total,
    unit: row.unit,
    note: row.note,
    etaSeconds: eta(row),
    error: row.errorCode ? { code: row.errorCode, message: row.errorMessage ?? "" } : null,
    result: row.result,
    input: row.input,
    needs: row.needs,
    cancelRequested: row.cancelRequestedAt !== null,
    held: held ?? null,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function eta(row: Row): number | null {
  if (row.state !== "running" || !row.startedAt || !row.total || row.done <= 0) return null;
  const seconds = (Date.now() - row.startedAt.getTime()) / 1000;
  return Math.max(0, Math.round((seconds / row.done) * (row.total - row.done)));
}

/** A run of the handle's project. Throws not_found. */
export async function requireRun(handle: ProjectHandle, id: number): Promise<Row> {
  const [row] = await handle.db
    .select()
    .from(run)
    .where(and(eq(run.id, id), eq(run.projectId, handle.projectId)));
  if (!row)
    throw new AssayError("not_found", "This project has no such run. Look at the list of runs.");
  return row;
}

/** A run as it is shown, with the reason when nobody can take it. Throws not_found. */
export async function describeRun(
  handle: ProjectHandle,
  id: number,
): Promise<z.input<typeof runOutput>> {
  const row = await requireRun(handle, id);
  return runView(row, (await heldRuns(handle, [row])).get(row.id));
}

/** Runs of a project, the newest first. */
export const listRuns = defineOperation({
  name: "runs.list",
  summary: "Runs of a project, the newest first",
  method: "GET",
  path: "/projects/{project}/runs",
  input: z.strictObject({
    project: slugSchema,
    kind: z.enum(runKinds).optional(),
    state: z.enum(runStates).optional(),
    before: idSchema.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({ runs: z.array(runOutput), next: z.number().nullable() }),
  allow: { project: "run.read" },
  run: async ({ handle }, input) => {
    const rows = await handle.db
      .select()
      .from(run)
      .where(
        and(
          eq(run.projectId, handle.projectId),
          input.kind ? eq(run.kind, input.kind) : undefined,
          input.state ? eq(run.state, input.state) : undefined,
          input.before ? lt(run.id, input.before) : undefined,
        ),
      )
      .orderBy(desc(run.id))
      .limit(input.limit + 1);
    const shown = rows.slice(0, input.limit);
    const held = await heldRuns(handle, shown);
    return {
      runs: shown.map((row) => runView(row, held.get(row.id))),
      next: rows.length > input.limit ? (shown.at(-1)?.id ?? null) : null,
    };
  },
});

export const readRun = defineOperation({
  name: "runs.show",
  summary: "One run: state, progress, result or error",
  method: "GET",
  path: "/projects/{project}/runs/{run}",
  input: z.strictObject({ project: slugSchema, run: idSchema }),
  output: runOutput,
  allow: { project: "run.read" },
  positionals: ["run"],
  run: ({ handle }, input) => describeRun(handle, input.run),
});

/** Asks a run to stop: a queued one never starts, a running one stops within seconds; what it saved is kept. */
export const cancelRun = defineOperation({
  name: "runs.cancel",
  summary: "Cancel a run; what it has saved is kept",
  method: "POST",
  path: "/projects/{project}/runs/{run}/cancel",
  input: z.strictObject({ project: slugSchema, run: idSchema }),
  output: runOutput,
  allow: { project: "run.cancel" },
  positionals: ["run"],
  audit: ({ run: id }) => ({ run: id }),
  run: async ({ handle }, input) => {
    await requireRun(handle, input.run);
    await handle.db.execute(sql`
      update run set cancel_requested_at = coalesce(cancel_requested_at, now()),
        state = case when state = 'queued' then 'cancelled' else state end,
        finished_at = case when state = 'queued' then now() else finished_at end
      where id = ${input.run} and project_id = ${handle.projectId} and state in ('queued', 'running')`);
    await handle.db.execute(sql`select pg_notify('assay_event', ${`run:${input.run}`})`);
    return describeRun(handle, input.run);
  },
});

/** Queues a failed or cancelled run again; it goes on from its checkpoint. */
export const retryRun = defineOperation({
  name: "runs.retry",
  summary: "Run a failed or cancelled run again, from its last checkpoint",
  method: "POST",
  path: "/projects/{project}/runs/{run}/retry",
  input: z.strictObject({ project: slugSchema, run: idSchema }),
  output: z.object({ run: z.number() }),
  allow: { project: "run.cancel" },
  positionals: ["run"],
  startsRun: true,
  audit: ({ run: id }) => ({ run: id }),
  run: async ({ handle }, input) => {
    await requireRun(handle, input.run);
    const rows = await handle.db.execute<{ id: number }>(sql`
      update run set state = 'queued', attempt = attempt + 1, fruitless = 0, done_at_end = 0, available_at = now(), finished_at = null,
        cancel_requested_at = null, error_code = null, error_message = null, note = '', created_by = ${handle.userId}
      where id = ${input.run} and project_id = ${handle.projectId} and state in ('failed', 'cancelled') returning id`);
    if (rows.length === 0) {
      throw new AssayError(
        "conflict",
        "Only a failed or cancelled run can be run again. Nothing was changed.",
      );
    }
    await handle.db.execute(sql`select pg_notify('assay_dispatch', ${String(input.run)})`);
    await handle.db.execute(sql`select pg_notify('assay_event', ${`run:${input.run}`})`);
    return { run: input.run };
  },
});

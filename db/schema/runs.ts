import { index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { project } from "./access.ts";
import { at, createdAt, id, ref } from "./columns.ts";

/**
 * One attempt-counted piece of long work, and the outbox of the queue. `fence` rises with every claim and
 * stands in the WHERE of every write of a worker, so that a frozen owner's late writes are refused.
 */
export const run = pgTable(
  "run",
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => project.id),
    kind: text().notNull(),
    title: text().notNull(),
    state: text().notNull().default("queued"),
    queue: text().notNull().default("cpu"),
    input: jsonb().$type<Record<string, unknown>>().notNull(),
    needs: jsonb().$type<{ device: "cpu" | "gpu" | "any"; memoryMb: number }>().notNull(),
    attempt: integer().notNull().default(1),
    /** Attempts in a row that failed or lost their worker and got no further than the one before. */
    fruitless: integer().notNull().default(0),
    /** `done` when an attempt last ended so. */
    doneAtEnd: ref().notNull().default(0),
    fence: integer().notNull().default(0),
    claimedBy: text(),
    leaseUntil: at(),
    /** Work done and total, in the run's own unit. */
    done: ref().notNull().default(0),
    total: ref(),
    unit: text().notNull().default("rows"),
    note: text().notNull().default(""),
    /** Where a new attempt goes on. */
    checkpoint: jsonb().$type<Record<string, unknown>>(),
    result: jsonb().$type<Record<string, unknown>>(),
    errorCode: text(),
    errorMessage: text(),
    cancelRequestedAt: at(),
    /** Not before this time (back-off between attempts). */
    availableAt: createdAt(),
    enqueuedAttempt: integer().notNull().default(0),
    createdBy: text(),
    createdAt: createdAt(),
    startedAt: at(),
    finishedAt: at(),
  },
  (t) => [index("run_project").on(t.projectId, t.id), index("run_open").on(t.state, t.availableAt)],
);

/** Log lines and metrics of a run, appended. */
export const runEvent = pgTable(
  "run_event",
  {
    id: id(),
    runId: ref()
      .notNull()
      .references(() => run.id),
    attempt: integer().notNull(),
    type: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("run_event_run").on(t.runId, t.id)],
);

export const worker = pgTable(
  "worker",
  {
    id: text().primaryKey(),
    host: text().notNull(),
    pid: integer().notNull(),
    role: text().notNull(),
    queues: text().array().notNull(),
    devices: jsonb().$type<string[]>().notNull(),
    startedAt: createdAt(),
    seenAt: createdAt(),
  },
  (t) => [uniqueIndex("worker_process").on(t.host, t.pid, t.role)],
);

import { and, eq, sql } from "drizzle-orm";
import type { Database, Db } from "#db/client.ts";
import { openProjectById, type ProjectHandle } from "#db/handle.ts";
import { run, runEvent } from "#db/schema/runs.ts";
import type { ProjectAct } from "../core/acts.ts";
import { AssayError } from "../core/errors.ts";
import { publish } from "./events.ts";

export type Run = typeof run.$inferSelect;

/** How long a claim holds without a heartbeat. Three missed heartbeats lose it. */
export const leaseSeconds = 30;
export const heartbeatSeconds = 10;
/** A run that kills its worker, or fails, at one place so often is not tried for ever; who gets further is. */
export const maxFruitless = 3;
/** `fruitless` of a run whose attempt ends badly now: getting further begins the count anew. */
export const fruitlessNow = sql<number>`(case when ${run.done} > ${run.doneAtEnd} then 1 else ${run.fruitless} + 1 end)`;

/** A claimed run: every write through it carries the fence and is refused once somebody else owns the run. */
export class OwnedRun {
  readonly database: Database;
  readonly run: Run;

  constructor(database: Database, row: Run) {
    this.database = database;
    this.run = row;
  }

  get id(): number {
    return this.run.id;
  }

  #mine() {
    return and(eq(run.id, this.run.id), eq(run.fence, this.run.fence), eq(run.state, "running"));
  }

  /** The creator's right in the run's project, read anew: a lowered role or a disabled account stops the work. */
  open(act: ProjectAct): Promise<ProjectHandle> {
    const principal = this.run.createdBy
      ? ({ kind: "user", userId: this.run.createdBy } as const)
      : ({ kind: "anonymous" } as const);
    return openProjectById(this.database, { principal, door: "worker" }, this.run.projectId, act);
  }

  /** Extends the lease; returns whether a cancel was asked for. Throws `cancelled` when the run has another owner. */
  async heartbeat(): Promise<{ cancelRequested: boolean }> {
    const [row] = await this.database.db
      .update(run)
      .set({ leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})` })
      .where(this.#mine())
      .returning({ cancelRequestedAt: run.cancelRequestedAt });
    if (!row) throw lostOwnership(this.run.id);
    return { cancelRequested: row.cancelRequestedAt !== null };
  }

  /** Reports progress in the run's unit, with a short note of what happens now. */
  async progress(done: number, total?: number, note?: string): Promise<void> {
    await this.write(this.database.db, {
      done,
      ...(total === undefined ? {} : { total }),
      ...(note === undefined ? {} : { note }),
    });
  }

  /** Writes to the run row inside `db` (a transaction with the effect, where there is one). */
  async write(db: Db, values: Partial<Run>): Promise<void> {
    const rows = await db.update(run).set(values).where(this.#mine()).returning({ id: run.id });
    if (rows.length === 0) throw lostOwnership(this.run.id);
    await publish(db, `run:${this.run.id}`, values.state !== undefined);
  }

  /** Locks the run row for this transaction and proves that we still own it. First line of every effect. */
  async assertOwned(db: Db): Promise<void> {
    const rows = await db.select({ id: run.id }).from(run).where(this.#mine()).for("update");
    if (rows.length === 0) throw lostOwnership(this.run.id);
  }

  /** Ends the run with its result, in the transaction that holds the effect. */
  async succeed(db: Db, result: Record<string, unknown>): Promise<void> {
    await this.write(db, {
      state: "succeeded",
      result,
      finishedAt: new Date(),
      note: "",
      leaseUntil: null,
    });
  }

  /** Appends a log line or a metric. */
  async event(type: string, data: Record<string, unknown>): Promise<void> {
    await this.database.db
      .insert(runEvent)
      .values({ runId: this.run.id, attempt: this.run.attempt, type, data });
    await publish(this.database.db, `run:${this.run.id}`);
  }

  log(message: string): Promise<void> {
    return this.event("log", { message });
  }
}

function lostOwnership(id: number): AssayError {
  return new AssayError(
    "cancelled",
    `Run ${id} was taken over or ended; this worker's write was refused.`,
  );
}

/** Takes a queued run by compare-and-set; undefined when somebody else has it or it is not due. */
export async function claimRun(
  database: Database,
  runId: number,
  attempt: number,
  workerId: string,
): Promise<OwnedRun | undefined> {
  const [row] = await database.db
    .update(run)
    .set({
      state: "running",
      fence: sql`${run.fence} + 1`,
      claimedBy: workerId,
      leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
      startedAt: sql`coalesce(${run.startedAt}, now())`,
      errorCode: null,
      errorMessage: null,
    })
    .where(and(eq(run.id, runId), eq(run.attempt, attempt), eq(run.state, "queued")))
    .returning();
  if (!row) return undefined;
  await publish(database.db, `run:${row.id}`, true);
  return new OwnedRun(database, row);
}

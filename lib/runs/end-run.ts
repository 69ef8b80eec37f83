import { and, eq, sql } from "drizzle-orm";
import { run } from "#db/schema/runs.ts";
import type { AssayError, ErrorCode } from "../core/errors.ts";
import { publish } from "./events.ts";
import { fruitlessNow, maxFruitless, type OwnedRun } from "./own-run.ts";

/** Whether another attempt can help. One exhaustive table over the error codes. */
const retryable: Record<ErrorCode, boolean> = {
  invalid_input: false,
  unauthenticated: false,
  forbidden: false,
  not_found: false,
  conflict: true,
  precondition_failed: false,
  too_large: false,
  unsupported_media: false,
  unsupported_format: false,
  rate_limited: true,
  unavailable: true,
  upstream_failed: true,
  disk_full: false,
  out_of_memory: true,
  cancelled: false,
  timeout: true,
  blocked_by_gate: false,
  not_installed: false,
  internal: true,
};

/** Out of memory once may be bad luck, twice is the run's own doing. */
const mostOf = (code: ErrorCode) => (code === "out_of_memory" ? 2 : maxFruitless);

/**
 * Ends an attempt that threw: cancelled, queued for another attempt after `retry[n - 1]` seconds where n attempts in
 * a row got no further, or failed. Writes nothing when the run has another owner by now.
 */
export async function endFailedAttempt(
  owned: OwnedRun,
  error: AssayError,
  retry: readonly number[],
  cancelRequested: boolean,
): Promise<void> {
  const { db } = owned.database;
  const { attempt, id, fence } = owned.run;
  const [ended] = await db.select({ fruitless: fruitlessNow }).from(run).where(eq(run.id, id));
  const fruitless = ended?.fruitless ?? maxFruitless;
  const delay = retry[fruitless - 1];
  const again =
    !cancelRequested &&
    retryable[error.code] &&
    fruitless < mostOf(error.code) &&
    delay !== undefined;
  const reason = { errorCode: error.code, errorMessage: error.message, leaseUntil: null };
  const next = again
    ? {
        ...reason,
        state: "queued",
        attempt: attempt + 1,
        fruitless,
        doneAtEnd: sql`${run.done}`,
        availableAt: sql`now() + make_interval(secs => ${delay})`,
        note: `Attempt ${attempt} failed; the next starts in ${delay} s.`,
      }
    : cancelRequested
      ? { state: "cancelled", finishedAt: new Date(), leaseUntil: null, note: "" }
      : { ...reason, state: "failed", finishedAt: new Date(), note: "" };
  await db
    .update(run)
    .set(next)
    .where(and(eq(run.id, id), eq(run.fence, fence), eq(run.state, "running")));
  await publish(db, `run:${id}`, true);
}

/** Hands a run back untouched, for a shutdown: the next worker goes on from its checkpoint in the same attempt's place. */
export async function releaseRun(owned: OwnedRun): Promise<void> {
  await owned.database.db
    .update(run)
    .set({
      state: "queued",
      attempt: sql`${run.attempt} + 1`,
      leaseUntil: null,
      availableAt: sql`now()`,
      note: "The worker was stopped; the run goes on with the next one.",
    })
    .where(and(eq(run.id, owned.run.id), eq(run.fence, owned.run.fence), eq(run.state, "running")));
}

import { AssayError } from "#lib/core/errors.ts";
import { asAssayError } from "#lib/errors.ts";
import { endFailedAttempt, releaseRun } from "#lib/runs/end-run.ts";
import { claimRun, heartbeatSeconds, type OwnedRun } from "#lib/runs/own-run.ts";
import { tellPlanner } from "#lib/runs/tell-planner.ts";
import type { Services } from "#lib/services.ts";
import type { Job } from "./job.ts";
import type { QueueJob } from "./queue.ts";

/**
 * Claims and runs one attempt to its end, and writes what became of it. Returns whether this call had the claim.
 * `shutdown` hands the run back for the next worker.
 */
export async function runOne(
  services: Services,
  jobs: readonly Job[],
  given: QueueJob,
  workerId: string,
  shutdown: AbortSignal,
): Promise<boolean> {
  const owned = await claimRun(services.database, given.runId, given.attempt, workerId);
  if (!owned) return false;
  const stop = new AbortController();
  const watch = keepAlive(owned, stop);
  const onShutdown = () => stop.abort(new AssayError("unavailable", "The worker is stopping."));
  shutdown.addEventListener("abort", onShutdown, { once: true });
  const log = services.log.child({ run: owned.id, attempt: owned.run.attempt });
  const job = jobs.find((candidate) => candidate.kind === owned.run.kind);
  try {
    if (!job) throw new AssayError("internal", `No worker knows runs of kind ${owned.run.kind}.`);
    if (shutdown.aborted) throw new AssayError("unavailable", "The worker is stopping.");
    const handle = await owned.open(job.act);
    // Work that only listens would not hear of a stop that came before it began.
    stop.signal.throwIfAborted();
    await job.run(
      { run: owned, handle, services, signal: stop.signal },
      job.input.parse(owned.run.input),
    );
    log.info({ kind: job.kind }, "run succeeded");
    await tellPlanner(services, owned.id).catch((err) => log.warn({ err }, "no new statistics"));
  } catch (cause) {
    const error = asAssayError(cause);
    log.warn({ err: cause, code: error.code }, "attempt ended");
    if (shutdown.aborted && !watch.cancelRequested()) await releaseRun(owned);
    else await endFailedAttempt(owned, error, job?.retry ?? [], watch.cancelRequested());
  } finally {
    watch.end();
    shutdown.removeEventListener("abort", onShutdown);
  }
  return true;
}

/** Extends the lease, hears a cancel, re-checks the creator's right; aborts the work on any of them. */
function keepAlive(owned: OwnedRun, stop: AbortController) {
  let cancelled = false;
  let beats = 0;
  const beat = async () => {
    const { cancelRequested } = await owned.heartbeat();
    if (cancelRequested) {
      cancelled = true;
      stop.abort(new AssayError("cancelled", "The run was cancelled."));
    }
  };
  // Cancels are heard within two seconds; the lease is written by the same statement.
  const timer = setInterval(() => {
    beats += 1;
    beat().catch((cause) => {
      // One missed beat is not a lost lease; a refused one is.
      if (asAssayError(cause).code === "cancelled" || beats > heartbeatSeconds) stop.abort(cause);
    });
  }, 2000);
  return { end: () => clearInterval(timer), cancelRequested: () => cancelled };
}

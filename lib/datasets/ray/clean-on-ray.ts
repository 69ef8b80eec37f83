import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AssayError } from "../../core/errors.ts";
import type { RayCluster } from "../../env.ts";
import { openRayJobs, type RayJob, type RayJobs } from "../../ray/ray-jobs.ts";
import { shipCode } from "../../ray/ship-code.ts";
import type { OwnedRun } from "../../runs/own-run.ts";
import { isDone } from "./read-results.ts";
import { jobFolder, type StagedRows } from "./stage-rows.ts";

/** What the job runs, and the script that is its entrypoint. */
const entry = "lib/datasets/ray/clean-lines.ts";
const script = "models/ray/clean_shards.py";

/** How often the cluster is asked. */
const pollMs = 1_000;
/** A head that restarts is waited for; after that the attempt ends, and the next one follows the same job. */
const patienceMs = 120_000;
/** Until a job that was stopped has stopped, and until files written on another machine are seen here. */
const settleMs = 30_000;

/** The job came to an end without results, or was stopped for a cancel: another attempt needs another job. */
export class JobEnded extends AssayError {}

/**
 * Runs the staged job to its end: submits it unless an earlier attempt did, and follows it. Whoever owns the run may
 * come and go; the job's id is the same, and it is never submitted twice. A cancel stops the job; a worker that stops,
 * or lost the run, leaves it alone.
 * Throws `precondition_failed` with the last log lines when the job failed.
 */
export async function followJob(
  owned: OwnedRun,
  cluster: RayCluster,
  staged: StagedRows,
  signal: AbortSignal,
): Promise<void> {
  const folder = jobFolder(cluster.store, staged.job);
  if (await isDone(folder, staged)) return;
  const jobs = openRayJobs(cluster);
  try {
    if (!(await jobs.read(staged.job))) {
      const { code, node } = await shipCode(cluster.store, entry, [script], cluster.node);
      signal.throwIfAborted();
      await jobs.submit(staged.job, commandOf(join(code, script), folder, node));
      await owned.log(`Submitted to Ray as ${staged.job}`);
    }
    await untilDone(owned, jobs, staged, folder, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    if (!(await isCancelled(owned))) throw signal.reason;
    await stopJob(jobs, staged.job);
    throw new JobEnded("cancelled", "The run was cancelled, and its job on the cluster stopped.");
  } finally {
    await jobs.close();
  }
}

const commandOf = (...words: string[]) =>
  ["python", ...words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`)].join(" ");

async function untilDone(
  owned: OwnedRun,
  jobs: RayJobs,
  staged: StagedRows,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  let heard = Date.now();
  let ended = 0;
  let told = "";
  for (;;) {
    signal.throwIfAborted();
    const job = await readPatiently(jobs, staged.job, heard);
    if (job !== "silent") {
      heard = Date.now();
      if (job.status === "FAILED" || job.status === "STOPPED")
        throw await failed(jobs, staged, job);
      if (job.status === "SUCCEEDED") {
        if (await isDone(folder, staged)) return;
        ended ||= Date.now();
        if (Date.now() - ended > settleMs) throw elsewhere();
      }
      const note = await noteOf(job, staged, folder);
      if (note !== told) await owned.write(owned.database.db, { note });
      told = note;
    }
    await sleep(pollMs, undefined, { signal });
  }
}

async function readPatiently(jobs: RayJobs, id: string, heard: number): Promise<RayJob | "silent"> {
  try {
    const job = await jobs.read(id);
    if (job) return job;
  } catch (cause) {
    const silent = cause instanceof AssayError && cause.code === "unavailable";
    if (!silent || Date.now() - heard > patienceMs) throw cause;
    return "silent";
  }
  throw new AssayError(
    "unavailable",
    "The Ray cluster no longer knows the job. The dataset is as it was; the next attempt submits it anew.",
  );
}

async function noteOf(job: RayJob, { shards }: StagedRows, folder: string): Promise<string> {
  if (job.status === "PENDING") return "On Ray: waiting for the cluster";
  // The folder is made by the job.
  const made = await readdir(join(folder, "results")).catch(() => []);
  const whole = made.filter((name) => !name.startsWith(".")).length;
  return `On Ray: ${whole} of ${shards} parts cleaned`;
}

async function failed(jobs: RayJobs, { job }: StagedRows, { status }: RayJob): Promise<JobEnded> {
  const stopped = status === "STOPPED" ? "was stopped on the cluster" : "failed";
  const lines = await jobs.logEnd(job);
  const said = lines.length > 0 ? ` The last it said:\n${lines.join("\n")}` : "";
  return new JobEnded(
    "precondition_failed",
    `The Ray job ${job} ${stopped}. The dataset is as it was; see to the cluster and run the recipe again.${said}`,
  );
}

const elsewhere = () =>
  new JobEnded(
    "precondition_failed",
    "The Ray job ended well, but its results are not in the shared folder. The dataset is as it was; see that ASSAY_RAY_STORE is the same folder here and on every node.",
  );

/** Whether the run is still ours and a person cancelled it; not so when this worker stops or lost the run. */
async function isCancelled(owned: OwnedRun): Promise<boolean> {
  try {
    return (await owned.heartbeat()).cancelRequested;
  } catch (cause) {
    if (cause instanceof AssayError && cause.code === "cancelled") return false;
    throw cause;
  }
}

/** Resolves when nothing of the job runs any more, or after a while: whoever sweeps folders asks again. */
export async function stopJob(jobs: RayJobs, id: string): Promise<void> {
  await jobs.stop(id);
  for (const until = Date.now() + settleMs; Date.now() < until; await sleep(pollMs)) {
    const job = await jobs.read(id);
    if (!job || !["PENDING", "RUNNING"].includes(job.status)) return;
    if (job.status === "PENDING") await jobs.stop(id);
  }
}

/** Takes a job's rows and results out of the shared folder. */
export const removeJob = (store: string, job: string): Promise<void> =>
  rm(jobFolder(store, job), { recursive: true, force: true, maxRetries: 3 });

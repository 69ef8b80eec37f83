import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inArray } from "drizzle-orm";
import { run } from "#db/schema/runs.ts";
import { openRayJobs } from "../../ray/ray-jobs.ts";
import type { Services } from "../../services.ts";
import { removeJob, stopJob } from "./clean-on-ray.ts";
import { installationName } from "./stage-rows.ts";

/**
 * Stops jobs and takes away rows of runs that are over and whose worker could not: it was killed, or a cancel came
 * while nobody had the run. Only folders of this installation are touched. Returns the jobs that went.
 */
export async function sweepJobs({
  database,
  ray,
  secrets,
}: Pick<Services, "database" | "ray" | "secrets">): Promise<string[]> {
  if (!ray) return [];
  const mine = new RegExp(`^assay-${installationName(secrets.internal)}-(\\d+)-\\d+$`);
  const jobs = (await foldersIn(join(ray.store, "runs"))).flatMap((name) => {
    const id = mine.exec(name)?.[1];
    return id === undefined ? [] : [{ name, run: Number(id) }];
  });
  if (jobs.length === 0) return [];
  const ids = [...new Set(jobs.map((job) => job.run))];
  const known = await database.db
    .select({ id: run.id, state: run.state })
    .from(run)
    .where(inArray(run.id, ids));
  const open = new Set(
    known.filter(({ state }) => state === "queued" || state === "running").map(({ id }) => id),
  );
  const over = jobs.filter((job) => !open.has(job.run));
  if (over.length === 0) return [];
  const cluster = openRayJobs(ray);
  try {
    for (const { name } of over) {
      if (await cluster.read(name)) await stopJob(cluster, name);
      await removeJob(ray.store, name);
    }
  } finally {
    await cluster.close();
  }
  return over.map(({ name }) => name);
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    // Nothing was ever staged.
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw cause;
  }
}

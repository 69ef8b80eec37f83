import type { RayCluster } from "../../env.ts";
import type { CleanWork, LeaseSource } from "../clean-rows.ts";
import { seenBefore } from "../seen-before.ts";
import { recipeNeeds } from "../steps/recipe.ts";
import { followJob, JobEnded, removeJob } from "./clean-on-ray.ts";
import { readDecisions, readResults, settleLease } from "./read-results.ts";
import { requireCluster } from "./require-cluster.ts";
import type { ResultRow } from "./shards.ts";
import { installationName, jobFolder, jobName, type StagedRows, stageRows } from "./stage-rows.ts";

/** The rows go to the cluster as Parquet shards; when its job is done, its results are settled here, in their order. */
export async function leasesFromRay(work: CleanWork): Promise<LeaseSource> {
  const { owned, handle, services, recipe, at, signal } = work;
  const cluster = requireCluster(services.ray);
  const staged = at.ray ?? (await stage(work, cluster));
  try {
    await followJob(owned, cluster, staged, signal);
  } catch (cause) {
    if (cause instanceof JobEnded) await forgetJob(work, cluster, staged);
    throw cause;
  }
  const folder = jobFolder(cluster.store, staged.job);
  const nodes = new Set<string>();
  const decided = await readDecisions(folder, recipeNeeds(recipe).keptInstead);
  const seen = await seenBefore(work);
  const results = readResults(folder, staged, at.after, nodes);
  return {
    decided,
    async next(_after, limit) {
      const rows: ResultRow[] = [];
      while (rows.length < limit) {
        const row = await results.next();
        if (row.done) break;
        rows.push(row.value);
      }
      const last = rows.at(-1);
      if (!last) return undefined;
      const lease = await settleLease(handle, recipe, rows, { context: {}, seen, decided });
      return { ...lease, rows: lease.cleaned.length, last: last.id };
    },
    where: () => ({ on: "ray", job: staged.job, parts: staged.shards, nodes: nodes.size }),
  };
}

/** Writes the rows out, then says so in the checkpoint: from here on every attempt follows this job. */
async function stage(work: CleanWork, { store }: RayCluster): Promise<StagedRows> {
  const { owned, handle, services, view, recipe, at, signal } = work;
  const installation = installationName(services.secrets.internal);
  // What attempts before left when they were killed while they wrote.
  for (let attempt = 1; attempt < owned.run.attempt; attempt++) {
    await removeJob(store, jobName(installation, owned.id, attempt));
  }
  const total = owned.run.total ?? 0;
  const staged = await stageRows(
    { handle, view, recipe, total, signal },
    store,
    jobName(installation, owned.id, owned.run.attempt),
    (rows) =>
      owned.write(owned.database.db, {
        note: `Writing rows for Ray: ${rows.toLocaleString("en")} so far`,
      }),
  );
  at.ray = staged;
  await owned.write(owned.database.db, { checkpoint: at });
  return staged;
}

/** Another attempt would begin anew. */
async function forgetJob(work: CleanWork, cluster: RayCluster, { job }: StagedRows): Promise<void> {
  delete work.at.ray;
  await work.owned.write(work.owned.database.db, { checkpoint: work.at });
  await removeJob(cluster.store, job);
}

/** What a finished run needs no more: the rows and results in the shared folder. */
export async function endJob({ services }: CleanWork, { job }: StagedRows): Promise<void> {
  await removeJob(requireCluster(services.ray).store, job);
}

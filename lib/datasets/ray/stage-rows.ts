import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-rows.ts";
import { timesOfConversations } from "#db/queries/near-duplicate-rows.ts";
import { listBodies } from "#db/queries/recipe-rows.ts";
import type { NearDuplicateParams } from "../steps/near-duplicates.ts";
import { type Recipe, recipeNeeds } from "../steps/recipe.ts";
import { recipeFileSchema } from "./recipe-file.ts";
import { type OutRow, shardName, writeShard } from "./shards.ts";

/** Rows read at once. */
const pageRows = 250;
/** Enough shards for a cluster to share, none so large that losing its node costs much. */
const shardsWanted = 64;
const fewestRows = 100;
const mostRows = 5_000;
/** JSON text after which a shard ends sooner: an actor holds one in memory. */
const shardCharacters = 32_000_000;

/** Job, folder and what was put there; kept in the run's checkpoint, so that every attempt follows the same job. */
export type StagedRows = { job: string; shards: number; rows: number };

/** The id of a run's job: its submission id on the cluster, and its folder's name. Two installations share none. */
export const jobName = (installation: string, run: number, attempt: number): string =>
  `assay-${installation}-${run}-${attempt}`;

/** Names this installation; tells nothing of the secret that it is made of. */
export const installationName = (secret: string): string =>
  createHash("sha256").update(`ray ${secret}`).digest("hex").slice(0, 12);

export const jobFolder = (store: string, job: string): string => join(store, "runs", job);

/**
 * Writes recipe.json and the rows of a view, in their order, as Parquet shards into the job's folder.
 * @param total about how many rows there are. Throws `disk_full` through the disk's own error.
 */
export async function stageRows(
  work: { handle: ProjectHandle; view: View; recipe: Recipe; total: number; signal: AbortSignal },
  store: string,
  job: string,
  tell: (rows: number) => Promise<void>,
): Promise<StagedRows> {
  const { recipe, total, signal } = work;
  const folder = jobFolder(store, job);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "rows"), { recursive: true, mode: 0o770 });
  const about = recipeFileSchema.parse({
    steps: recipe.steps.map(({ step, params }) => ({ step, params })),
    ...{ digest: recipe.digest, node: process.version, compares: recipeNeeds(recipe).keptInstead },
  });
  await writeFile(join(folder, "recipe.json"), JSON.stringify(about));
  const limit = Math.min(mostRows, Math.max(fewestRows, Math.ceil(total / shardsWanted)));
  let shard: OutRow[] = [];
  let characters = 0;
  const staged = { job, shards: 0, rows: 0 };
  const flush = async () => {
    if (shard.length === 0) return;
    await writeShard(join(folder, "rows", shardName(staged.shards)), shard);
    staged.shards += 1;
    staged.rows += shard.length;
    shard = [];
    characters = 0;
    await tell(staged.rows);
  };
  for await (const row of outRows(work)) {
    signal.throwIfAborted();
    shard.push(row);
    characters += row.body.length;
    if (shard.length >= limit || characters >= shardCharacters) await flush();
  }
  await flush();
  return staged;
}

async function* outRows({
  handle,
  view,
  recipe,
}: {
  handle: ProjectHandle;
  view: View;
  recipe: Recipe;
}): AsyncGenerator<OutRow> {
  const asksTimes = recipe.steps.some(
    ({ step, params }) =>
      step === "near-duplicates" && (params as NearDuplicateParams).keeps === "newest",
  );
  for (let after = 0; ; ) {
    const rows = await listBodies(handle, view, after, pageRows);
    const last = rows.at(-1);
    if (!last) return;
    const ids = rows.map(({ id }) => id);
    const times = asksTimes ? await timesOfConversations(handle, ids) : new Map<number, number>();
    for (const { id, body } of rows) {
      yield { id, body: JSON.stringify(body), time: times.get(id) ?? null };
    }
    after = last.id;
  }
}

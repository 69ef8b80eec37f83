import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-rows.ts";
import { changeDataset } from "#db/queries/datasets.ts";
import { openMemory, type RecipeRow } from "#db/queries/recipe-memory.ts";
import { applyOutcomes, listBodies, listRecipeRows } from "#db/queries/recipe-rows.ts";
import { datasetFilterSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { loadLanguageDetector } from "../safety/language.ts";
import type { Services } from "../services.ts";
import { cleanLease, type Lease, writeLease } from "./clean-lease.ts";
import { decideRows } from "./decide-rows.ts";
import type { NearDuplicates } from "./near-duplicate-rows.ts";
import { endJob, leasesFromRay } from "./ray/leases-from-ray.ts";
import type { StagedRows } from "./ray/stage-rows.ts";
import { countClusters, countOutcome, emptyReport, type StepReport } from "./recipe-report.ts";
import { seenBefore } from "./seen-before.ts";
import { parseRecipe, type Recipe, recipeNeeds } from "./steps/recipe.ts";
import type { StepContext } from "./steps/step.ts";

/** Input of a run of kind `recipe`: the steps as they were when it was started. */
export const recipeRunInput = z.object({
  datasetId: z.number().int(),
  dataset: z.string(),
  version: z.number().int(),
  filter: datasetFilterSchema,
  recipe: z.string(),
  /** Which revision of which recipe; a run that an older Assay queued does not say. */
  recipeId: z.number().int().optional(),
  revision: z.number().int().optional(),
  steps: z.array(z.object({ step: z.string(), params: z.record(z.string(), z.unknown()) })),
  digest: z.string(),
  /** Also reads rows that are known to come out as they went in. */
  again: z.boolean().optional(),
  /** Where the steps run; on this machine when a run does not say. */
  on: z.enum(["here", "ray"]).optional(),
});
export type RecipeRunInput = z.infer<typeof recipeRunInput>;

/** Rows a lease: a kill costs a second of work at most. */
const leaseRows = 256;
/** Where all rows of a lease were known, the next takes more: they cost next to nothing. */
const knownRows = 4096;

export type Checkpoint = {
  after: number;
  done: number;
  /** Rows that were known to come out as they went in, and were not read. */
  known: number;
  findings: number;
  steps: StepReport[];
  /** The job on the Ray cluster, once its rows are there. */
  ray?: StagedRows;
};

/** A recipe's run with all that its parts need. */
export type CleanWork = {
  owned: OwnedRun;
  handle: ProjectHandle;
  services: Pick<Services, "ray" | "secrets">;
  input: RecipeRunInput;
  recipe: Recipe;
  view: View;
  /** Where rows that came out unchanged are remembered; undefined when others decide about a row. */
  memory: number | undefined;
  at: Checkpoint;
  signal: AbortSignal;
};

/** Where cleaned rows come from, a lease at a time: this process, or the results of a job on a cluster. */
export type LeaseSource = {
  decided: readonly NearDuplicates[];
  /** The next rows after conversation `after`, at most `limit`, cleaned; undefined when there are no more. */
  next(after: number, limit: number): Promise<TakenLease | undefined>;
  /** Told with the result: where the work was done. */
  where?: () => Record<string, unknown>;
};
/** `last` is the id of the last of `rows` rows. */
export type TakenLease = Lease & { rows: number; last: number };

/**
 * Runs a recipe over the rows of one version, a lease of rows a transaction with its checkpoint, then makes one new
 * version of all that changed. Killed anywhere, a new attempt goes on after the last lease; texts are unique by hash,
 * findings by span and staged rows by id, so nothing is doubled. Rows that came out of the same steps unchanged before,
 * in any run of the project, are not read again; the version is the same as if they were.
 */
export async function cleanRows(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: CleanWork["services"],
  input: RecipeRunInput,
  signal: AbortSignal,
): Promise<void> {
  const recipe = parseRecipe({ steps: input.steps });
  if (recipe.digest !== input.digest) {
    throw new AssayError(
      "precondition_failed",
      "A step of this recipe works otherwise since this version of Assay. Nothing was changed; look at its preview and run it again.",
    );
  }
  const view: View = { datasetId: input.datasetId, version: input.version, filter: input.filter };
  const at: Checkpoint = {
    ...{ after: 0, done: 0, known: 0, findings: 0, steps: emptyReport(recipe.steps) },
    ...(owned.run.checkpoint as Partial<Checkpoint> | null),
  };
  // What becomes of a row hangs on all others there, not on its own text and its keys.
  const compares = recipeNeeds(recipe).keptInstead;
  const memory = compares ? undefined : await openMemory(handle, recipe.digest);
  const work = { owned, handle, services, input, recipe, view, memory, at, signal };
  const source = input.on === "ray" ? await leasesFromRay(work) : await leasesHere(work);
  countClusters(at.steps, source.decided);
  await writeLeases(work, source);
  await finish(work, source.where?.() ?? {});
  if (at.ray) await endJob(work, at.ray);
}

async function writeLeases(work: CleanWork, source: LeaseSource): Promise<void> {
  const { owned, handle, memory, at, signal } = work;
  for (let limit = leaseRows; ; ) {
    signal.throwIfAborted();
    const lease = await source.next(at.after, limit);
    if (!lease) return;
    const steps = structuredClone(at.steps);
    for (const { outcome } of lease.cleaned) countOutcome(steps, outcome);
    const after: Checkpoint = {
      ...at,
      after: lease.last,
      done: at.done + lease.rows,
      known: at.known + lease.known,
      steps,
    };
    await handle.transaction(async (tx) => {
      await owned.assertOwned(tx.db);
      after.findings += await writeLease(tx, owned.id, lease.cleaned, memory);
      await owned.write(tx.db, { done: after.done, checkpoint: after });
    });
    Object.assign(at, after);
    limit = lease.cleaned.length === 0 ? knownRows : leaseRows;
  }
}

/** Rows are read and cleaned here. */
async function leasesHere(work: CleanWork): Promise<LeaseSource> {
  const { owned, handle, input, recipe, view, memory, signal } = work;
  const { detectLanguage } = recipeNeeds(recipe);
  const context: StepContext = {
    // Spans are for previews; a run needs counts only.
    changeLimit: 0,
    ...(detectLanguage ? { detectLanguage: await loadLanguageDetector() } : {}),
  };
  const seen = await seenBefore(work);
  const decided = await decideRows(recipe, owned, handle, view, context, signal);
  const list = (after: number, limit: number): Promise<RecipeRow[]> =>
    memory === undefined || input.again
      ? listBodies(handle, view, after, limit)
      : listRecipeRows(handle, view, { after, limit, memory });
  return {
    decided,
    async next(after, limit) {
      const rows = await list(after, limit);
      const last = rows.at(-1);
      if (!last) return undefined;
      const lease = await cleanLease(handle, recipe, rows, { context, seen, decided }, signal);
      return { ...lease, rows: rows.length, last: last.id };
    },
  };
}

/** One version for the whole recipe, with the run's end in the same transaction. */
async function finish(
  { owned, handle, input, at }: CleanWork,
  where: Record<string, unknown>,
): Promise<void> {
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    let moved = { added: 0, removed: 0, dropped: 0, planned: 0 };
    const { version } = await changeDataset(
      tx,
      input.datasetId,
      { act: "recipe", summary: `Recipe ${input.recipe}`, runId: owned.id },
      async (inner, next) => {
        moved = await applyOutcomes(inner, owned.id, input.datasetId, next);
        return moved;
      },
    );
    await owned.succeed(tx.db, {
      dataset: input.dataset,
      datasetId: input.datasetId,
      version,
      rows: at.done,
      known: at.known,
      changed: moved.removed - moved.dropped,
      dropped: moved.dropped,
      /** Changed texts that stood in the dataset already. */
      merged: moved.removed - moved.dropped - moved.added,
      /** Rows that somebody changed or removed while the recipe ran. */
      skipped: moved.planned - moved.removed,
      findings: at.findings,
      steps: at.steps,
      ...where,
    });
  });
}

import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-rows.ts";
import { changeDataset } from "#db/queries/datasets.ts";
import { openMemory, type RecipeRow } from "#db/queries/recipe-memory.ts";
import {
  applyOutcomes,
  knownKeys,
  listBodies,
  listRecipeRows,
  stagedKeys,
} from "#db/queries/recipe-rows.ts";
import { datasetFilterSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { loadLanguageDetector } from "../safety/language.ts";
import { cleanLease, writeLease } from "./clean-lease.ts";
import { decideRows } from "./decide-rows.ts";
import { countClusters, countOutcome, emptyReport, type StepReport } from "./recipe-report.ts";
import { SeenKeys } from "./seen-keys.ts";
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
});
export type RecipeRunInput = z.infer<typeof recipeRunInput>;

/** Rows a lease: a kill costs a second of work at most. */
const leaseRows = 256;
/** Where all rows of a lease were known, the next takes more: they cost next to nothing. */
const knownRows = 4096;

type Checkpoint = {
  after: number;
  done: number;
  /** Rows that were known to come out as they went in, and were not read. */
  known: number;
  findings: number;
  steps: StepReport[];
};

/**
 * Runs a recipe over the rows of one version, a lease of rows a transaction with its checkpoint, then makes one new
 * version of all that changed. Killed anywhere, a new attempt goes on after the last lease; texts are unique by hash,
 * findings by span and staged rows by id, so nothing is doubled. Rows that came out of the same steps unchanged before,
 * in any run of the project, are not read again; the version is the same as if they were.
 */
export async function cleanRows(
  owned: OwnedRun,
  handle: ProjectHandle,
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
  const needs = recipeNeeds(recipe);
  // What becomes of a row hangs on all others there, not on its own text and its keys.
  const memory = needs.keptInstead ? undefined : await openMemory(handle, recipe.digest);
  const { context, seen } = await prepareSteps(recipe, handle, owned.id);
  if (seen && memory !== undefined && at.after > 0) {
    const before = { memory, runId: owned.id, upTo: at.after };
    for await (const keys of knownKeys(handle, view, before)) seen.restore(keys);
  }
  const decided = await decideRows(recipe, owned, handle, view, context, signal);
  countClusters(at.steps, decided);
  const list = (limit: number): Promise<RecipeRow[]> =>
    memory === undefined || input.again
      ? listBodies(handle, view, at.after, limit)
      : listRecipeRows(handle, view, { after: at.after, limit, memory });
  for (let limit = leaseRows; ; ) {
    signal.throwIfAborted();
    const rows = await list(limit);
    const last = rows.at(-1);
    if (!last) break;
    const lease = await cleanLease(handle, recipe, rows, { context, seen, decided }, signal);
    const steps = structuredClone(at.steps);
    for (const { outcome } of lease.cleaned) countOutcome(steps, outcome);
    const after: Checkpoint = {
      after: last.id,
      done: at.done + rows.length,
      known: at.known + lease.known,
      findings: at.findings,
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
  await finish(owned, handle, input, at);
}

/** What the steps need from outside; the texts seen by an earlier attempt come first. */
async function prepareSteps(recipe: Recipe, handle: ProjectHandle, runId: number) {
  const needs = recipeNeeds(recipe);
  const seen = needs.seen ? new SeenKeys() : undefined;
  if (seen) for await (const keys of stagedKeys(handle, runId)) seen.restore(keys);
  const context: StepContext = {
    // Spans are for previews; a run needs counts only.
    changeLimit: 0,
    ...(needs.detectLanguage ? { detectLanguage: await loadLanguageDetector() } : {}),
  };
  return { context, seen };
}

/** One version for the whole recipe, with the run's end in the same transaction. */
async function finish(
  owned: OwnedRun,
  handle: ProjectHandle,
  input: RecipeRunInput,
  at: Checkpoint,
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
    });
  });
}

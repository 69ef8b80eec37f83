import { setImmediate as breathe } from "node:timers/promises";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { type NewConversation, upsertConversations } from "#db/queries/conversations.ts";
import type { View } from "#db/queries/dataset-rows.ts";
import { changeDataset } from "#db/queries/datasets.ts";
import {
  addFindings,
  applyOutcomes,
  type BodyRow,
  listBodies,
  type NewFinding,
  type RowOutcome,
  setLanguages,
  stagedKeys,
  stageOutcomes,
} from "#db/queries/recipe-rows.ts";
import { walk } from "../core/conversation.ts";
import { datasetFilterSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { loadLanguageDetector } from "../safety/language.ts";
import { decideRows } from "./decide-rows.ts";
import { describeConversation } from "./describe-conversation.ts";
import { nodeHashes } from "./formats/node-hash.ts";
import { askInstead, type NearDuplicates } from "./near-duplicate-rows.ts";
import { countClusters, countOutcome, emptyReport, type StepReport } from "./recipe-report.ts";
import { SeenKeys } from "./seen-keys.ts";
import {
  applyRecipe,
  parseRecipe,
  type Recipe,
  type RecipeOutcome,
  recipeNeeds,
} from "./steps/recipe.ts";
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
});
export type RecipeRunInput = z.infer<typeof recipeRunInput>;

/** Rows a lease: a kill costs a second of work at most. */
const leaseRows = 256;
/** Rows between two breaths, so that heartbeats of all runs of this worker are in time. */
const rowsPerBreath = 16;

type Checkpoint = { after: number; done: number; findings: number; steps: StepReport[] };
type Cleaned = { row: BodyRow; outcome: RecipeOutcome; keys: string[]; next?: NewConversation };

/**
 * Runs a recipe over the rows of one version, a lease of rows a transaction with its checkpoint, then makes one new
 * version of all that changed. Killed anywhere, a new attempt goes on after the last lease; texts are unique by hash,
 * findings by span and staged rows by id, so nothing is doubled.
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
    ...{ after: 0, done: 0, findings: 0, steps: emptyReport(recipe.steps) },
    ...(owned.run.checkpoint as Partial<Checkpoint> | null),
  };
  const { context, seen } = await prepareSteps(recipe, handle, owned.id);
  const decided = await decideRows(recipe, owned, handle, view, context, signal);
  countClusters(at.steps, decided);
  for (;;) {
    signal.throwIfAborted();
    const rows = await listBodies(handle, view, at.after, leaseRows);
    if (rows.length === 0) break;
    const cleaned = await cleanLease(recipe, rows, { context, seen, decided }, signal);
    await saveLease(owned, handle, cleaned, at);
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

/** What the steps of a recipe need beside the row. */
type Ports = {
  context: StepContext;
  seen: SeenKeys | undefined;
  decided: readonly NearDuplicates[];
};

async function cleanLease(
  recipe: Recipe,
  rows: readonly BodyRow[],
  ports: Ports,
  signal: AbortSignal,
): Promise<Cleaned[]> {
  const cleaned: Cleaned[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % rowsPerBreath === 0) {
      await breathe();
      signal.throwIfAborted();
    }
    cleaned.push(cleanRow(recipe, row, ports));
  }
  return cleaned;
}

function cleanRow(recipe: Recipe, row: BodyRow, { context, seen, decided }: Ports): Cleaned {
  const asked = seen?.row();
  const outcome = applyRecipe(recipe, row.body, {
    ...context,
    ...(asked ? { seen: asked.seen } : {}),
    keptInstead: askInstead(decided, row.id),
  });
  const keys = asked?.keys ?? [];
  if (outcome.outcome !== "changed") return { row, outcome, keys };
  return {
    row,
    outcome,
    keys,
    next: describeConversation(outcome.body, languageOf(row, outcome), row.id),
  };
}

function languageOf(row: BodyRow, { detected }: RecipeOutcome): string | null {
  if (!detected) return row.lang;
  return detected.language === "und" ? null : detected.language;
}

async function saveLease(
  owned: OwnedRun,
  handle: ProjectHandle,
  cleaned: readonly Cleaned[],
  at: Checkpoint,
): Promise<void> {
  const steps = structuredClone(at.steps);
  for (const { outcome } of cleaned) countOutcome(steps, outcome);
  const after: Checkpoint = {
    after: cleaned.at(-1)?.row.id ?? at.after,
    done: at.done + cleaned.length,
    findings: at.findings,
    steps,
  };
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    const ids = await upsertConversations(
      tx,
      cleaned.flatMap((one) => one.next ?? []),
    );
    const results = cleaned.map((one) => ({ ...one, result: resultOf(one, ids) }));
    await stageOutcomes(tx, owned.id, results.flatMap(stagedRow));
    after.findings += await addFindings(tx, owned.id, results.flatMap(findingsOf));
    await setLanguages(
      tx,
      results.flatMap(({ result, row, outcome }) =>
        result !== null && outcome.detected
          ? [{ conversation: result, lang: languageOf(row, outcome) }]
          : [],
      ),
    );
    await owned.write(tx.db, { done: after.done, checkpoint: after });
  });
  Object.assign(at, after);
}

function resultOf(
  { row, outcome, next }: Cleaned,
  ids: ReadonlyMap<string, number>,
): number | null {
  if (outcome.outcome === "dropped") return null;
  if (!next) return row.id;
  const id = ids.get(next.hash);
  if (id === undefined) throw new TypeError("a stored conversation was not found again");
  return id;
}

type Stored = Cleaned & { result: number | null };

function stagedRow({ row, outcome, keys, result }: Stored): RowOutcome[] {
  if (result === row.id && keys.length === 0) return [];
  return [
    {
      conversation: row.id,
      result,
      step: outcome.droppedBy?.index ?? null,
      reason: outcome.droppedBy?.reason ?? null,
      kept: outcome.droppedBy?.instead?.conversation ?? null,
      similarity: outcome.droppedBy?.instead?.similarity ?? null,
      keys: keys.length > 0 ? keys : null,
    },
  ];
}

/** Findings with the hash of their message. Of names and call arguments the check says so: offsets count those. */
function findingsOf({ outcome, result }: Stored): NewFinding[] {
  if (result === null || outcome.findings.length === 0) return [];
  const hashes = nodeHashes(outcome.body.root);
  const nodes = [...walk(outcome.body.root)].map(({ node }) => hashes.get(node) ?? "");
  return outcome.findings.map(({ node, field, check, ...rest }) => ({
    ...rest,
    conversation: result,
    nodeHash: nodes[node] ?? "",
    check: field === "text" ? check : `${check}:${field}`,
  }));
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

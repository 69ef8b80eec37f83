import { hash } from "node:crypto";
import { z } from "zod";
import type { ConversationBody } from "#lib/core/conversation.ts";
import { AssayError, type FieldIssue } from "#lib/core/errors.ts";
import { canonicalJson } from "#lib/datasets/formats/canonical-json.ts";
import { stepById, stepIds } from "./list.ts";
import type { Detected, Instead, ReadyStep, StepContext, StepFinding, StepResult } from "./step.ts";

/** More steps than this are a mistake; each is run on every row. */
const mostSteps = 40;

export const recipeStepSchema = z.object({
  step: z.string().refine((id) => stepIds.some((known) => known === id), "unknown step"),
  params: z.record(z.string(), z.unknown()).default({}),
});

/** Ordered steps. A recipe as it is stored; `parseRecipe` checks the parameters of each step. */
export const recipeSchema = z.object({
  steps: z.array(recipeStepSchema).min(1).max(mostSteps),
});
export type RecipeInput = z.input<typeof recipeSchema>;

export type Recipe = {
  steps: { step: string; version: number; params: Record<string, unknown> }[];
  /** SHA-256 (hex) over steps, their versions and all parameters with defaults filled in. */
  digest: string;
  ready: { step: string; run: ReadyStep }[];
};

/** Checks a recipe and fills defaults. Throws `invalid_input` naming each wrong field, e.g. `steps.2.params.max`. */
export function parseRecipe(input: unknown): Recipe {
  const parsed = recipeSchema.safeParse(input);
  if (!parsed.success) throw refused(issuesOf(parsed.error, []));
  const issues: FieldIssue[] = [];
  const steps: Recipe["steps"] = [];
  const ready: Recipe["ready"] = [];
  parsed.data.steps.forEach(({ step: id, params }, i) => {
    const step = stepById(id);
    const checked = step.params.safeParse(params);
    if (!checked.success) {
      issues.push(...issuesOf(checked.error, ["steps", i, "params"]));
      return;
    }
    const run = step.prepare(params);
    steps.push({ step: id, version: step.version, params: run.params });
    ready.push({ step: id, run });
  });
  if (issues.length > 0) throw refused(issues);
  return { steps, ready, digest: hash("sha256", canonicalJson(steps)) };
}

function issuesOf(error: z.ZodError, path: PropertyKey[]): FieldIssue[] {
  return error.issues.map((issue) => ({
    path: [...path, ...issue.path].map(String).join("."),
    message: issue.message,
  }));
}

function refused(issues: FieldIssue[]): AssayError {
  const [first] = issues;
  const where = first ? ` ${first.path}: ${first.message}.` : "";
  return new AssayError(
    "invalid_input",
    `The recipe was not accepted.${where} Nothing was changed.`,
    {
      issues,
    },
  );
}

/** Which ports a recipe needs from its caller; give them in the context. */
export function recipeNeeds(recipe: Recipe): {
  detectLanguage: boolean;
  seen: boolean;
  keptInstead: boolean;
} {
  const has = (id: string) => recipe.steps.some(({ step }) => step === id);
  return {
    detectLanguage: has("language"),
    seen: has("duplicates"),
    keptInstead: has("near-duplicates"),
  };
}

export type RecipeOutcome = {
  outcome: "same" | "changed" | "dropped";
  body: ConversationBody;
  /** Which step dropped it, and why. */
  droppedBy?: { index: number; step: string; reason: string; instead?: Instead };
  /** One result a step that ran, in order; a dropped conversation has no later ones. */
  results: { index: number; step: string; result: StepResult }[];
  /** All findings, with node numbers and offsets of the final body. */
  findings: StepFinding[];
  detected?: Detected;
};

/** What a step did to a row without the texts of it: all that a report and a commit need. */
export type StepFigures = Omit<StepResult, "body" | "changes">;

/** The same of all steps. What ran elsewhere comes back so, and `RecipeOutcome` is one, too. */
export type RowResult = Omit<RecipeOutcome, "results"> & {
  results: { index: number; step: string; result: StepFigures }[];
};

/**
 * Runs all steps on one conversation. Pure apart from `ctx.seen` and `ctx.keptInstead`. Findings of a step are made again on the
 * final body when a later step changed the text, so that their offsets fit what is stored.
 */
export function applyRecipe(
  recipe: Recipe,
  body: ConversationBody,
  ctx: StepContext,
): RecipeOutcome {
  const results: RecipeOutcome["results"] = [];
  let current = body;
  let detected: Detected | undefined;
  for (const [index, { step, run }] of recipe.ready.entries()) {
    const result = run.apply(current, ctx);
    results.push({ index, step, result });
    detected = result.detected ?? detected;
    if (result.outcome === "dropped") {
      const { reason = "dropped", instead } = result;
      const droppedBy = { index, step, reason, ...(instead ? { instead } : {}) };
      return { outcome: "dropped", body: current, droppedBy, results, findings: [], detected };
    }
    current = result.body;
  }
  const outcome = current === body ? "same" : "changed";
  return {
    outcome,
    body: current,
    results,
    findings: finalFindings(recipe, results, current, ctx),
    detected,
  };
}

function finalFindings(
  recipe: Recipe,
  results: RecipeOutcome["results"],
  final: ConversationBody,
  ctx: StepContext,
): StepFinding[] {
  return results.flatMap(({ index, result }) => {
    if (result.findings.length === 0) return [];
    if (result.body === final) return result.findings;
    return recipe.ready[index]?.run.apply(final, ctx).findings ?? [];
  });
}

import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { countRows } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { timesOfConversations } from "#db/queries/near-duplicate-rows.ts";
import { type BodyRow, listBodies } from "#db/queries/recipe-rows.ts";
import { conversationBodySchema } from "../core/conversation.ts";
import { datasetFilterSchema, datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { loadLanguageDetector } from "../safety/language.ts";
import type { RecipeRunInput } from "./clean-rows.ts";
import { conversationFacts } from "./formats/conversation-facts.ts";
import { askInstead, decideNearDuplicates, type RowSource } from "./near-duplicate-rows.ts";
import { requireCluster } from "./ray/require-cluster.ts";
import { countClusters, countOutcome, emptyReport, stepReportSchema } from "./recipe-report.ts";
import { requireRevision } from "./recipe-revisions.ts";
import { recipeRefSchema, requireRecipe, revisionNumber, stepsInput } from "./recipes.ts";
import { filterOf, viewRefSchema } from "./saved-views.ts";
import { SeenKeys } from "./seen-keys.ts";
import { applyRecipe, parseRecipe, recipeNeeds } from "./steps/recipe.ts";

/** Queues a recipe over the rows of a dataset's newest version; it makes one new version. */
export const runRecipe = defineOperation({
  name: "recipes.run",
  summary: "Clean a dataset with a recipe; makes one new version",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/clean",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    recipe: recipeRefSchema,
    revision: revisionNumber.optional().meta({ description: "The newest when absent" }),
    filter: datasetFilterSchema.default({}).meta({ description: "Which rows; all when empty" }),
    view: viewRefSchema.optional().meta({ description: "A saved view instead of a filter" }),
    again: z.boolean().default(false).meta({
      description: "Also read rows that are known from earlier runs to come out unchanged",
    }),
    on: z.enum(["here", "ray"]).default("here").meta({
      description: "ray: the steps run on the Ray cluster that is set up; all rows are read",
    }),
  }),
  output: z.object({ run: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["dataset", "recipe"],
  startsRun: true,
  audit: ({ dataset, recipe, revision, on }) => ({ dataset, recipe, revision, on }),
  run: async ({ handle, services }, { dataset, recipe, revision, again, on, ...which }) => {
    if (on === "ray") requireCluster(services.ray);
    const found = await requireDataset(handle, dataset);
    const filter = await filterOf(handle, found.id, which);
    const chosen = await requireRecipe(handle, recipe);
    const { number, steps } = await requireRevision(handle, chosen, revision);
    const { digest } = parseRecipe({ steps });
    const version = found.headVersion;
    const total = await countRows(handle, { datasetId: found.id, version: undefined, filter });
    if (total === 0) {
      throw new AssayError(
        "precondition_failed",
        "No row matches, so there is nothing to clean. Import conversations or widen the filter.",
      );
    }
    const input: RecipeRunInput = {
      ...{ datasetId: found.id, dataset: found.name, version, filter, digest },
      ...{ recipe: chosen.name, recipeId: chosen.id, revision: number, steps, again, on },
    };
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        kind: "recipe",
        title: `Clean ${found.name} with ${chosen.name}${on === "ray" ? " on Ray" : ""}`,
        input,
        unit: "conversations",
        total,
      }),
    );
    return { run };
  },
});

/** Rows that are at hand, as a comparison of all of them reads them. */
function sourceOf(handle: ProjectHandle, rows: readonly BodyRow[]): RowSource {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    async *pages() {
      yield rows;
    },
    bodiesOf: async (ids) => ids.flatMap((id) => byId.get(id) ?? []),
    timesOf: (ids) => timesOfConversations(handle, ids),
  };
}

/** Rows a preview runs the recipe on. */
const sampleRows = 300;
/** Text a preview shows. */
const shownCharacters = 200_000;

/** What a recipe would do to the first rows of a dataset: nothing is written. */
export const previewRecipe = defineOperation({
  name: "recipes.preview",
  summary:
    "What a recipe would do to the first rows of a dataset, before and after; nothing is written",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/clean/preview",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    steps: stepsInput,
    filter: datasetFilterSchema.default({}),
    limit: z.coerce.number().int().min(1).max(50).default(20),
  }),
  output: z.object({
    rows: z.number(),
    steps: z.array(stepReportSchema),
    /** Rows that a step changes, drops or finds something in. */
    examples: z.array(
      z.object({
        conversation: z.number(),
        outcome: z.enum(["same", "changed", "dropped"]),
        droppedBy: z
          .object({
            index: z.number(),
            step: z.string(),
            reason: z.string(),
            /** What stays in the place of a near-duplicate. */
            instead: z.object({ conversation: z.number(), similarity: z.number() }).optional(),
          })
          .nullable(),
        before: conversationBodySchema,
        after: conversationBodySchema,
        findings: z.array(
          z.object({
            node: z.number(),
            field: z.string(),
            kind: z.string(),
            start: z.number(),
            end: z.number(),
          }),
        ),
      }),
    ),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle, signal }, { dataset, steps, filter, limit }) => {
    const found = await requireDataset(handle, dataset);
    const recipe = parseRecipe({ steps });
    const needs = recipeNeeds(recipe);
    const view = { datasetId: found.id, version: undefined, filter };
    const rows = await listBodies(handle, view, 0, sampleRows);
    const detect = needs.detectLanguage ? { detectLanguage: await loadLanguageDetector() } : {};
    const seen = new SeenKeys();
    const reports = emptyReport(recipe.steps);
    const decided = await decideNearDuplicates(recipe, sourceOf(handle, rows), detect, {
      signal,
      tell: async () => {},
    });
    countClusters(reports, decided);
    const examples = [];
    let left = shownCharacters;
    for (const row of rows) {
      signal.throwIfAborted();
      const outcome = applyRecipe(recipe, row.body, {
        ...detect,
        seen: seen.row().seen,
        keptInstead: askInstead(decided, row.id),
      });
      countOutcome(reports, outcome);
      if (outcome.outcome === "same" && outcome.findings.length === 0) continue;
      left -= 2 * conversationFacts(row.body).characters;
      if (examples.length >= limit || left < 0) continue;
      examples.push({
        conversation: row.id,
        outcome: outcome.outcome,
        droppedBy: outcome.droppedBy ?? null,
        before: row.body,
        after: outcome.body,
        findings: outcome.findings.map(({ node, field, kind, start, end }) => ({
          ...{ node, field, kind, start, end },
        })),
      });
    }
    return { rows: rows.length, steps: reports, examples };
  },
});

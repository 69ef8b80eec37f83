import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import {
  findRevision,
  listRevisions as queryRevisions,
  type Recipe,
  type Revision,
  saveRevision,
} from "#db/queries/recipes.ts";
import { slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { diffSteps } from "./recipe-diff.ts";
import {
  lockRecipe,
  recipeOutput,
  recipeRefSchema,
  recipeView,
  requireRecipe,
  revisionNumber,
  stepsOutput,
} from "./recipes.ts";

const revisionOutput = z.object({
  number: z.number(),
  steps: stepsOutput,
  digest: z.string(),
  restoredFrom: z.number().nullable(),
  by: z.string(),
  at: z.string(),
});

const revisionView = (row: Revision): z.input<typeof revisionOutput> => ({
  number: row.number,
  steps: row.steps,
  digest: row.digest,
  restoredFrom: row.restoredFrom,
  by: row.by,
  at: row.createdAt.toISOString(),
});

/** A revision of a recipe; the newest when no number is given. Throws not_found. */
export async function requireRevision(
  handle: ProjectHandle,
  recipe: Pick<Recipe, "id" | "name" | "revision">,
  number = recipe.revision,
): Promise<Revision> {
  const found = await findRevision(handle, recipe.id, number);
  if (found) return found;
  throw new AssayError(
    "not_found",
    `The recipe “${recipe.name}” has revisions 1 to ${recipe.revision}. Nothing was done; choose one of them.`,
  );
}

/** Revisions of a recipe, the newest first. */
export const listRevisions = defineOperation({
  name: "recipes.revisions",
  summary: "Revisions of a recipe with their steps, the newest first",
  method: "GET",
  path: "/projects/{project}/recipes/{recipe}/revisions",
  input: z.strictObject({
    project: slugSchema,
    recipe: recipeRefSchema,
    before: revisionNumber.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({ revisions: z.array(revisionOutput), next: z.number().nullable() }),
  allow: { project: "dataset.read" },
  positionals: ["recipe"],
  run: async ({ handle }, { recipe, before, limit }) => {
    const { id } = await requireRecipe(handle, recipe);
    const rows = await queryRevisions(handle, id, before, limit + 1);
    const revisions = rows.slice(0, limit).map(revisionView);
    return { revisions, next: rows.length > limit ? (revisions.at(-1)?.number ?? null) : null };
  },
});

const paramChange = z.object({
  name: z.string(),
  was: z.unknown().optional(),
  now: z.unknown().optional(),
});

/** What differs between two revisions of a recipe, step by step. */
export const diffRevisions = defineOperation({
  name: "recipes.diff",
  summary: "Steps and parameters that differ between two revisions of a recipe",
  method: "GET",
  path: "/projects/{project}/recipes/{recipe}/diff",
  input: z.strictObject({
    project: slugSchema,
    recipe: recipeRefSchema,
    from: revisionNumber,
    to: revisionNumber,
  }),
  output: z.object({
    steps: z.array(
      z.object({
        change: z.enum(["same", "changed", "moved", "added", "removed"]),
        step: z.string(),
        from: z.number().nullable(),
        to: z.number().nullable(),
        params: z.array(paramChange),
      }),
    ),
  }),
  allow: { project: "dataset.read" },
  positionals: ["recipe"],
  run: async ({ handle }, { recipe, from, to }) => {
    const found = await requireRecipe(handle, recipe);
    const was = await requireRevision(handle, found, from);
    const now = await requireRevision(handle, found, to);
    return { steps: diffSteps(was.steps, now.steps) };
  },
});

/** Takes the steps of an older revision again, as a new one. */
export const restoreRevision = defineOperation({
  name: "recipes.restore",
  summary: "Make a new revision of a recipe with the steps of an older one",
  method: "POST",
  path: "/projects/{project}/recipes/{recipe}/restore",
  input: z.strictObject({
    project: slugSchema,
    recipe: recipeRefSchema,
    number: revisionNumber.meta({ description: "The revision whose steps are taken" }),
    revision: revisionNumber
      .optional()
      .meta({ description: "The newest as it was read; refused when another one came" }),
  }),
  output: recipeOutput,
  allow: { project: "dataset.write" },
  positionals: ["recipe", "number"],
  audit: ({ recipe, number }) => ({ recipe, number }),
  run: async ({ handle }, { recipe, number, revision }) => {
    const found = await requireRecipe(handle, recipe);
    return handle.transaction(async (tx) => {
      await lockRecipe(tx, found.id, revision);
      const old = await requireRevision(tx, found, number);
      await saveRevision(
        tx,
        found.id,
        { steps: old.steps, digest: old.digest },
        {
          restoredFrom: number,
        },
      );
      return recipeView(await requireRecipe(tx, found.id));
    });
  },
});

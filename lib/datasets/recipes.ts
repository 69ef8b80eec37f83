import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import {
  findRecipe,
  insertRecipe,
  lockNewest,
  listRecipes as queryRecipes,
  type Recipe,
  removeRecipe,
  renameRecipe,
  type Steps,
  saveRevision,
} from "#db/queries/recipes.ts";
import { idSchema, nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { steps } from "./steps/list.ts";
import { parseRecipe } from "./steps/recipe.ts";

/** Ordered steps as they are sent; parameters are checked by each step. */
export const stepsInput = z
  .array(
    z.strictObject({
      step: z.string().min(1).max(40),
      params: z.record(z.string().max(60), z.unknown()).default({}),
    }),
  )
  .min(1, "Choose at least one step.")
  .max(40);

export const stepsOutput = z.array(
  z.object({ step: z.string(), params: z.record(z.string(), z.unknown()) }),
);

/** Revisions of a recipe are numbered from 1. */
export const revisionNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);

export const recipeOutput = z.object({
  id: z.number(),
  name: z.string(),
  steps: stepsOutput,
  digest: z.string(),
  /** The newest revision, whose steps these are. */
  revision: z.number(),
  updatedAt: z.string(),
});

export const recipeView = (row: Recipe): z.input<typeof recipeOutput> => ({
  id: row.id,
  name: row.name,
  steps: row.steps,
  digest: row.digest,
  revision: row.revision,
  updatedAt: row.updatedAt.toISOString(),
});

export const recipeRefSchema = z.union([idSchema, z.string().min(1).max(200)]);

const missing = () =>
  new AssayError("not_found", "This project has no such recipe. Look at the list of recipes.");

/** A recipe of the handle's project with its newest steps, by id or name. Throws not_found. */
export async function requireRecipe(handle: ProjectHandle, ref: number | string): Promise<Recipe> {
  const found = await findRecipe(handle, ref);
  if (!found) throw missing();
  return found;
}

/** Every kind of step with the JSON Schema of its parameters, in the order a new recipe offers them. */
export const listSteps = defineOperation({
  name: "recipes.steps",
  summary: "Kinds of cleaning steps with their parameters",
  method: "GET",
  path: "/projects/{project}/recipe-steps",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({
    steps: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        help: z.string(),
        version: z.number(),
        /** Draft 2020-12, of what may be given. */
        schema: z.record(z.string(), z.unknown()),
      }),
    ),
  }),
  allow: { project: "dataset.read" },
  run: async () => ({
    steps: steps.map(({ id, label, help, version, params }) => ({
      id,
      label,
      help,
      version,
      schema: z.toJSONSchema(params, { io: "input", unrepresentable: "any" }) as Record<
        string,
        unknown
      >,
    })),
  }),
});

export const listRecipes = defineOperation({
  name: "recipes.list",
  summary: "Cleaning recipes of a project",
  method: "GET",
  path: "/projects/{project}/recipes",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({ recipes: z.array(recipeOutput) }),
  allow: { project: "dataset.read" },
  run: async ({ handle }) => ({ recipes: (await queryRecipes(handle)).map(recipeView) }),
});

export const readRecipe = defineOperation({
  name: "recipes.read",
  summary: "One recipe",
  method: "GET",
  path: "/projects/{project}/recipes/{recipe}",
  input: z.strictObject({ project: slugSchema, recipe: recipeRefSchema }),
  output: recipeOutput,
  allow: { project: "dataset.read" },
  positionals: ["recipe"],
  run: async ({ handle }, { recipe }) => recipeView(await requireRecipe(handle, recipe)),
});

const taken = (name: string) =>
  new AssayError("conflict", `A recipe named “${name}” exists already. Choose another name.`, {
    issues: [{ path: "name", message: "Taken" }],
  });

/** Steps with their defaults filled in, so that a later default changes no stored recipe. */
export function checkedSteps(given: z.infer<typeof stepsInput>): Steps {
  const parsed = parseRecipe({ steps: given });
  return {
    steps: parsed.steps.map(({ step, params }) => ({ step, params })),
    digest: parsed.digest,
  };
}

/** A new recipe with its first revision. Throws conflict for a name that is taken. */
export async function addRecipe(
  handle: ProjectHandle,
  name: string,
  steps: Steps,
): Promise<Recipe> {
  const made = await insertRecipe(handle, name, steps);
  if (!made) throw taken(name);
  return made;
}

export const createRecipe = defineOperation({
  name: "recipes.create",
  summary: "Make a recipe of ordered cleaning steps",
  method: "POST",
  path: "/projects/{project}/recipes",
  input: z.strictObject({ project: slugSchema, name: nameSchema, steps: stepsInput }),
  output: recipeOutput,
  allow: { project: "dataset.write" },
  positionals: ["name"],
  run: async ({ handle }, { name, steps }) =>
    recipeView(await addRecipe(handle, name, checkedSteps(steps))),
});

/** Saves a recipe's name and steps as a new revision; refused when somebody saved one since it was read. */
export const updateRecipe = defineOperation({
  name: "recipes.update",
  summary: "Save a recipe's name and steps as a new revision",
  method: "PUT",
  path: "/projects/{project}/recipes/{recipe}",
  input: z.strictObject({
    project: slugSchema,
    recipe: recipeRefSchema,
    /** As it was read. */
    revision: revisionNumber,
    name: nameSchema.optional(),
    steps: stepsInput.optional(),
  }),
  output: recipeOutput,
  allow: { project: "dataset.write" },
  positionals: ["recipe"],
  audit: ({ recipe, revision }) => ({ recipe, revision }),
  run: async ({ handle }, { recipe, revision, name, steps: given }) => {
    const found = await requireRecipe(handle, recipe);
    const steps = given && checkedSteps(given);
    return handle.transaction(async (tx) => {
      await lockRecipe(tx, found.id, revision);
      const before = await requireRecipe(tx, found.id);
      const renamed = name !== undefined && name !== before.name;
      if (renamed && !(await renameRecipe(tx, found.id, name))) throw taken(name);
      const kept = { steps: before.steps, digest: before.digest };
      await saveRevision(tx, found.id, steps ?? kept, { always: renamed });
      return recipeView(await requireRecipe(tx, found.id));
    });
  },
});

/** Holds a recipe until the transaction ends. Throws conflict when another revision than the one read is the newest. */
export async function lockRecipe(
  tx: ProjectHandle,
  recipe: number,
  read: number | undefined,
): Promise<void> {
  const newest = await lockNewest(tx, recipe);
  if (newest === undefined) throw missing();
  if (read !== undefined && newest !== read) {
    throw new AssayError(
      "conflict",
      "Somebody changed this recipe meanwhile. Your steps were not saved; compare them with what stands there now.",
    );
  }
}

export const deleteRecipe = defineOperation({
  name: "recipes.delete",
  summary: "Delete a recipe; versions made with it stay",
  method: "DELETE",
  path: "/projects/{project}/recipes/{recipe}",
  input: z.strictObject({ project: slugSchema, recipe: recipeRefSchema }),
  output: z.object({ deleted: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["recipe"],
  audit: ({ recipe }) => ({ recipe }),
  run: async ({ handle }, { recipe }) => {
    const found = await requireRecipe(handle, recipe);
    await removeRecipe(handle, found.id);
    return { deleted: found.id };
  },
});

import { z } from "zod";
import { findRecipe, saveRevision } from "#db/queries/recipes.ts";
import { nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { requireRevision } from "./recipe-revisions.ts";
import { formatRecipeYaml, longestYaml, parseRecipeYaml } from "./recipe-yaml.ts";
import {
  addRecipe,
  checkedSteps,
  lockRecipe,
  recipeOutput,
  recipeRefSchema,
  recipeView,
  requireRecipe,
  revisionNumber,
} from "./recipes.ts";

/** A recipe's revision as YAML that `recipes.import` reads back to the same steps. */
export const exportRecipe = defineOperation({
  name: "recipes.export",
  summary: "A recipe as YAML, to keep in a file or take to another project",
  method: "GET",
  path: "/projects/{project}/recipes/{recipe}/yaml",
  input: z.strictObject({
    project: slugSchema,
    recipe: recipeRefSchema,
    revision: revisionNumber.optional().meta({ description: "The newest when absent" }),
  }),
  output: z.object({ name: z.string(), revision: z.number(), yaml: z.string() }),
  allow: { project: "dataset.read" },
  positionals: ["recipe"],
  prints: "yaml",
  run: async ({ handle }, { recipe, revision }) => {
    const found = await requireRecipe(handle, recipe);
    const { number, steps } = await requireRevision(handle, found, revision);
    return { name: found.name, revision: number, yaml: formatRecipeYaml({ ...found, steps }) };
  },
});

const taken = (name: string) =>
  new AssayError(
    "conflict",
    `A recipe named “${name}” exists already. Nothing was saved; import the file as its next revision (replace), or under another name.`,
    { issues: [{ path: "name", message: "Taken" }] },
  );

/** Makes a recipe of a file, or the next revision of the one that has its name. */
export const importRecipe = defineOperation({
  name: "recipes.import",
  summary: "Make a recipe of a YAML file, or save it as the next revision of the one of its name",
  method: "POST",
  path: "/projects/{project}/recipes/import",
  input: z.strictObject({
    project: slugSchema,
    yaml: z
      .string()
      // The reader says so itself, with a line; this keeps a request from being larger than it needs to be.
      .max(2 * longestYaml)
      .meta({ textFile: true, description: "The file" }),
    name: nameSchema.optional().meta({ description: "Instead of the name in the file" }),
    replace: z
      .boolean()
      .default(false)
      .meta({ description: "Save as the next revision when the name is taken" }),
  }),
  output: recipeOutput,
  allow: { project: "dataset.write" },
  positionals: ["yaml"],
  audit: ({ replace }) => ({ replace }),
  run: async ({ handle }, given) => {
    const file = parseRecipeYaml(given.yaml);
    const name = given.name ?? file.name;
    const steps = checkedSteps(file.steps);
    const found = await findRecipe(handle, name);
    if (found?.name !== name) return recipeView(await addRecipe(handle, name, steps));
    if (!given.replace) throw taken(name);
    return handle.transaction(async (tx) => {
      await lockRecipe(tx, found.id, undefined);
      await saveRevision(tx, found.id, steps);
      return recipeView(await requireRecipe(tx, found.id));
    });
  },
});

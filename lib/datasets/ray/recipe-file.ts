import { z } from "zod";

/** `recipe.json` of a job: the steps, with what proves that the cluster runs the same ones. */
export const recipeFileSchema = z.strictObject({
  steps: z.array(z.strictObject({ step: z.string(), params: z.record(z.string(), z.unknown()) })),
  digest: z.string(),
  /** `process.version` of the worker: another one may bring other Unicode tables. */
  node: z.string(),
  /** Whether a step compares all texts. */
  compares: z.boolean(),
});

import { z } from "zod";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { samplingSchema } from "../core/sampling.ts";
import { requireWriter } from "../models/embedding-model.ts";
import { findVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { keptSuites, requireSuites } from "./keep-suites.ts";
import { shippedSuiteIds } from "./suites/shipped.ts";

export const seedSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1);

/** Input of a run of kind `evaluate`. Suites are named by their content. */
export const evaluateRunInput = z.object({
  modelVersionIds: z.array(z.number().int()).min(1),
  suites: z.array(z.object({ slug: z.string(), digest: z.string() })).min(1),
  sample: z.number().int().nullable(),
  seed: z.number().int(),
  system: z.string(),
  parameters: samplingSchema,
});
export type EvaluateRunInput = z.infer<typeof evaluateRunInput>;

/** Queues an evaluation; scores of items are stored as they come, so a stopped run goes on where it was. */
export const startEvaluation = defineOperation({
  name: "evaluate",
  summary: "Evaluate model versions on suites",
  method: "POST",
  path: "/projects/{project}/evaluations",
  input: z.strictObject({
    project: slugSchema,
    models: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(10)
      .meta({ description: "Model versions, as model@version" }),
    suites: z
      .array(z.string().min(1).max(64))
      .max(30)
      .default([])
      .meta({ description: "Names of suites; the shipped ones when left out" }),
    sample: idSchema.optional().meta({
      description: "Items of each suite (of counterfactual pairs: templates); all when left out",
    }),
    seed: seedSchema,
    system: z.string().max(20_000).default(""),
    parameters: samplingSchema.default({ temperature: 0 }),
  }),
  output: z.object({ run: z.number() }),
  allow: { project: "eval.run" },
  positionals: ["models"],
  startsRun: true,
  run: async ({ handle }, input) => {
    const versions = await Promise.all(input.models.map((name) => findVersion(handle, name)));
    for (const version of versions) requireWriter(version, "be evaluated on suites");
    const suites =
      input.suites.length === 0
        ? await keptSuites(handle, shippedSuiteIds)
        : await requireSuites(handle, [...new Set(input.suites)]);
    const given: EvaluateRunInput = {
      modelVersionIds: [...new Set(versions.map((version) => version.model_version.id))],
      suites: suites.map(({ row }) => ({ slug: row.slug, digest: row.digest })),
      sample: input.sample ?? null,
      seed: input.seed,
      system: input.system,
      parameters: input.parameters,
    };
    const names = versions.map((row) => `${row.model.name}@${row.model_version.number}`).join(", ");
    const count = suites.length === 1 ? suites[0]?.row.title : `${suites.length} suites`;
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        kind: "evaluate",
        title: `Evaluate ${names} on ${count}`,
        input: given,
        unit: "items",
      }),
    );
    return { run };
  },
});

import { z } from "zod";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { samplingSchema } from "../core/sampling.ts";
import { findSnapshot } from "../datasets/create-snapshot.ts";
import { requireSource } from "../datasets/start-import.ts";
import { requireWriter } from "../models/embedding-model.ts";
import { findVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";

/** Input of a run of kind `infer`. */
export const inferRunInput = z.object({
  snapshotId: z.number().int().optional(),
  side: z.enum(["train", "validation", "test"]),
  sourceId: z.number().int().optional(),
  modelVersionIds: z.array(z.number().int()).min(1),
  parameters: samplingSchema,
  system: z.string(),
  samples: z.number().int(),
  limit: z.number().int(),
});
export type InferRunInput = z.infer<typeof inferRunInput>;

/** Queues a prompt set against model versions; each answer is stored once, whatever happens in between. */
export const startInference = defineOperation({
  name: "infer",
  summary: "Run model versions over a prompt set",
  method: "POST",
  path: "/projects/{project}/inference",
  input: z.strictObject({
    project: slugSchema,
    models: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(10)
      .meta({ description: "Model versions, as model@version" }),
    snapshot: z.string().max(300).optional().meta({ description: "Prompts from this snapshot" }),
    side: z.enum(["train", "validation", "test"]).default("test"),
    source: idSchema.optional().meta({
      file: true,
      description: "Prompts from a file in any import format; uploaded first",
    }),
    parameters: samplingSchema.default({}),
    system: z.string().max(20_000).default(""),
    samples: z.coerce.number().int().min(1).max(16).default(1),
    limit: z.coerce.number().int().min(1).max(100_000).default(1000),
  }),
  output: z.object({ run: z.number() }),
  allow: { project: "infer.run" },
  startsRun: true,
  run: async ({ handle }, input) => {
    if ((input.snapshot === undefined) === (input.source === undefined)) {
      throw new AssayError(
        "invalid_input",
        "Take the prompts either from a snapshot or from a file.",
        {
          issues: [{ path: "snapshot", message: "Give snapshot or source, not both" }],
        },
      );
    }
    const versions = await Promise.all(input.models.map((name) => findVersion(handle, name)));
    for (const version of versions) requireWriter(version, "answer prompts");
    const given: InferRunInput = {
      modelVersionIds: [...new Set(versions.map((version) => version.model_version.id))],
      side: input.side,
      parameters: input.parameters,
      system: input.system,
      samples: input.samples,
      limit: input.limit,
    };
    let from: string;
    if (input.snapshot !== undefined) {
      const snapshot = await findSnapshot(handle, input.snapshot);
      given.snapshotId = snapshot.id;
      from = `${snapshot.name}, ${input.side}`;
    } else {
      const file = await requireSource(handle, input.source ?? 0);
      given.sourceId = file.id;
      from = file.fileName;
    }
    const names = versions.map((row) => `${row.model.name}@${row.model_version.number}`).join(", ");
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        kind: "infer",
        title: `Answers of ${names} to ${from}`,
        input: given,
        unit: "answers",
      }),
    );
    return { run };
  },
});

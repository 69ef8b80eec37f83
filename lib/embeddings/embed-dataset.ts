import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { countVectors, insertVectors, listWithoutVector } from "#db/queries/embeddings.ts";
import type { ModelClient } from "#models/client.ts";
import { datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { hasDirection } from "../core/vector-bytes.ts";
import { requireEmbedding } from "../models/embedding-model.ts";
import { openModelClient } from "../models/model-address.ts";
import { addressedOf, findVersion, requireVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { startRun } from "../runs/start-run.ts";
import type { Services } from "../services.ts";
import { topicText } from "../topics/words.ts";

/** Input of a run of kind `embed`. */
export const embedRunInput = z.object({
  datasetId: z.number().int(),
  dataset: z.string(),
  modelVersionId: z.number().int(),
  model: z.string(),
});
export type EmbedRunInput = z.infer<typeof embedRunInput>;

/**
 * Conversations of one lease: written together, so that a run that dies has lost no more. A model of 100 million
 * parameters reads them in about half a minute on two cores.
 */
const leaseRows = 128;
/** Above any language's: what is behind so many characters a token is surely behind the model's longest text. */
const charactersPerToken = 40;

/** Queues a vector for each conversation of a dataset's newest version that has none by this model version. */
export const embedDataset = defineOperation({
  name: "datasets.embed",
  summary:
    "Give each conversation of a dataset a vector by an embedding model, for “More like this”",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/vectors",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    model: z
      .string()
      .min(1)
      .max(300)
      .meta({ description: "Version of an embedding model, as model@version" }),
  }),
  output: z.object({ run: z.number(), conversations: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["dataset", "model"],
  startsRun: true,
  audit: ({ dataset, model }) => ({ dataset, model }),
  run: async ({ handle }, input) => {
    const dataset = await requireDataset(handle, input.dataset);
    const version = await findVersion(handle, input.model);
    requireEmbedding(version);
    const { id } = version.model_version;
    const model = `${version.model.name}@${version.model_version.number}`;
    const missing = await countVectors(
      handle,
      { datasetId: dataset.id, version: undefined, filter: {} },
      id,
    );
    if (missing.without === 0) {
      throw new AssayError(
        "precondition_failed",
        `Every conversation of ${dataset.name} has a vector by ${model} already. Nothing was started.`,
      );
    }
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        kind: "embed",
        title: `Vectors of ${dataset.name} by ${model}`,
        input: { datasetId: dataset.id, dataset: dataset.name, modelVersionId: id, model },
        unit: "conversations",
        total: missing.without,
      }),
    );
    return { run, conversations: missing.without };
  },
});

/**
 * Reads lease after lease; each is kept with the run's progress in one transaction, so that the next attempt goes on with
 * what has no vector yet. What nobody wrote anything in, or nothing that the model knows a word of, is left without one.
 */
export async function embedRows(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: Services,
  input: EmbedRunInput,
  signal: AbortSignal,
): Promise<void> {
  const version = await requireVersion(handle, input.modelVersionId);
  const { max_length } = requireEmbedding(version);
  const { client, model } = openModelClient(services, addressedOf(version));
  let done = owned.run.done;
  let empty = 0;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const rows = await listWithoutVector(handle, input, after, leaseRows);
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
    const texts = rows.flatMap(({ id, body }) => {
      const text = topicText(body)
        .slice(0, max_length * charactersPerToken)
        .toWellFormed();
      return text.trim() === "" ? [] : [{ id, text }];
    });
    done += rows.length;
    const vectors = await embedAll({ client, model }, texts, signal);
    empty += rows.length - vectors.length;
    await handle.transaction(async (tx) => {
      await owned.assertOwned(tx.db);
      await insertVectors(tx, input.modelVersionId, vectors);
      await owned.write(tx.db, { done, total: Math.max(done, owned.run.total ?? 0) });
    });
  }
  await handle.transaction(async (tx) => {
    await owned.assertOwned(tx.db);
    await publish(tx.db, `dataset:${input.datasetId}`, true);
    const { dataset, datasetId, model: name } = input;
    await owned.succeed(tx.db, { dataset, datasetId, model: name, conversations: done, empty });
  });
}

async function embedAll(
  { client, model }: { client: ModelClient; model: string },
  texts: readonly { id: number; text: string }[],
  signal: AbortSignal,
): Promise<{ id: number; vector: number[] }[]> {
  if (texts.length === 0) return [];
  const vectors = await client.embed(
    model,
    texts.map(({ text }) => text),
    signal,
    { cut: true },
  );
  return texts.flatMap(({ id }, i) => {
    const vector = vectors[i];
    if (!vector) throw new AssayError("upstream_failed", "The model left a text without a vector.");
    return hasDirection(vector) ? [{ id, vector }] : [];
  });
}

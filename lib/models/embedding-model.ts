import { z } from "zod";
import { AssayError } from "../core/errors.ts";

/** The part of a version's row that says what it is. */
type Known = {
  model: { name: string };
  model_version: { number: number; facts: Record<string, unknown> };
};

/** What an embedding model's vectors are, as its export found them; kept in `facts.embedding` of its version. */
export const embeddingSchema = z.object({
  dimensions: z.number().int().min(1),
  pooling: z.enum(["mean", "cls", "max"]),
  /** Whether its vectors have length 1. */
  normalize: z.boolean(),
  /** Most tokens of a text. */
  max_length: z.number().int().min(1),
});
export type Embedding = z.infer<typeof embeddingSchema>;

/** Undefined for a model that writes text. */
export function embeddingOf(facts: Record<string, unknown>): Embedding | undefined {
  return facts.embedding === undefined ? undefined : embeddingSchema.parse(facts.embedding);
}

/**
 * The guard of every door behind which a model writes: training, answers, evaluation, gate, promotion.
 * @param wanted what was to be done with it, as in “cannot be fine-tuned”
 * @throws precondition_failed for an embedding model
 */
export function requireWriter({ model, model_version: version }: Known, wanted: string): void {
  if (!embeddingOf(version.facts)) return;
  throw new AssayError(
    "precondition_failed",
    `${model.name}@${version.number} is an embedding model: it gives vectors and writes no text, so it cannot ${wanted}. Nothing was started; choose a version that writes.`,
    { issues: [{ path: "model", message: "An embedding model" }] },
  );
}

/** A version that gives vectors. Throws precondition_failed for one that writes text. */
export function requireEmbedding({ model, model_version: version }: Known): Embedding {
  const found = embeddingOf(version.facts);
  if (found) return found;
  throw new AssayError(
    "precondition_failed",
    `${model.name}@${version.number} writes text and gives no vectors. Nothing was started; choose an embedding model, or register one (a Hugging Face folder of BERT's family).`,
    { issues: [{ path: "model", message: "No embedding model" }] },
  );
}

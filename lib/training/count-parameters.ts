import type { Architecture } from "#models/launch/schema.ts";

/** Parameters of a Llama-type decoder: embeddings, attention, MLP, norms. */
export function countParameters(a: Architecture): number {
  const head = a.hidden_size / a.heads;
  const attention = 2 * a.hidden_size * a.hidden_size + 2 * a.hidden_size * a.kv_heads * head;
  const mlp = 3 * a.hidden_size * a.intermediate_size;
  const embeddings = a.vocab_size * a.hidden_size * (a.tie_embeddings ? 1 : 2);
  return embeddings + a.layers * (attention + mlp + 2 * a.hidden_size) + a.hidden_size;
}

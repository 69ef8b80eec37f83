import { hash } from "node:crypto";
import type { ModelClient, Score, WireMessage } from "#models/client.ts";
import { AssayError } from "../../core/errors.ts";
import type { Sampling } from "../../core/sampling.ts";
import { storable } from "../../core/unstorable.ts";
import { asAssayError } from "../../errors.ts";
import { openModelClient } from "../../models/model-address.ts";
import { addressedOf, type VersionRow } from "../../models/read-models.ts";
import type { Services } from "../../services.ts";

/** How a model is asked: exactly as the deployment would ask it. */
export type Asking = { system: string; parameters: Sampling; seed: number };

/** Prompts a scoring request carries: the most that our servers take. */
export const promptsARequest = 64;
/** Requests of one model at once: as many as the model server works on. */
export const inFlight = 4;

/**
 * What decides which bytes answer: the artefact's digest, or, for another server's model, a digest of its address and
 * name. The latter cannot see that the other side changed its weights.
 */
export function servedDigest({
  model_version: version,
  upstream,
}: Pick<VersionRow, "model_version" | "upstream">): string {
  if (version.artefactDigest) return version.artefactDigest;
  if (!upstream || !version.upstreamModel) {
    throw new AssayError(
      "precondition_failed",
      "This model version has nothing that could be served. Choose another version.",
    );
  }
  return hash("sha256", `upstream:${upstream.baseUrl}\n${version.upstreamModel}`);
}

/** Sum of the log-likelihoods of a continuation, or why there is none. */
export type Likelihood = { logLikelihood: number; tokens: number } | { error: string };

/** One model version as evaluations see it. Failed calls are errors beside the others; a server that is away throws. */
export class ModelUnderTest {
  readonly row: VersionRow;
  readonly asking: Asking;
  readonly signal: AbortSignal;
  /** Engine, dtype and device, as the server names them; known after the first answer. */
  fingerprint: string | undefined;
  readonly #client: ModelClient;
  readonly #model: string;
  #maxContext: number | undefined;

  constructor(services: Services, row: VersionRow, asking: Asking, signal: AbortSignal) {
    const { client, model } = openModelClient(services, addressedOf(row));
    this.row = row;
    this.asking = asking;
    this.signal = signal;
    this.#client = client;
    this.#model = model;
  }

  /** The messages with the deployment's system prompt, where they have none of their own. */
  messages(prompt: string | readonly { role: string; content: string }[]): WireMessage[] {
    const given = typeof prompt === "string" ? [{ role: "user", content: prompt }] : [...prompt];
    const own = given.some(({ role }) => role === "system");
    const { system } = this.asking;
    const all = system && !own ? [{ role: "system", content: system }, ...given] : given;
    return all as WireMessage[];
  }

  /** The answer to a prompt, decoded as served. */
  async answer(
    prompt: string | readonly { role: string; content: string }[],
    maxTokens: number,
  ): Promise<{ text: string; truncated: boolean } | { error: string }> {
    const { parameters, seed } = this.asking;
    const limit = Math.min(parameters.max_tokens ?? maxTokens, maxTokens);
    return this.#attempt(async () => {
      const { choices, fingerprint } = await this.#client.chat(
        {
          seed,
          ...parameters,
          max_tokens: limit,
          model: this.#model,
          messages: this.messages(prompt),
        },
        this.signal,
      );
      this.fingerprint ??= fingerprint;
      const [choice] = choices;
      if (!choice) throw new AssayError("upstream_failed", "The model server gave no answer.");
      return { text: storable(choice.text), truncated: choice.finish === "length" };
    });
  }

  /** Token ids of a chat as the server's template renders it, with the opening of the next answer. */
  chatTokens(prompt: string | readonly { role: string; content: string }[]): Promise<number[]> {
    return this.#tokens({ messages: this.messages(prompt) });
  }

  /** Token ids of a training or test row: its own messages and nothing of the deployment's, or plain text. */
  rowTokens(
    row: readonly { role: string; content: string }[] | { text: string },
  ): Promise<number[]> {
    return "text" in row
      ? this.#tokens({ prompt: row.text })
      : this.#tokens({ messages: row as WireMessage[] });
  }

  /** Token ids of a continuation: nothing is put before it. */
  textTokens(text: string): Promise<number[]> {
    return this.#tokens({ prompt: text, add_special_tokens: false });
  }

  async #tokens(
    asked: { prompt: string; add_special_tokens?: boolean } | { messages: WireMessage[] },
  ): Promise<number[]> {
    const { ids, maxContext } = await this.#client.tokenize(
      { model: this.#model, ...asked },
      this.signal,
    );
    this.#maxContext ??= maxContext;
    return ids;
  }

  /** The context's length where the server tells it. */
  get maxContext(): number | undefined {
    return this.row.model_version.contextLength ?? this.#maxContext;
  }

  /** Scores of token sequences or texts, in order, 64 a request. `special`: whether the tokenizer may put its own first. */
  async score(
    prompts: number[][] | string[],
    top = 0,
    special = true,
  ): Promise<(Score | { error: string })[]> {
    const batches: (number[][] | string[])[] = [];
    for (let i = 0; i < prompts.length; i += promptsARequest) {
      batches.push(prompts.slice(i, i + promptsARequest) as number[][] | string[]);
    }
    const scored = await inParallel(batches, inFlight, async (batch) => {
      const result = await this.#attempt(() =>
        this.#client.score(
          {
            model: this.#model,
            prompts: batch,
            top,
            ...(special ? {} : { addSpecialTokens: false }),
          },
          this.signal,
        ),
      );
      return "error" in result ? batch.map(() => result) : result;
    });
    return scored.flat();
  }

  /** ll(tail | head) = Σ log p of the tail's tokens, for each sequence of ids whose first `from` tokens are context. */
  async tails(sequences: readonly { ids: number[]; from: number }[]): Promise<Likelihood[]> {
    const scores = await this.score(sequences.map(({ ids }) => ids));
    return scores.map((score, i) => {
      if ("error" in score) return score;
      const from = Math.max(1, sequences[i]?.from ?? 1);
      const tail = score.tokens.slice(from);
      const values = tail.map(({ logprob }) => logprob ?? Number.NaN);
      const logLikelihood = values.reduce((sum, value) => sum + value, 0);
      return Number.isFinite(logLikelihood)
        ? { logLikelihood, tokens: tail.length }
        : { error: "a log-likelihood is missing" };
    });
  }

  /** Runs a call; what the server refuses or garbles is an error of this item, a server that is away throws. */
  async #attempt<T>(call: () => Promise<T>): Promise<T | { error: string }> {
    try {
      return await call();
    } catch (cause) {
      this.signal.throwIfAborted();
      const error = asAssayError(cause);
      if (error.code === "unavailable" || error.code === "internal") throw error;
      return { error: error.message };
    }
  }

  /** As the calls above, for a tokenizer that the server may not have. */
  attempt<T>(call: () => Promise<T>): Promise<T | { error: string }> {
    return this.#attempt(call);
  }
}

/** Results in the order of the items, `width` at work at once. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  await Promise.all(
    Array.from({ length: Math.min(width, items.length) }, async () => {
      for (const [index, item] of queue) results[index] = await work(item, index);
    }),
  );
  return results;
}

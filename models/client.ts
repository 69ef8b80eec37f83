import type { Dispatcher } from "undici";
import { AssayError } from "#lib/core/errors.ts";
import { type ChatEvent, chatEvents } from "./client/chat-stream.ts";
import { readScore, type Score } from "./client/score.ts";
import { readJson, send, type Upstream } from "./client/transport.ts";
import {
  type ChatRequest,
  type ChatTokenLogprob,
  type CompletionLogprobs,
  type CompletionRequest,
  chatAnswerSchema,
  check,
  completionAnswerSchema,
  embeddingsSchema,
  modelListSchema,
  tokenizeSchema,
  type Usage,
  type WireMessage,
} from "./client/wire.ts";

export type { ChatEvent } from "./client/chat-stream.ts";
export type { Score, ScoredToken } from "./client/score.ts";
export type {
  ChatRequest,
  ChatTokenLogprob,
  CompletionLogprobs,
  CompletionRequest,
  Usage,
  WireMessage,
} from "./client/wire.ts";

export type ModelClientOptions = {
  /** With its version, as OpenAI's clients take it: `https://host/v1`. */
  baseUrl: string;
  apiKey?: string;
  /** The outbound guard for addresses that users named; undici's own pool otherwise. */
  dispatcher?: Dispatcher;
};

export type ChatChoice = {
  index: number;
  text: string;
  logprobs: ChatTokenLogprob[] | undefined;
  finish: string | undefined;
};
export type ChatAnswer = {
  choices: ChatChoice[];
  usage: Usage | undefined;
  fingerprint: string | undefined;
};
export type CompletionAnswer = {
  choices: {
    index: number;
    text: string;
    logprobs: CompletionLogprobs | undefined;
    finish: string | undefined;
  }[];
  usage: Usage | undefined;
  fingerprint: string | undefined;
};
export type ScoreRequest = {
  model: string;
  /** All texts or all token ids. */
  prompts: string[] | number[][];
  /** Alternatives to report a token. */
  top?: number;
  /** Our servers and vLLM: whether the tokenizer puts its own tokens before a text. */
  addSpecialTokens?: boolean;
};

/**
 * A typed client of any OpenAI-compatible server. Every method takes an AbortSignal, tries again only while nothing
 * of an answer has come (three tries in all; 429, 500, 502, 503, 504, broken connections; Retry-After up to 30 s)
 * and throws AssayError.
 */
export type ModelClient = {
  models(signal?: AbortSignal): Promise<{ id: string; maxContext: number | undefined }[]>;
  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatAnswer>;
  /** See ChatEvent for what a cut stream reads like. */
  chatStream(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<ChatEvent>;
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<CompletionAnswer>;
  /** Log probabilities of every prompt token, in the order of the prompts. */
  score(request: ScoreRequest, signal?: AbortSignal): Promise<Score[]>;
  /**
   * One vector a text. `cut`: of a text that is too long, the beginning that fits; else such a text is refused. Only our
   * server and vLLM have that.
   */
  embed(
    model: string,
    texts: string[],
    signal?: AbortSignal,
    options?: { cut?: boolean },
  ): Promise<number[][]>;
  /** Token ids as the server sees them. Only our servers and vLLM have this. */
  tokenize(
    request: { model: string } & (
      | { prompt: string; add_special_tokens?: boolean }
      | { messages: WireMessage[] }
    ),
    signal?: AbortSignal,
  ): Promise<{ ids: number[]; maxContext: number | undefined }>;
};

export function createModelClient(options: ModelClientOptions): ModelClient {
  const upstream: Upstream = options;
  const post = async (path: string, body: unknown, signal?: AbortSignal, at = upstream) =>
    send(at, { method: "POST", path, body, signal }, readJson);

  const complete = async (request: CompletionRequest, signal?: AbortSignal) => {
    const answer = check(completionAnswerSchema, await post("/completions", request, signal));
    return {
      choices: answer.choices
        .sort((a, b) => a.index - b.index)
        .map(({ index, text, logprobs, finish_reason }) => ({
          index,
          text,
          logprobs: logprobs ?? undefined,
          finish: finish_reason ?? undefined,
        })),
      usage: answer.usage ?? undefined,
      fingerprint: answer.system_fingerprint ?? undefined,
    };
  };
  /** Some servers draw at least one token; once one says so, its token is dropped. */
  let leastDrawn = 0;

  return {
    async models(signal) {
      const answer = await send(upstream, { method: "GET", path: "/models", signal }, readJson);
      return check(modelListSchema, answer).data.map((model) => ({
        id: model.id,
        maxContext: model.max_model_len ?? undefined,
      }));
    },

    async chat(request, signal) {
      const answer = check(chatAnswerSchema, await post("/chat/completions", request, signal));
      return {
        choices: answer.choices
          .sort((a, b) => a.index - b.index)
          .map((choice) => ({
            index: choice.index,
            text: choice.message.content ?? "",
            logprobs: choice.logprobs?.content ?? undefined,
            finish: choice.finish_reason ?? undefined,
          })),
        usage: answer.usage ?? undefined,
        fingerprint: answer.system_fingerprint ?? undefined,
      };
    },

    chatStream(request, signal) {
      const body = { ...request, stream: true, stream_options: { include_usage: true } };
      return chatEvents(upstream, { method: "POST", path: "/chat/completions", body, signal });
    },

    complete,

    async score({ model, prompts, top = 0, addSpecialTokens }, signal) {
      const body = (max_tokens: number): CompletionRequest => ({
        model,
        prompt: prompts,
        max_tokens,
        echo: true,
        logprobs: top,
        temperature: 0,
        ...(addSpecialTokens !== undefined && { add_special_tokens: addSpecialTokens }),
      });
      const answer = await complete(body(leastDrawn), signal).catch((error: unknown) => {
        const refused = error instanceof AssayError && error.code === "invalid_input";
        if (!refused || leastDrawn > 0 || !error.message.includes("max_tokens")) throw error;
        leastDrawn = 1;
        return complete(body(leastDrawn), signal);
      });
      return prompts.map((prompt, index) => readScore(prompt, answer.choices[index], leastDrawn));
    },

    async embed(model, texts, signal, { cut = false } = {}) {
      const body = { model, input: texts, ...(cut && { truncate_prompt_tokens: -1 }) };
      const answer = await post("/embeddings", body, signal);
      const { data } = check(embeddingsSchema, answer);
      return data.sort((a, b) => a.index - b.index).map((each) => each.embedding);
    },

    async tokenize(request, signal) {
      // Both servers keep it beside the versioned paths.
      const at = { ...upstream, baseUrl: upstream.baseUrl.replace(/\/v1\/*$/, "") };
      const answer = check(tokenizeSchema, await post("/tokenize", request, signal, at));
      return { ids: answer.tokens, maxContext: answer.max_model_len ?? undefined };
    },
  };
}

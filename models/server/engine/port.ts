import { AssayError, type ErrorCode } from "#lib/core/errors.ts";

/**
 * The engine port. An engine runs one model version inside one child process; it knows no HTTP and no queue.
 * Every adapter passes tests/contracts/engine.contract.ts.
 *
 * Units: token counts, natural-log probabilities of the raw model distribution (before temperature, penalties
 * and truncation), float32 logits reduced in float64.
 */
export interface Engine {
  readonly info: EngineInfo;
  /** Token ids of a prompt. Throws EngineRefusal for a prompt the model cannot take. */
  encode(prompt: Prompt): number[];
  /** How token ids read: one piece each, in order. */
  pieces(ids: number[]): TokenPiece[];
  /** Yields text as it becomes final; ends after each of `n` choices has finished. Stops between tokens on abort. */
  generate(ids: number[], sampling: Sampling, run: RunContext): AsyncGenerator<Delta>;
  /** One entry a token; the first has no logprob because nothing stands before it. */
  score(ids: number[], top: number, run: RunContext): Promise<ScoredToken[]>;
  /**
   * One vector a sequence of token ids, in order; the company of a batch changes no vector by more than 1e-5. Stops
   * between batches on abort. Throws EngineRefusal when the model is no embedding model.
   */
  embed(sequences: number[][], run: RunContext): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export type EngineInfo = {
  engine: string;
  dtype: string;
  device: string;
  /** Most tokens of prompt and completion together, or of a text to embed. */
  maxContext: number;
  vocabulary: number;
  /** Whether the artefact carries a chat template. */
  chat: boolean;
  /** Whether it gives vectors; a model that does writes no text. */
  embeddings: boolean;
  /** Length of its vectors. */
  dimensions: number | undefined;
};

export type ChatMessage = {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  name?: string;
  tool_call_id?: string;
  tool_calls?: ToolCall[];
};

/** `arguments` is the text as the model wrote it; it need not be JSON. */
export type ToolCall = {
  id?: string;
  type: "function";
  function: { name: string; arguments: unknown };
};

export type Prompt =
  | { kind: "text"; text: string; addSpecialTokens: boolean }
  | { kind: "tokens"; ids: number[] }
  | { kind: "chat"; messages: ChatMessage[]; addGenerationPrompt: boolean };

/** All fields are set: defaults belong to the door that parsed the request. */
export type Sampling = {
  n: number;
  /** Undefined: what the context leaves. Always cut to what the context leaves. */
  maxTokens: number | undefined;
  /** End-of-sequence tokens and stop strings are ignored before this many tokens. */
  minTokens: number;
  /** 0 is greedy. */
  temperature: number;
  topP: number;
  /** 0 keeps all tokens. */
  topK: number;
  repetitionPenalty: number;
  frequencyPenalty: number;
  presencePenalty: number;
  /** Added to the logits: pairs of token id and bias. */
  logitBias: [number, number][];
  stop: string[];
  seed: number;
  /** How many alternatives to report a token; undefined reports no logprobs. */
  logprobs: number | undefined;
};

/** `text` is for people: bytes that are no whole character read `bytes:\xNN`. */
export type TokenPiece = { id: number; text: string; bytes: Uint8Array; special: boolean };
export type TokenLogprob = TokenPiece & { logprob: number };
export type SampledToken = TokenLogprob & { top: TokenLogprob[] };
/** `offset`: Unicode code points of the choice's text before the token. */
export type PlacedToken = SampledToken & { offset: number };
export type ScoredToken = TokenPiece & { logprob: number | undefined; top: TokenLogprob[] };

export type FinishReason = "stop" | "length";
export type Delta = {
  choice: number;
  /** Whole Unicode characters only. */
  text: string;
  /** Present when logprobs were asked for; the tokens whose text begins in what was released so far. */
  tokens: PlacedToken[];
  finish?: FinishReason;
  /** Tokens this choice has drawn so far, the end-of-sequence token included. */
  drawn: number;
};

/** `steps` counts forward passes, so that whoever cancels can see where it stopped. */
export type RunContext = { signal: AbortSignal; steps: number };

/** The one typed refusal: this engine or model cannot do what was asked; nothing was changed. */
export class EngineRefusal extends AssayError {
  /** The request parameter at fault, when there is one. */
  readonly param: string | undefined;
  /** The word OpenAI's clients look for, where there is one. */
  readonly reason: "context_length_exceeded" | undefined;

  constructor(code: ErrorCode, message: string, options: RefusalOptions = {}) {
    super(code, message, { cause: options.cause });
    this.name = "EngineRefusal";
    this.param = options.param;
    this.reason = options.reason;
  }
}

type RefusalOptions = {
  param?: string | undefined;
  reason?: EngineRefusal["reason"];
  cause?: unknown;
};

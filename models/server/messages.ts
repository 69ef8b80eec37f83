import { AssayError, type ErrorCode } from "#lib/core/errors.ts";
import type { LoadOptions } from "./engine/model-files.ts";
import type {
  Delta,
  EngineInfo,
  Prompt,
  Sampling,
  ScoredToken,
  TokenPiece,
} from "./engine/port.ts";
import { EngineRefusal } from "./engine/port.ts";

/** What the front sends to an engine child. `id` names the request; several may run at once, step by step. */
export type ToChild =
  | { type: "load"; folder: string; options: LoadOptions }
  | { type: "generate"; id: number; prompt: Prompt; sampling: Sampling; stream: boolean }
  | { type: "score"; id: number; prompt: Prompt; top: number }
  | { type: "tokenize"; id: number; prompt: Prompt }
  | { type: "embed"; id: number; prompts: Prompt[]; cut: boolean }
  | { type: "cancel"; id: number };

export type Task =
  Extract<ToChild, { id: number }> extends infer Message
    ? Message extends { type: "cancel" }
      ? never
      : Message extends { id: number }
        ? Omit<Message, "id">
        : never
    : never;

/** What a child answers. `steps` counts forward passes of the request. */
export type FromChild =
  | { type: "loaded"; info: EngineInfo; memory: number }
  | { type: "refused"; error: WireError }
  /** The prompt is rendered and tokenised; decoding begins. */
  | { type: "started"; id: number; promptTokens: number }
  | { type: "delta"; id: number; delta: Delta }
  | { type: "done"; id: number; result: TaskResult; memory: number }
  | { type: "aborted"; id: number; steps: number }
  | { type: "failed"; id: number; error: WireError };

export type TaskResult = {
  promptTokens: number;
  steps: number;
  scored?: ScoredToken[];
  tokens?: TokenPiece[];
  vectors?: Float32Array[];
};

export type WireError = {
  code: ErrorCode;
  message: string;
  param?: string | undefined;
  reason?: EngineRefusal["reason"];
  detail?: string | undefined;
};

/** Only our own errors speak to the caller; anything else is the log's. */
export function toWire(error: unknown): WireError {
  if (error instanceof AssayError) {
    const { param, reason } = error instanceof EngineRefusal ? error : {};
    const detail = error.cause instanceof Error ? error.cause.message : undefined;
    return { code: error.code, message: error.message, param, reason, detail };
  }
  return {
    code: "internal",
    message: "The engine failed on this request. The model stays loaded; try again.",
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

export function fromWire({ code, message, param, reason, detail }: WireError): EngineRefusal {
  const cause = detail === undefined ? undefined : new Error(detail);
  return new EngineRefusal(code, message, { param, reason, cause });
}

import { createParser } from "eventsource-parser";
import { type ErrorCode, errorCodes } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import type { Sampling } from "#lib/core/sampling.ts";
import { ClientError } from "../client.ts";

export type StreamMessage = { role: string; content: string };

/** What the endpoint says in its headers, before the first token. */
export type AnswerMeta = {
  requestId: string | null;
  modelVersionId: number | null;
  /** `live` for a deployment, `preview` for `model@version`. */
  stage: string | null;
  /** Profile of the policy that the deployment passed. */
  profile: string | null;
};

export type Answer = AnswerMeta & {
  text: string;
  usage: { promptTokens: number; completionTokens: number } | null;
  finishReason: string | null;
  /** The text is not the whole answer: it was stopped here, or cut by `error`. */
  partial: boolean;
  error: ClientError | null;
  /** Milliseconds from the request to the first text, and to the end. */
  firstTokenMs: number | null;
  totalMs: number;
};

export type AnswerRequest = {
  model: string;
  messages: StreamMessage[];
  parameters?: Sampling | undefined;
  signal?: AbortSignal | undefined;
  /** Each new piece of text, and the whole text so far. */
  onDelta?: ((piece: string, text: string) => void) | undefined;
  onMeta?: ((meta: AnswerMeta) => void) | undefined;
};

type Frame = {
  error?: { message?: string; code?: string | null; param?: string | null };
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
};

const codeOfStatus: Record<number, ErrorCode> = {
  400: "invalid_input",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  413: "too_large",
  415: "unsupported_media",
  422: "invalid_input",
  429: "rate_limited",
  502: "upstream_failed",
  503: "unavailable",
  504: "timeout",
  507: "disk_full",
};

/**
 * Streams one answer from the endpoint. An abort resolves with what was there (`partial`); a failure before the first
 * text throws ClientError, one after it resolves with `partial` and `error`.
 */
export async function readAnswer(
  endpointUrl: string,
  token: string,
  request: AnswerRequest,
): Promise<Answer> {
  const { signal, onDelta, onMeta } = request;
  const started = performance.now();
  let meta: AnswerMeta = { requestId: null, modelVersionId: null, stage: null, profile: null };
  const reader = createReader((piece, text) => onDelta?.(piece, text));
  const answer = (error: ClientError | null, partial: boolean): Answer => ({
    ...meta,
    ...reader.seen(started),
    partial,
    error,
    totalMs: performance.now() - started,
  });
  try {
    const response = await ask(endpointUrl, token, request);
    meta = metaOf(response.headers);
    onMeta?.(meta);
    await reader.read(response);
    return answer(null, false);
  } catch (cause) {
    if (signal?.aborted) return answer(null, true);
    const error = cause instanceof ClientError ? cause : lost(cause);
    if (reader.seen(started).text === "") throw error;
    return answer(error, true);
  }
}

async function ask(endpointUrl: string, token: string, request: AnswerRequest): Promise<Response> {
  const response = await fetch(`${endpointUrl}/v1/chat/completions`, {
    method: "POST",
    credentials: "omit",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...request.parameters,
      model: request.model,
      messages: request.messages,
      stream: true,
      stream_options: { include_usage: true },
    }),
    signal: request.signal ?? null,
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Collects the frames of a stream; throws when it breaks off. */
function createReader(onText: (piece: string, text: string) => void) {
  let text = "";
  let firstAt: number | null = null;
  let finishReason: string | null = null;
  let usage: Answer["usage"] = null;
  let done = false;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === "[DONE]") done = true;
      else take(parseJson(data) as Frame);
    },
  });
  const take = (frame: Frame) => {
    if (frame.error) throw errorOf(200, frame, null);
    if (frame.usage) {
      usage = {
        promptTokens: frame.usage.prompt_tokens ?? 0,
        completionTokens: frame.usage.completion_tokens ?? 0,
      };
    }
    const choice = frame.choices?.[0];
    finishReason = choice?.finish_reason ?? finishReason;
    // NUL, which a model may say, could not be saved with the rest.
    const piece = choice?.delta?.content?.replaceAll("\0", "␀");
    if (!piece) return;
    firstAt ??= performance.now();
    text += piece;
    onText(piece, text);
  };
  return {
    async read(response: Response): Promise<void> {
      const decoder = new TextDecoder();
      const body = response.body?.getReader();
      for (let part = await body?.read(); part && !part.done; part = await body?.read()) {
        parser.feed(decoder.decode(part.value, { stream: true }));
      }
      // Some servers leave [DONE] out; then the finish reason says that the answer is whole.
      if (!done && finishReason === null) throw lost(undefined);
    },
    seen: (started: number) => ({
      text,
      usage,
      finishReason,
      firstTokenMs: firstAt === null ? null : firstAt - started,
    }),
  };
}

function metaOf(headers: Headers): AnswerMeta {
  const version = Number(headers.get("x-assay-model-version"));
  return {
    requestId: headers.get("x-request-id"),
    modelVersionId: version > 0 ? version : null,
    stage: headers.get("x-assay-stage"),
    profile: headers.get("x-assay-profile"),
  };
}

function lost(cause: unknown): ClientError {
  return new ClientError(
    "offline",
    "The connection to the endpoint was lost. What came is kept; look whether it runs, then try again.",
    { status: 0, cause },
  );
}

async function refusal(response: Response): Promise<ClientError> {
  const wait = Number(response.headers.get("retry-after"));
  try {
    return errorOf(response.status, (await response.json()) as Frame, wait > 0 ? wait : null);
  } catch (cause) {
    return new ClientError(
      codeOfStatus[response.status] ?? "internal",
      `The endpoint answered ${response.status} without saying why. Try again.`,
      { status: response.status, cause },
    );
  }
}

function errorOf(status: number, { error }: Frame, retryAfter: number | null): ClientError {
  const named = errorCodes.find((code) => code === error?.code);
  const message = error?.message ?? "The model broke off without saying why. Try again.";
  return new ClientError(named ?? codeOfStatus[status] ?? "upstream_failed", message, {
    status,
    ...(error?.param ? { issues: [{ path: error.param, message }] } : {}),
    ...(retryAfter === null ? {} : { retryAfter }),
  });
}

import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RequestLog, RequestRecord } from "#lib/chat/log-request.ts";
import type { Target } from "#lib/chat/resolve-target.ts";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { asAssayError } from "#lib/errors.ts";
import type { Services } from "#lib/services.ts";
import { type Backend, backendOf } from "./backend.ts";
import type { Caller, Callers } from "./callers.ts";
import { openAiError } from "./openai-errors.ts";
import { answerText, createRewriter, type Seen } from "./rewrite.ts";
import type { Targets } from "./targets.ts";

/** What all requests of this process share. */
export type Shared = {
  services: Services;
  callers: Pick<Callers, "hold">;
  targets: Targets;
  requests: RequestLog;
};

type Body = { model: string; stream?: boolean; messages?: Message[] } & Record<string, unknown>;
type Message = { role: string; content: unknown };

/** Parses what the endpoint itself must know; everything else is judged by the engine that serves it. */
function parseBody(body: unknown): Body {
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw new AssayError("invalid_input", "The body must be one JSON object.");
  }
  const given = body as Record<string, unknown>;
  if (typeof given.model !== "string" || given.model === "") {
    throw new AssayError("invalid_input", "You must provide a model parameter.", {
      issues: [{ path: "model", message: "Required" }],
    });
  }
  if (given.stream !== undefined && given.stream !== null && typeof given.stream !== "boolean") {
    throw new AssayError("invalid_input", "stream must be true or false.", {
      issues: [{ path: "stream", message: "Not a boolean" }],
    });
  }
  return given as Body;
}

function asksUsage(body: Body): boolean {
  const options = body.stream_options as { include_usage?: unknown } | null | undefined;
  return options?.include_usage === true;
}

/** The deployment's defaults below the request's own parameters; its system prompt where the request has none. */
function withDefaults(
  body: Body,
  target: Target,
  model: string,
  path: string,
): Record<string, unknown> {
  const out: Record<string, unknown> = { ...target.deployment?.parameters, ...body, model };
  // Usage is counted for every request, asked for or not.
  if (body.stream === true) out.stream_options = { include_usage: true };
  const system = target.deployment?.system;
  if (system && path === "/chat/completions" && Array.isArray(body.messages)) {
    const has = body.messages.some(
      (message) => message?.role === "system" || message?.role === "developer",
    );
    if (!has) out.messages = [{ role: "system", content: system }, ...body.messages];
  }
  return out;
}

/**
 * Serves one chat or text completion: pins a model version, forwards, streams back with the requested name in place
 * of the artefact's digest, cancels upstream when the client leaves or loses its right, and writes the request down.
 */
export async function serveCompletion(
  { services, callers, targets, requests }: Shared,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
  path: "/chat/completions" | "/completions",
): Promise<void> {
  const started = performance.now();
  const body = parseBody(request.body);
  const target = await targets(caller.grant, body.model);
  const backend = backendOf(services, target);
  const id = randomUUID();
  const seen: Seen = {
    text: "",
    promptTokens: null,
    completionTokens: null,
    finishReason: null,
    firstAt: null,
  };
  const left = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  const lost: { refusal?: AssayError } = {};
  const release = callers.hold(caller, (refusal) => {
    lost.refusal = refusal;
    left.abort();
  });
  const outcome = { status: 200, errorCode: null as string | null };
  try {
    await forward(backend, target, body, path, id, reply, seen, left.signal, outcome);
  } catch (thrown) {
    const gone = left.signal.aborted && !lost.refusal;
    const cause = lost.refusal ?? thrown;
    outcome.errorCode = gone ? "cancelled" : asAssayError(cause).code;
    outcome.status = gone ? 499 : openAiError(cause).status;
    if (reply.raw.headersSent) endBroken(reply, cause);
    else if (!gone) throw cause;
  } finally {
    release();
    const record: RequestRecord = {
      id,
      path: `/v1${path}`,
      status: outcome.status,
      finishReason: seen.finishReason,
      errorCode: outcome.errorCode,
      promptTokens: seen.promptTokens,
      completionTokens: seen.completionTokens,
      firstTokenMs: seen.firstAt === null ? null : seen.firstAt - started,
      latencyMs: performance.now() - started,
      body: {
        messages: (body.messages ?? [{ role: "user", content: body.prompt }]).map((message) => ({
          role: String(message.role),
          content:
            typeof message.content === "string" ? message.content : JSON.stringify(message.content),
        })),
        answer: seen.text,
      },
    };
    requests.add(caller.grant, target, record);
  }
}

async function forward(
  backend: Backend,
  target: Target,
  body: Body,
  path: "/chat/completions" | "/completions",
  id: string,
  reply: FastifyReply,
  seen: Seen,
  signal: AbortSignal,
  outcome: { status: number; errorCode: string | null },
): Promise<void> {
  const response = await backend.dispatcher
    .request({
      origin: backend.origin,
      path: `${backend.basePath}${path}`,
      method: "POST",
      headers: { ...backend.headers, "content-type": "application/json" },
      body: JSON.stringify(withDefaults(body, target, backend.model, path)),
      signal,
    })
    .catch((cause: unknown) => {
      throw signal.aborted ? cause : unreached(target, cause);
    });
  const headers: Record<string, string> = {
    "x-request-id": id,
    "x-assay-stage": target.stage,
    "x-assay-model-version": String(target.modelVersionId),
    ...(target.deployment ? { "x-assay-profile": target.deployment.profile } : {}),
  };
  outcome.status = response.statusCode;
  if (response.statusCode !== 200) {
    outcome.errorCode = "upstream";
    await relayError(response, backend, target, headers, reply);
    return;
  }
  const rewrite = createRewriter(body.model, seen, body.stream !== true || asksUsage(body));
  if (body.stream !== true) {
    const answer = parseJson(await response.body.text()) as Record<string, unknown>;
    rewrite.value(answer);
    seen.text = answerText(answer);
    reply.hijack();
    const text = JSON.stringify(answer);
    reply.raw.writeHead(200, { ...corsOf(reply), ...headers, "content-type": "application/json" });
    reply.raw.end(text);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(200, {
    ...corsOf(reply),
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
  });
  for await (const chunk of response.body) {
    const out = rewrite.chunk(chunk as Buffer);
    if (out && !reply.raw.write(out)) await drained(reply, signal);
  }
  reply.raw.end(rewrite.end());
}

/** Refused at the door of the machine, or nobody there: who it is and what to do. */
function unreached(target: Target, cause: unknown): AssayError {
  const known = asAssayError(cause);
  if (known.code !== "unavailable") return known;
  const message = target.upstream
    ? `The server behind “${target.requested}” cannot be reached. Try again; if it stays so, look at the upstream's state in Models.`
    : "The model server is not running or is still starting. Nothing was answered; try again in a few seconds. Home shows its state.";
  return new AssayError("unavailable", message, { cause, retryAfter: 3 });
}

/** Headers that hooks set (CORS) must survive a hijacked reply. */
function corsOf(reply: FastifyReply): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (typeof value === "string") out[name] = value;
  }
  return out;
}

function drained(reply: FastifyReply, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    reply.raw.once("drain", resolve);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

type UpstreamResponse = Awaited<ReturnType<Backend["dispatcher"]["request"]>>;

/** The engine's own 4xx goes on as it is (it names the parameter); anything else becomes ours, without its text. */
async function relayError(
  response: UpstreamResponse,
  backend: Backend,
  target: Target,
  headers: Record<string, string>,
  reply: FastifyReply,
): Promise<void> {
  const text = await response.body.text();
  const status = response.statusCode;
  const local = target.upstream === null;
  const retryAfter = response.headers["retry-after"];
  if (
    (status === 400 ||
      status === 413 ||
      status === 422 ||
      status === 429 ||
      (local && status >= 500)) &&
    isErrorBody(text)
  ) {
    reply.headers({
      ...headers,
      "content-type": "application/json",
      ...(typeof retryAfter === "string" ? { "retry-after": retryAfter } : {}),
    });
    await reply.code(status).send(text.replaceAll(backend.model, target.requested));
    return;
  }
  throw new AssayError(
    "upstream_failed",
    `The server behind “${target.requested}” answered ${status}. Try again; if it stays so, look at the upstream's state in Models.`,
    { detail: { status, text: text.slice(0, 500) } },
  );
}

function isErrorBody(text: string): boolean {
  try {
    return (
      typeof (parseJson(text) as { error?: { message?: unknown } }).error?.message === "string"
    );
  } catch {
    return false;
  }
}

/** After the first byte an error can only be told inside the stream; it ends without [DONE]. */
function endBroken(reply: FastifyReply, cause: unknown): void {
  if (reply.raw.writableEnded || reply.raw.destroyed) return;
  reply.raw.end(`data: ${JSON.stringify(openAiError(cause).body)}\n\n`);
}

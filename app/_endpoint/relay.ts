import type { FastifyReply } from "fastify";
import type { Target } from "#lib/chat/resolve-target.ts";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { asAssayError } from "#lib/errors.ts";
import { type Head, readText } from "./exchange.ts";
import type { Opened } from "./open-answer.ts";
import { openAiError } from "./openai-errors.ts";
import { asksUsage, type Body } from "./request-body.ts";
import { answerText, createRewriter, type Seen } from "./rewrite.ts";

/** How a request ended, for its log entry. */
export type Outcome = { status: number; errorCode: string | null };

export type Relayed = Opened & {
  body: Body;
  id: string;
  reply: FastifyReply;
  seen: Seen;
  /** Fires when the client left or lost its right. */
  signal: AbortSignal;
  outcome: Outcome;
};

/** Gives the upstream's answer on: an error as OpenAI's clients expect it, else whole or as a stream. */
export async function relay(given: Relayed): Promise<void> {
  const { target, exchange, body, id, reply, seen, signal, outcome } = given;
  const head = await exchange.head.catch((cause: unknown) => {
    throw signal.aborted ? cause : unreached(target, cause);
  });
  const headers = stampsOf(id, target);
  outcome.status = head.status;
  if (head.status !== 200) {
    outcome.errorCode = "upstream";
    await relayError(given, head, headers);
    return;
  }
  const rewrite = createRewriter(body.model, seen, body.stream !== true || asksUsage(body));
  if (body.stream !== true) {
    const answer = parseJson(await readText(exchange)) as Record<string, unknown>;
    rewrite.value(answer);
    seen.text = answerText(answer);
    const text = JSON.stringify(answer);
    reply.hijack();
    reply.raw.writeHead(200, {
      ...corsOf(reply),
      ...headers,
      "content-type": "application/json",
      // With its length known, head and body leave in one write.
      "content-length": Buffer.byteLength(text),
    });
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
  for (let chunk = await exchange.read(); chunk; chunk = await exchange.read()) {
    const out = rewrite.chunk(chunk);
    if (out && !reply.raw.write(out)) await drained(reply, signal);
  }
  reply.raw.end(rewrite.end());
}

function stampsOf(id: string, target: Target): Record<string, string> {
  return {
    "x-request-id": id,
    "x-assay-stage": target.stage,
    "x-assay-model-version": String(target.modelVersionId),
    ...(target.deployment ? { "x-assay-profile": target.deployment.profile } : {}),
  };
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
    const lost = () => reject(signal.reason);
    signal.addEventListener("abort", lost, { once: true });
    reply.raw.once("drain", () => {
      signal.removeEventListener("abort", lost);
      resolve();
    });
  });
}

/** Errors of an upstream that speak of the request and go on as they are. */
const ofTheRequest = new Set([400, 413, 422, 429]);

/** The engine's own 4xx goes on as it is (it names the parameter); anything else becomes ours, without its text. */
async function relayError(
  { target, exchange, reply }: Relayed,
  { status, retryAfter }: Head,
  headers: Record<string, string>,
): Promise<void> {
  const text = await readText(exchange);
  const ours = target.upstream === null && status >= 500;
  if ((ofTheRequest.has(status) || ours) && isErrorBody(text)) {
    const inner = target.upstream?.model ?? target.artefactDigest;
    reply.headers({
      ...headers,
      "content-type": "application/json",
      ...(retryAfter ? { "retry-after": retryAfter } : {}),
    });
    await reply.code(status).send(inner ? text.replaceAll(inner, target.requested) : text);
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
export function endBroken(reply: FastifyReply, cause: unknown): void {
  if (reply.raw.writableEnded || reply.raw.destroyed) return;
  reply.raw.end(`data: ${JSON.stringify(openAiError(cause).body)}\n\n`);
}

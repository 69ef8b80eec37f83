import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RequestLog, RequestRecord } from "#lib/chat/log-request.ts";
import type { Target } from "#lib/chat/resolve-target.ts";
import type { AssayError } from "#lib/core/errors.ts";
import { asAssayError } from "#lib/errors.ts";
import type { Services } from "#lib/services.ts";
import { backendOf } from "./backend.ts";
import type { Caller, Callers } from "./callers.ts";
import { type Exchange, startExchange } from "./exchange.ts";
import { openAnswer } from "./open-answer.ts";
import { openAiError } from "./openai-errors.ts";
import { endBroken, type Outcome, relay } from "./relay.ts";
import { type Body, type CompletionPath, parseBody, withDefaults } from "./request-body.ts";
import type { Seen } from "./rewrite.ts";
import type { Targets } from "./targets.ts";

/** What all requests of this process share. */
export type Shared = {
  services: Services;
  callers: Pick<Callers, "hold">;
  /** Who writes text, by name. */
  targets: Targets;
  /** Who gives vectors, by name. */
  embedders: Targets;
  requests: RequestLog;
};

/**
 * Serves one chat or text completion, or the vectors of texts: pins a model version, forwards, streams back with the requested name in place
 * of the artefact's digest, cancels upstream when the client leaves or loses its right, and writes the request down.
 */
export async function serveCompletion(
  { services, callers, targets, embedders, requests }: Shared,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
  path: CompletionPath,
): Promise<void> {
  const started = performance.now();
  const body = parseBody(request.body);
  const id = randomUUID();
  const seen: Seen = {
    text: "",
    promptTokens: null,
    completionTokens: null,
    finishReason: null,
    firstAt: null,
  };
  const outcome: Outcome = { status: 200, errorCode: null };
  const left = new AbortController();
  let running: Exchange | undefined;
  const stop = (cause: Error) => {
    left.abort(cause);
    running?.abort(cause);
  };
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) stop(new Error("the client left"));
  });
  let refusal: AssayError | undefined;
  const release = callers.hold(caller, (lost) => {
    refusal = lost;
    stop(lost);
  });
  let target: Target | undefined;
  try {
    const opened = await openAnswer(
      (path === "/embeddings" ? embedders : targets)(caller.grant, body.model),
      (to) => send(services, to, body, path),
      (exchange) => {
        running = exchange;
        if (left.signal.aborted) exchange.abort(left.signal.reason);
      },
    );
    target = opened.target;
    await relay({ ...opened, body, id, reply, seen, signal: left.signal, outcome });
  } catch (thrown) {
    const gone = left.signal.aborted && !refusal;
    const cause = refusal ?? thrown;
    outcome.errorCode = gone ? "cancelled" : asAssayError(cause).code;
    outcome.status = gone ? 499 : openAiError(cause).status;
    if (reply.raw.headersSent) endBroken(reply, cause);
    else if (!gone) throw cause;
    else reply.hijack();
  } finally {
    release();
    if (target) {
      requests.add(caller.grant, target, {
        id,
        path: `/v1${path}`,
        status: outcome.status,
        finishReason: seen.finishReason,
        errorCode: outcome.errorCode,
        promptTokens: seen.promptTokens,
        completionTokens: seen.completionTokens,
        firstTokenMs: seen.firstAt === null ? null : seen.firstAt - started,
        latencyMs: performance.now() - started,
        body: target.deployment?.traffic === "full" ? textsOf(body, seen.text) : null,
      });
    }
  }
}

function send(services: Services, target: Target, body: Body, path: CompletionPath): Exchange {
  const { dispatcher, origin, basePath, headers, model } = backendOf(services, target);
  return startExchange(dispatcher, {
    origin,
    path: `${basePath}${path}`,
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(withDefaults(body, target, model, path)),
  });
}

/** What was asked and answered, for a deployment that keeps traffic in full. */
function textsOf({ messages, prompt }: Body, answer: string): RequestRecord["body"] {
  const asked = messages ?? [{ role: "user", content: prompt }];
  return {
    messages: asked.map(({ role, content }) => ({
      role: String(role),
      content: typeof content === "string" ? content : JSON.stringify(content),
    })),
    answer,
  };
}

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { openRequestLog } from "#lib/chat/log-request.ts";
import { resolveEmbedding, resolveWriter } from "#lib/chat/resolve-embedding.ts";
import { listTargets, unknownModel } from "#lib/chat/resolve-target.ts";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { findUnstorable } from "#lib/core/unstorable.ts";
import { asAssayError } from "#lib/errors.ts";
import { feedbackSchema, giveFeedback } from "#lib/feedback/give-feedback.ts";
import type { Services } from "#lib/services.ts";
import { type Caller, openCallers } from "./callers.ts";
import { type Shared, serveCompletion } from "./completions.ts";
import { openAiError } from "./openai-errors.ts";
import { createRateLimit } from "./rate-limit.ts";
import { openTargets } from "./targets.ts";

/** A prompt of any model here is far below this. */
const bodyLimit = 4 * 1024 * 1024;
/** Credentials that open nothing, a minute and address: somebody tries keys. Those in use are known and pass. */
const failedPerMinute = 600;

declare module "fastify" {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** The OpenAI-compatible endpoint. `close()` lets running answers end. */
export async function buildEndpoint(services: Services): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit,
    requestTimeout: 30_000,
    forceCloseConnections: "idle",
  });
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string" },
    (
      request: FastifyRequest,
      text: string,
      done: (cause: Error | null, body?: unknown) => void,
    ) => {
      let body: unknown;
      try {
        body = readBody(request, text);
      } catch (cause) {
        return done(cause as Error);
      }
      done(null, body);
    },
  );
  const callers = await openCallers(services);
  const rates = createRateLimit();
  const requests = openRequestLog(services.database, (error, request) =>
    services.log.error({ err: error, request }, "request log"),
  );
  const targets = openTargets((grant, name) => resolveWriter(services.database, grant, name));
  const embedders = openTargets((grant, name) => resolveEmbedding(services.database, grant, name));
  const shared: Shared = { services, callers, targets, embedders, requests };
  let ready = true;

  /** A flood of made-up keys must not become a flood of questions to the database: each failure counts. */
  async function letIn(request: FastifyRequest): Promise<Caller> {
    const from = `failed:${request.ip}`;
    rates.take(from, failedPerMinute);
    try {
      const caller = await callers.find(request.headers.authorization);
      rates.giveBack(from, failedPerMinute);
      return caller;
    } catch (cause) {
      if (asAssayError(cause).code !== "unauthenticated") rates.giveBack(from, failedPerMinute);
      throw cause;
    }
  }

  app.addHook("onClose", async () => {
    ready = false;
    await callers.close();
    await requests.flushed();
  });
  const pages = new URL(services.publicUrl).origin;
  // Without a promise for a key that is known: this runs with every request.
  app.addHook("onRequest", (request, reply, done) => {
    if (request.headers.origin === pages) {
      reply.headers({
        "access-control-allow-origin": pages,
        vary: "origin",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-allow-methods": "GET, POST",
        "access-control-expose-headers":
          "x-request-id, x-assay-stage, x-assay-profile, x-assay-model-version, retry-after",
        "access-control-max-age": "600",
      });
    }
    if (request.method === "OPTIONS") {
      reply.code(204).send();
      return;
    }
    if (!request.url.startsWith("/v1/")) return done();
    const enter = (caller: Caller) => {
      rates.take(caller.name, caller.ratePerMinute);
      request.caller = caller;
    };
    const known = callers.known(request.headers.authorization);
    if (!known) {
      letIn(request)
        .then(enter)
        .then(() => done(), done);
      return;
    }
    try {
      enter(known);
    } catch (cause) {
      return done(cause as Error);
    }
    done();
  });

  app.setErrorHandler((cause, request, reply) => {
    const parsed = translateFastify(cause);
    const { status, headers, body } = openAiError(parsed);
    if (status >= 500) services.log.error({ err: parsed, url: request.url }, "endpoint");
    if (status === 413) linger(request, reply);
    return reply.code(status).headers(headers).send(body);
  });
  app.setNotFoundHandler((request) => {
    throw new AssayError(
      "not_found",
      `Unknown request URL: ${request.method} ${request.url.slice(0, 200)}.`,
      { issues: [{ path: "url", message: "Unknown" }] },
    );
  });

  app.get("/healthz", async () => ({ ok: true }));
  app.get("/readyz", async (_request, reply) => {
    await services.database.sql`select 1`;
    return ready ? { ok: true } : reply.code(503).send({ ok: false });
  });
  const models = async (caller: Caller) =>
    (await listTargets(services.database.db, caller.grant)).map((one) => ({
      ...one,
      object: "model",
      owned_by: "assay",
    }));
  app.get("/v1/models", async (request) => ({
    object: "list",
    data: await models(callerOf(request)),
  }));
  app.get<{ Params: { model: string } }>("/v1/models/:model", async (request) => {
    const { model } = request.params;
    const found = (await models(callerOf(request))).find(({ id }) => id === model);
    if (!found) throw unknownModel(model);
    return found;
  });
  app.post("/v1/chat/completions", (request, reply) =>
    serveCompletion(shared, callerOf(request), request, reply, "/chat/completions"),
  );
  app.post("/v1/completions", (request, reply) =>
    serveCompletion(shared, callerOf(request), request, reply, "/completions"),
  );
  app.post("/v1/embeddings", (request, reply) =>
    serveCompletion(shared, callerOf(request), request, reply, "/embeddings"),
  );
  app.post("/v1/feedback", async (request) => {
    const given = feedbackSchema.parse(request.body);
    // The answer that it is about may be in the log a moment later only.
    await requests.flushed();
    return giveFeedback(services, callerOf(request).grant, given);
  });
  return app;
}

/**
 * For a refusal before the request has come whole: closed at once, the client would see a broken connection and not the
 * answer. What it still sends is dropped, for two seconds.
 */
function linger({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader("connection");
  const close = () => raw.complete || raw.destroy();
  setTimeout(close, 2000).unref();
}

/** JSON that can be kept. Throws invalid_input, unsupported_media. */
function readBody(request: FastifyRequest, text: string): unknown {
  if (!/^(identity)?$/i.test(request.headers["content-encoding"] ?? "")) {
    throw new AssayError("unsupported_media", "The body is compressed. Send it as plain JSON.");
  }
  const value = parseJson(text);
  const bad = findUnstorable(value);
  if (!bad) return value;
  throw new AssayError(
    "invalid_input",
    `“${bad.path}”: ${bad.reason}. Take it out and send it again.`,
    {
      issues: [{ path: bad.path, message: bad.reason }],
    },
  );
}

function callerOf(request: { caller?: Caller | undefined }): Caller {
  if (!request.caller) throw new AssayError("unauthenticated", "You did not provide an API key.");
  return request.caller;
}

/** Fastify's own refusals in our codes. */
function translateFastify(cause: unknown): unknown {
  const code = (cause as { code?: string }).code;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new AssayError(
      "too_large",
      `The request is larger than ${bodyLimit / 1024 / 1024} MB. Send less text.`,
    );
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new AssayError("unsupported_media", "Send the request as application/json.");
  }
  if (code?.startsWith("FST_ERR_CTP_") || cause instanceof SyntaxError) {
    return new AssayError("invalid_input", "The body is not valid JSON.", { cause });
  }
  return cause;
}

import { createHash, timingSafeEqual } from "node:crypto";
import { isAbsolute } from "node:path";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Logger } from "pino";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { chatMessages } from "./front/answer.ts";
import { chatCompletion } from "./front/chat.ts";
import { textCompletion } from "./front/completion.ts";
import { embedTexts } from "./front/embeddings.ts";
import { errorAnswer } from "./front/errors.ts";
import { ModelPool, type PoolSettings } from "./front/pool.ts";
import { parse, schemas } from "./front/requests.ts";
import { clientSignal } from "./front/stream.ts";

const bodyLimit = 4 * 1024 * 1024;
/** A body must have arrived by then: slow senders hold no place. */
const requestTimeoutMs = 30_000;
/** What is being answered may finish within this when the server closes. */
const drainMs = 25_000;

export type ModelServerSettings = {
  /** A loopback address, unless `token` is 32 characters or longer. */
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Bearer token of every call but the two health checks. */
  token: string;
  artefactPath: PoolSettings["artefactPath"];
  memoryBudgetBytes: number;
  logger: Logger;
  /** Requests of one model that run interleaved (4) and that wait (32). */
  active?: number;
  waiting?: number;
  device?: PoolSettings["device"];
};

export type ModelServer = { url: string; close(): Promise<void> };

/**
 * Starts the front: HTTP, queues, cancel and the memory budget. It never runs a model; each loaded version is one
 * child process. Contract: docs/model-server.md. Throws invalid_input for settings that are not safe.
 */
export async function startModelServer(settings: ModelServerSettings): Promise<ModelServer> {
  checkSettings(settings);
  const pool = new ModelPool({
    artefactPath: settings.artefactPath,
    memoryBudgetBytes: settings.memoryBudgetBytes,
    active: settings.active ?? 4,
    waiting: settings.waiting ?? 32,
    device: settings.device ?? "cpu",
    logger: settings.logger,
  });
  const app = Fastify({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    loggerInstance: settings.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: "idle",
  });
  app.removeContentTypeParser("text/plain");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string" },
    async (_request: unknown, text: string) => parseBody(text),
  );
  guard(app, settings.token);
  routes(app, pool);
  await app.listen({ host: settings.host, port: settings.port });
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : settings.port;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return { url: `http://${host}:${port}`, close: () => close(app, pool) };
}

/** New requests are refused, answers under way get `drainMs`, then every child ends. */
async function close(app: FastifyInstance, pool: ModelPool): Promise<void> {
  const drained = app.close();
  // A connection that was busy when closing began stays open when it falls idle; its client may never leave.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  const limit = setTimeout(() => app.server.closeAllConnections(), drainMs);
  await drained;
  clearInterval(idle);
  clearTimeout(limit);
  await pool.close();
}

function checkSettings({ host, token }: ModelServerSettings): void {
  const loopback = host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
  const needed = loopback ? 16 : 32;
  if (token.length >= needed) return;
  throw new AssayError(
    "invalid_input",
    `The model server's token has ${token.length} characters; on ${host} it needs ${needed}. Nothing was started.`,
  );
}

/** A body from outside: bounded in depth, and refused in our words. */
function parseBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError("invalid_input", "The body is not valid JSON. Nothing was run.", {
      cause,
    });
  }
}

function guard(app: FastifyInstance, token: string): void {
  const expected = digest(`Bearer ${token}`);
  app.addHook("onRequest", async (request) => {
    if (isHealth(request)) return;
    if (timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) return;
    throw new AssayError("unauthenticated", "The model server's token is missing or wrong.");
  });
  app.setNotFoundHandler(async (request) => {
    throw new AssayError("not_found", `There is no ${request.method} ${request.url}.`);
  });
  app.setErrorHandler((error, request, reply) => {
    const answer = errorAnswer(error);
    if (answer.status >= 500) request.log.error({ err: error }, "request failed");
    if (answer.retryAfter !== undefined) reply.header("retry-after", String(answer.retryAfter));
    return reply.code(answer.status).send(answer.body);
  });
}

function isHealth(request: FastifyRequest): boolean {
  return request.url === "/healthz" || request.url === "/readyz";
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function routes(app: FastifyInstance, pool: ModelPool): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async () => ({ status: "ok" }));
  app.get("/v1/models", async () => ({
    object: "list",
    data: pool.list().map((model) => ({
      id: model.id,
      object: "model",
      created: 0,
      owned_by: "assay",
      ...(model.info && { max_model_len: model.info.maxContext }),
    })),
  }));
  app.post("/v1/chat/completions", (request, reply) => chatCompletion(pool, request.body, reply));
  app.post("/v1/completions", (request, reply) => textCompletion(pool, request.body, reply));
  app.post("/v1/embeddings", (request, reply) =>
    embedTexts(pool, request.body, clientSignal(reply)),
  );
  app.post("/tokenize", async (request, reply) => {
    const body = parse(schemas.tokenize, request.body);
    const prompt =
      "messages" in body
        ? ({
            kind: "chat",
            messages: chatMessages(body.messages),
            addGenerationPrompt: true,
          } as const)
        : ({ kind: "text", text: body.prompt, addSpecialTokens: body.add_special_tokens } as const);
    return pool.use(body.model, clientSignal(reply), async (run, info) => {
      const { tokens = [] } = await run({ type: "tokenize", prompt });
      return {
        count: tokens.length,
        max_model_len: info.maxContext,
        tokens: tokens.map((token) => token.id),
        token_strs: tokens.map((token) => token.text),
      };
    });
  });
  app.get("/internal/models", async () => ({ models: pool.list() }));
  app.post("/internal/load", async (request) => {
    const { model, path, dtype } = parse(schemas.load, request.body);
    if (!isAbsolute(path)) {
      throw new AssayError("invalid_input", "The path of a model is an absolute path.");
    }
    return { model, info: await pool.load(model, path, dtype) };
  });
  app.post("/internal/unload", async (request) => {
    const { model, force } = parse(schemas.unload, request.body);
    pool.unload(model, force);
    return { model, unloaded: true };
  });
}

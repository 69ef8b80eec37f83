import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { z } from "zod";
import type { Indexes } from "#db/index/indexes.ts";
import { nearQuestionSchema, questionSchema } from "#db/index/protocol.ts";
import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import type { Services } from "#lib/services.ts";

/** A filter of 10,000 ids with room. */
const bodyLimit = 1024 * 1024;
/** An answer that is being made may finish within this when the server closes. */
const drainMs = 5000;

export type IndexServerOptions = {
  /** 0 takes a free one; always on loopback. */
  port: number;
  /** Bearer token of every call but the two health checks. Access to projects is checked by who asks. */
  token: string;
  indexes: Pick<Indexes, "ask" | "near" | "ready" | "progress">;
  log: Services["log"];
};

/** `POST /ask`, `POST /near`, `GET /state`, `/healthz`, `/readyz`: the index as its client sees it. */
export async function startIndexServer(options: IndexServerOptions) {
  const { token, log } = options;
  if (token.length < 16) {
    throw new AssayError(
      "invalid_input",
      "The index's token has fewer than 16 characters. Nothing was started.",
    );
  }
  const expected = digest(`Bearer ${token}`);
  const server = createServer((request, response) => {
    const send = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    answer(options, expected, request).then(
      ({ status, body }) => send(status, body),
      (error: unknown) => {
        if (error instanceof AssayError)
          return send(400, { code: error.code, message: error.message });
        log.error({ err: error }, "a question was not answered");
        return send(500, { code: "internal", message: "The index could not answer." });
      },
    );
  });
  server.requestTimeout = 30_000;
  // Longer than a person looks at a page before the next question.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => close(server),
  };
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}

type Sent = { status: number; body: object };

async function answer(
  { indexes }: IndexServerOptions,
  expected: Buffer,
  request: IncomingMessage & { res?: ServerResponse },
): Promise<Sent> {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /healthz") return { status: 200, body: { ok: true } };
  if (route === "GET /readyz") {
    const ok = await indexes.ready().catch(() => false);
    return { status: ok ? 200 : 503, body: { ok } };
  }
  if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) {
    return { status: 401, body: { code: "unauthenticated", message: "The token is wrong." } };
  }
  if (route === "GET /state") return { status: 200, body: { behind: indexes.progress() } };
  const read = async <Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>> => {
    const question = schema.safeParse(parseJson(await readBody(request)));
    if (!question.success) throw new AssayError("invalid_input", question.error.message);
    return question.data;
  };
  if (route === "POST /ask") {
    return { status: 200, body: await indexes.ask(await read(questionSchema)) };
  }
  if (route === "POST /near") {
    return { status: 200, body: await indexes.near(await read(nearQuestionSchema)) };
  }
  return { status: 404, body: { code: "not_found", message: route } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new AssayError("too_large", "The question is too long.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const digest = (text: string) => createHash("sha256").update(text).digest();

import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { ApiRequest } from "#app/_door/read-input.ts";
import { type Answer, errorAnswer } from "#app/_door/respond.ts";
import type { Match } from "#app/_door/router.ts";
import { answerOperation, findOperation } from "#app/_door/serve.ts";
import { createLogger, type Services } from "#lib/services.ts";
import type { Api } from "./server.ts";

/** Who is refused before the body has come may go on sending for so long: closed at once, the refusal would be lost. */
const lingerMs = 2000;
/** A shorter text gains nothing that its way over a network would show. */
const worthPacking = 4096;

/** Answers what the operations list answers. */
export function openApi(openServices: () => Services): Api {
  return (pathname, request, response) => {
    const match = isPlain(pathname) && findOperation(request.method ?? "GET", pathname);
    return match ? answerHere(openServices, match, request, response) : undefined;
  };
}

/** An address of the API that means the same before and after it is put into its plain form. */
const isPlain = (pathname: string) =>
  pathname.startsWith("/api/") && new URL(pathname, "http://localhost").pathname === pathname;

async function answerHere(
  openServices: () => Services,
  match: Match,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const answer = await answerOf(openServices, match, () => apiRequestOf(request, gone.signal));
  if (!response.destroyed) send(request, response, answer);
}

async function answerOf(
  openServices: () => Services,
  match: Match,
  read: () => ApiRequest,
): Promise<Answer> {
  try {
    return await answerOperation(openServices(), match, read());
  } catch (thrown) {
    // The services cannot be opened, or Node let through what is no header.
    return errorAnswer(thrown, createLogger("web"));
  }
}

function apiRequestOf(request: IncomingMessage, signal: AbortSignal): ApiRequest {
  const headers = new Headers();
  const raw = request.rawHeaders;
  for (let n = 0; n + 1 < raw.length; n += 2) headers.append(raw[n] ?? "", raw[n + 1] ?? "");
  // Not destroyed when it is left: a refusal still has to go the other way.
  const body = request.iterator({ destroyOnReturn: false });
  return { url: `http://localhost${request.url}`, headers, body, signal };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, headers, body } = answer;
  const packed = wantsPacked(request, body);
  const bytes = packed ? gzipSync(body, { level: 1 }) : Buffer.from(body);
  response.writeHead(status, {
    ...headers,
    vary: "accept-encoding",
    ...(packed ? { "content-encoding": "gzip" } : {}),
    "content-length": bytes.length,
  });
  response.end(bytes);
  if (request.complete) return;
  request.resume();
  setTimeout(() => request.complete || request.destroy(), lingerMs).unref();
}

/** On the machine itself packing takes longer than it saves; a proxy there packs for its own clients. */
function wantsPacked({ headers, socket }: IncomingMessage, body: string): boolean {
  const near = socket.remoteAddress === socket.localAddress;
  const taken = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(headers["accept-encoding"]));
  return !near && taken && body.length >= worthPacking;
}

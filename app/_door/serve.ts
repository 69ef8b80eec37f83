import { AssayError } from "#lib/core/errors.ts";
import { operations } from "#lib/operations.ts";
import type { Services } from "#lib/services.ts";
import { callOperation } from "./call.ts";
import { type ApiRequest, readInput } from "./read-input.ts";
import { type Answer, errorAnswer, jsonAnswer, responseOf } from "./respond.ts";
import { createRouter, type Match } from "./router.ts";
import { checkOrigin, identify } from "./session.ts";

let route: ReturnType<typeof createRouter> | undefined;

/** The operation of a method and a path as it stands in the address, `/api` included; undefined when there is none. */
export function findOperation(method: string, pathname: string): Match | undefined {
  if (!pathname.startsWith("/api/")) return undefined;
  route ??= createRouter(operations);
  return route(method, pathname.slice("/api".length));
}

/** Serves one request below /api from the operations list. */
export async function serve(services: Services, request: Request): Promise<Response> {
  // Next answers HEAD with GET's headers and cuts the body.
  const method = request.method === "HEAD" ? "GET" : request.method;
  const match = findOperation(method, new URL(request.url).pathname);
  if (match) return responseOf(await answerOperation(services, match, request));
  const unknown = new AssayError(
    "not_found",
    "There is nothing at this address. Look at /api/openapi.json for what there is.",
  );
  return responseOf(errorAnswer(unknown, services.log));
}

/** Does what the request asks for. Never throws: every failure is an answer. */
export async function answerOperation(
  services: Services,
  match: Match,
  request: ApiRequest,
): Promise<Answer> {
  try {
    const { carrier, actor } = await identify(services, request.headers);
    if (carrier === "cookie" && match.operation.method !== "GET")
      checkOrigin(services, request.headers);
    // Whoever has no credential is refused before a byte of the body is read.
    const refused = carrier === "none" && !("nobody" in match.operation.allow);
    const input = refused ? {} : await readInput(request, match);
    const output = await callOperation(services, match.operation, input, actor, request.signal);
    return jsonAnswer(output);
  } catch (thrown) {
    return errorAnswer(thrown, services.log);
  }
}

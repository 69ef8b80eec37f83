import type { Target } from "#lib/chat/resolve-target.ts";
import { AssayError } from "#lib/core/errors.ts";

export type CompletionPath = "/chat/completions" | "/completions";
export type Message = { role: string; content: unknown };
export type Body = { model: string; stream?: boolean; messages?: Message[] } & Record<
  string,
  unknown
>;

/** Parses what the endpoint itself must know; everything else is judged by the engine that serves it. */
export function parseBody(body: unknown): Body {
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

export function asksUsage(body: Body): boolean {
  const options = body.stream_options as { include_usage?: unknown } | null | undefined;
  return options?.include_usage === true;
}

/** The deployment's defaults below the request's own parameters; its system prompt where the request has none. */
export function withDefaults(
  body: Body,
  target: Target,
  model: string,
  path: CompletionPath,
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

import type { Target } from "#lib/chat/resolve-target.ts";
import { AssayError } from "#lib/core/errors.ts";

export type CompletionPath = "/chat/completions" | "/completions" | "/embeddings";
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
  checkStreamOptions(given.stream_options);
  return given as Body;
}

/** The endpoint asks for usage in its own name, so the engine never sees what the request said here. */
function checkStreamOptions(options: unknown): void {
  if (options === undefined || options === null) return;
  const refuse = (path: string, message: string) =>
    new AssayError("invalid_input", `The parameter ${path} ${message}. Nothing was run.`, {
      issues: [{ path, message }],
    });
  if (typeof options !== "object" || Array.isArray(options)) {
    throw refuse("stream_options", "must be an object");
  }
  for (const [name, value] of Object.entries(options)) {
    const path = `stream_options.${name}`;
    if (name !== "include_usage") throw refuse(path, "is not supported; leave it out");
    if (value !== null && typeof value !== "boolean") throw refuse(path, "must be true or false");
  }
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
  const out: Record<string, unknown> = { ...body, model };
  for (const [name, value] of Object.entries(target.deployment?.parameters ?? {})) {
    // A null is how some clients leave a parameter out.
    out[name] ??= value;
  }
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

import { AssayError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/parse-json.ts";
import { findUnstorable } from "#lib/core/unstorable.ts";
import type { Operation } from "#lib/operation.ts";
import { inputShape, type JsonSchema, typesOf } from "./json-shape.ts";
import type { Match } from "./router.ts";

/** What an operation reads of a request: a `Request` is one, and Node's own is made one without a copy of its body. */
export type ApiRequest = Pick<Request, "url" | "headers" | "signal"> & {
  body: AsyncIterable<Uint8Array> | null;
};

/** Larger things travel as uploads. */
export const maxBodyBytes = 4 * 1024 * 1024;
/** A tree of 300 messages nests about 600 deep; what recurses over it must not run out of stack. */
const maxDepth = 1000;
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

function refuse(path: string, message: string): AssayError {
  return new AssayError(
    "invalid_input",
    `“${path.slice(0, 80)}”: ${message}. Nothing was changed; correct it and send it again.`,
    { issues: [{ path: path.slice(0, 200), message }] },
  );
}

/** Input of an operation: path parameters, then the query (GET, DELETE) or the JSON body (POST, PUT). */
export async function readInput(
  request: ApiRequest,
  match: Match,
): Promise<Record<string, unknown>> {
  const { operation, params } = match;
  const input: Record<string, unknown> = {};
  const shape = inputShape(operation);
  for (const [name, text] of Object.entries(params)) {
    input[name] = readText(text, name, shape);
  }
  const fromQuery = operation.method === "GET" || operation.method === "DELETE";
  const given = fromQuery ? readQuery(request, operation) : await readJsonBody(request);
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(params, name)) throw refuse(name, "Stands in the address already");
    input[name] = value;
  }
  return input;
}

function readQuery(request: ApiRequest, operation: Operation): Record<string, unknown> {
  const query = new URL(request.url).searchParams;
  const shape = inputShape(operation);
  const given: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    if (forbiddenKeys.has(name)) throw refuse(name, "Not a field");
    const texts = query.getAll(name);
    const field = shape.properties?.[name];
    if (field && typesOf(field, shape).includes("array")) {
      given[name] = readList(texts, name, field, shape);
    } else if (texts.length > 1) {
      throw refuse(name, "Stands twice in the address");
    } else {
      given[name] = readText(texts[0] ?? "", name, shape);
    }
  }
  return given;
}

/** `tags=a&tags=b`, or one JSON list. */
function readList(texts: string[], name: string, field: JsonSchema, root: JsonSchema): unknown {
  if (texts.length === 1 && texts[0]?.startsWith("[")) return readJson(texts[0], name);
  const items = field.items ?? {};
  return texts.map((text) => readAs(text, typesOf(items, root), name));
}

function readText(text: string, name: string, shape: JsonSchema): unknown {
  return readAs(text, typesOf(shape.properties?.[name] ?? {}, shape), name);
}

/** A text of an address as the type its field asks for; what does not fit stays text, and the schema says so. */
function readAs(text: string, types: string[], name: string): unknown {
  const number = types.includes("number") || types.includes("integer");
  if (number && /^-?\d{1,16}(\.\d{1,10})?$/.test(text)) return Number(text);
  if (types.includes("boolean") && (text === "true" || text === "false")) return text === "true";
  if (types.includes("null") && text === "null" && !types.includes("string")) return null;
  if (types.includes("object") && text.startsWith("{")) return readJson(text, name);
  const bad = findUnstorable(text);
  if (bad) throw refuse(name, bad.reason);
  return text;
}

function readJson(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError("invalid_input", `“${name}” is not valid JSON. Nothing was changed.`, {
      cause,
      issues: [{ path: name, message: "Not valid JSON" }],
    });
  }
  checkShape(value);
  return value;
}

const jsonType = /^application\/json\s*(;\s*charset=utf-8\s*)?$/i;
const notJson = () =>
  new AssayError(
    "unsupported_media",
    "The body must be JSON with the content type application/json. Nothing was changed; files go to the uploads of their project.",
  );

/** A JSON object from a body of at most 4 MB. Throws unsupported_media, too_large, invalid_input. */
export async function readJsonBody(request: ApiRequest): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type");
  if (type !== null && !jsonType.test(type)) throw notJson();
  if (!/^(identity)?$/i.test(request.headers.get("content-encoding") ?? "")) {
    throw new AssayError(
      "unsupported_media",
      "The body is compressed. Nothing was changed; send it as plain JSON, and large files through the uploads of their project.",
    );
  }
  const text = await readLimited(request);
  if (text === "") return {};
  if (type === null) throw notJson();
  const value = readJson(text, "body");
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw refuse("body", "Must be one JSON object");
  }
  return value as Record<string, unknown>;
}

const tooLarge = () =>
  new AssayError(
    "too_large",
    "The body is larger than 4 MB. Nothing was changed; send files through the uploads of their project.",
  );

/** The body as text, given up as soon as it is too large, whatever its Content-Length says. */
async function readLimited(request: ApiRequest): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new AssayError("invalid_input", "The body is not valid UTF-8. Nothing was changed.", {
      cause,
    });
  }
}

/**
 * Refuses keys that reach an object's prototype, nesting that no honest input has, and text that the database cannot
 * keep. Iterative.
 */
export function checkShape(value: unknown): void {
  const stack: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.value === null || typeof top.value !== "object") continue;
    if (top.depth > maxDepth) throw refuse("body", `Nested more than ${maxDepth} deep`);
    for (const [key, inner] of Object.entries(top.value)) {
      if (forbiddenKeys.has(key)) throw refuse(key, "Not a field");
      if (inner !== null && typeof inner === "object")
        stack.push({ value: inner, depth: top.depth + 1 });
    }
  }
  const bad = findUnstorable(value);
  if (bad) throw refuse(bad.path, bad.reason);
}

import { parseJson } from "./parse-json.ts";
import { RowFault } from "./row-fault.ts";
import { checkText, decodeRecord, forbiddenName, isForbiddenName } from "./text-record.ts";

/**
 * The JSON value of one record, safe to keep: at most `maxDepth` deep, no `__proto__` or `constructor` keys,
 * no NUL, no lone surrogates. Throws RowFault with the reason. `offset` as in decodeRecord.
 */
export function parseJsonRecord(bytes: Buffer, offset: number, maxDepth: number): unknown {
  const text = withoutMark(decodeRecord(bytes, offset));
  const value = parse(text, maxDepth);
  if (mayHoldFault(text)) checkJson(value);
  return value;
}

/** Files with a byte order mark each, put together, have one at the start of some lines. */
const withoutMark = (text: string) => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** The same for JSON text inside a record (tools as a string, CSV cells). */
export function parseJsonText(text: string, where: string, maxDepth: number): unknown {
  let value: unknown;
  try {
    value = parseJson(text, maxDepth);
  } catch (error) {
    if (error instanceof RowFault) throw error;
    throw new RowFault(`${where} is not valid JSON.`);
  }
  checkJson(value);
  return value;
}

function parse(text: string, maxDepth: number): unknown {
  try {
    return parseJson(text, maxDepth);
  } catch (error) {
    if (error instanceof RowFault) throw error;
    throw new RowFault(`The record is not valid JSON: ${jsonReason(error)}`);
  }
}

/** V8 quotes the source in some messages; the record's excerpt shows it already. */
function jsonReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (\.\.\.)?".*$/s, ".");
}

/** Cheap signs in the source text of what is checked below; an escape is the only way to NUL and lone surrogates. */
function mayHoldFault(text: string): boolean {
  return text.includes("\\u") || text.includes("constructor") || text.includes("__proto__");
}

/** Iterative, because a tree may be nested deeper than calls may be. */
function checkJson(root: unknown): void {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value === "string") checkText(value, "the record");
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) stack.push(item);
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      if (isForbiddenName(key)) throw forbiddenName(key);
      checkText(key, "a field name");
      stack.push(item);
    }
  }
}

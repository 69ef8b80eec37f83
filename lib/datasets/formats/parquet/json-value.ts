import { isUtf8 } from "node:buffer";
import type { ParquetParsers } from "hyparquet";
import { isTooDeep } from "#lib/core/parse-json.ts";
import { maxJsonDepth } from "../limits.ts";

/**
 * A value of a Parquet row as JSON has it. Null fields are left out, as in a record that never had them. Whole numbers
 * beyond 2^53 become text, times ISO 8601, bytes text when they are UTF-8 and base64 otherwise.
 */
export function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (typeof value !== "object" || value === null) return value ?? null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return isUtf8(value) ? textOf(value) : base64(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, jsonValue);
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field !== null && field !== undefined) fields[name] = jsonValue(field);
  }
  return fields;
}

/** How bytes of text and JSON columns are read; the rest as the library does it. */
export const parsers: Partial<ParquetParsers> = {
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && textOf(bytes),
  jsonFromBytes(bytes: Uint8Array | undefined) {
    if (!bytes) return undefined;
    const text = textOf(bytes);
    if (isTooDeep(text, maxJsonDepth)) return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  },
};

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Bytes that are not UTF-8 become half surrogate pairs, which every importer refuses with the record's number: a text
 * column never loses a character without a word.
 */
function textOf(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return isUtf8(bytes) ? text : text.replaceAll("\ufffd", "\udc80");
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

import { storable } from "#lib/core/unstorable.ts";
import { excerptCharacters } from "./limits.ts";

/**
 * Why one record cannot be imported. Thrown by converters, caught once for each record, and handed on as
 * an error item: outside this folder a bad row is data.
 */
export class RowFault extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "RowFault";
  }
}

/** The input ends before it should (cut or damaged gzip). Everything read before it was delivered. */
export class EndsEarly extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "EndsEarly";
  }
}

/** The start of a bad record, in a form that Postgres can store: no NUL, no half surrogate pairs. */
export function excerptOf(source: string | Buffer): string {
  const text =
    typeof source === "string"
      ? source.slice(0, excerptCharacters)
      : source.toString("utf8", 0, excerptCharacters * 4).slice(0, excerptCharacters);
  return storable(text);
}

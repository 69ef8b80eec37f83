import { AssayError } from "#lib/core/errors.ts";
import { sampleBytes } from "./limits.ts";
import type { EndsEarly } from "./row-fault.ts";
import { isBlank } from "./split-lines.ts";

const binaries: readonly [magic: string, name: string][] = [
  ["PAR1", "a Parquet file inside gzip or a stream"],
  ["PK\x03\x04", "a ZIP archive (or an Excel workbook)"],
  ["%PDF", "a PDF document"],
  ["\x28\xb5\x2f\xfd", "Zstandard-compressed"],
  ["BZh", "bzip2-compressed"],
  ["\xfd7zXZ", "xz-compressed"],
  ["\x1f\x8b", "gzip-compressed twice"],
  ["SQLite format 3", "a SQLite database"],
  ["ARROW1", "an Arrow file"],
];

/**
 * Refuses the start of a file that is not text. Returns the length of its UTF-8 byte order mark, 0 or 3.
 * Throws `invalid_input` when it is empty (`failure` says why, if known), `unsupported_format` otherwise.
 */
export function checkBytes(head: Buffer, failure?: EndsEarly): number {
  if (head.length === 0) {
    throw new AssayError(
      "invalid_input",
      failure
        ? failure.message
        : "The file is empty. Nothing was imported; choose a file with records.",
    );
  }
  if (isUtf16(head)) {
    throw new AssayError(
      "unsupported_format",
      "The file is UTF-16 text. Nothing was imported; save it as UTF-8 and import it again.",
    );
  }
  const start = head.toString("latin1", 0, 16);
  const binary = binaries.find(([magic]) => start.startsWith(magic));
  if (binary) {
    throw new AssayError(
      "unsupported_format",
      `The file is ${binary[1]}, which cannot be imported. Export it as JSON Lines or CSV.`,
    );
  }
  const bomBytes = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  if (head.length < sampleBytes && isBlank(head.subarray(bomBytes))) {
    throw new AssayError("invalid_input", "The file holds only white space. Nothing was imported.");
  }
  return bomBytes;
}

/** By byte order mark, or by NUL in every second byte as ASCII text has it in UTF-16. */
function isUtf16(head: Buffer): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  const length = Math.min(head.length, 1_000);
  const nul = [0, 0];
  for (let i = 0; i < length; i++) if (head[i] === 0) nul[i % 2] = (nul[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nul;
  return Math.max(even, odd) > length * 0.3 && Math.min(even, odd) < length * 0.05;
}

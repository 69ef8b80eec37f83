import { AssayError } from "#lib/core/errors.ts";
import { storable } from "#lib/core/unstorable.ts";
import type { ColumnMapping } from "./column-mapping.ts";
import { guessMapping, tableOf } from "./csv-table.ts";
import { importers } from "./importers.ts";
import type { Importer, Sample } from "./port.ts";
import { sampleOf } from "./sample.ts";

export type Candidate = {
  format: string;
  label: string;
  confidence: number;
  reason: string;
  /** CSV and TSV: the columns there are, and what they seem to hold. */
  headers?: string[];
  columns?: ColumnMapping;
};

/** Below this a format is not proposed on its own: the user has to name it. */
const sureEnough = 0.25;

/**
 * Formats that the start of a file may be in, most likely first; impossible ones are left out. 256 KiB are enough
 * (compressed or not). Throws `invalid_input` for an empty file, `unsupported_format` for UTF-16 and binary files.
 */
export function detectFormat(sampleBytes: Uint8Array, fileName: string): Candidate[] {
  return rankFormats(sampleOf(sampleBytes, fileName));
}

export function rankFormats(sample: Sample): Candidate[] {
  return importers
    .map((importer) => candidateOf(importer, sample))
    .filter((candidate) => candidate.confidence > 0)
    .sort((a, b) => b.confidence - a.confidence);
}

function candidateOf(importer: Importer, sample: Sample): Candidate {
  const { confidence, reason } = importer.detect(sample);
  const candidate = { format: importer.id, label: importer.label, confidence, reason };
  if (importer.id !== "csv" || confidence === 0) return candidate;
  const headers = sample.columns ?? tableOf(Buffer.from(sample.text), true).headers;
  const columns = guessMapping(headers);
  return columns ? { ...candidate, headers, columns } : { ...candidate, headers };
}

export const noRecords = () =>
  new AssayError("invalid_input", "The file holds no records. Nothing was imported.");

/**
 * The importer of a named format, else the best for the sample. Throws `invalid_input` for an unknown name and
 * `unsupported_format` when nothing fits, saying what was found.
 */
export function chooseImporter(format: string | undefined, sample: Sample): Importer {
  if (format !== undefined) {
    const named = importers.find((importer) => importer.id === format);
    if (named) return named;
    const known = importers.map((importer) => importer.id).join(", ");
    throw new AssayError(
      "invalid_input",
      `There is no format "${format}". The formats are: ${known}.`,
    );
  }
  if (/^\s*\[\s*\]\s*$/.test(sample.text)) {
    throw noRecords();
  }
  const best = rankFormats(sample)[0];
  const importer = importers.find((each) => each.id === best?.format);
  if (importer && best && best.confidence >= sureEnough) return importer;
  throw new AssayError(
    "unsupported_format",
    `The format was not recognised: ${found(sample)} Nothing was imported; name the format, or convert the file to JSON Lines with \`messages\`.`,
  );
}

function found(sample: Sample): string {
  const first = sample.records[0];
  if (sample.layout === "text") {
    return "it is neither JSON nor a table with a known header. (Format `text-lines` reads one text a line.)";
  }
  if (first === undefined) return "it begins like JSON, but no record could be read.";
  if (typeof first !== "object" || first === null || Array.isArray(first)) {
    return "its records are not JSON objects.";
  }
  return `its records have the fields ${storable(Object.keys(first).slice(0, 8).join(", ").slice(0, 200))}.`;
}

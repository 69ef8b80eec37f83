import { parse } from "csv-parse/sync";
import { AssayError } from "#lib/core/errors.ts";
import { parseSuite, type SuiteOf } from "./suite.ts";

type Row = {
  sent_more?: string;
  sent_less?: string;
  stereo_antistereo?: string;
  bias_type?: string;
};

const sentences = ["sent_more", "sent_less"] as const;
const wrong = (message: string, cause?: unknown) =>
  new AssayError("invalid_input", `${message} Nothing was stored.`, { cause });

/** Rows with the line on which each ends. Throws `invalid_input` with the line that is no row. */
function rowsOf(csv: string): { record: Row; line: number }[] {
  try {
    const rows = parse(csv, { columns: true, bom: true, skip_empty_lines: true, info: true });
    return (rows as unknown as { record: Row; info: { lines: number } }[]).map((row) => ({
      record: row.record,
      line: row.info.lines,
    }));
  } catch (cause) {
    const { lines } = cause as { lines?: number };
    throw wrong(`Line ${lines ?? 1} is not a row of the CSV that the first line begins.`, cause);
  }
}

/**
 * Reads the CSV of CrowS-Pairs (columns `sent_more`, `sent_less`, `stereo_antistereo`, `bias_type`) as a suite of
 * likelihood pairs; item ids are the row numbers. As in the published metric and lm-evaluation-harness,
 * `sent_more` counts as the stereotyping sentence in both directions. The licence is the data's own: the file
 * comes from the user and is not shipped.
 */
export function crowsPairsSuite(
  csv: string,
  head: { id: string; title: string; licence: string },
): SuiteOf<"likelihood-pairs"> {
  const rows = rowsOf(csv);
  const missing = sentences.filter((column) => !(column in (rows[0]?.record ?? {})));
  if (missing.length > 0) {
    throw new AssayError(
      "invalid_input",
      `The CSV has no column ${missing.join(" and ")}. Nothing was stored.`,
    );
  }
  for (const { record, line } of rows) {
    const empty = sentences.find((column) => !record[column]?.trim());
    if (empty) throw wrong(`Line ${line} has no ${empty}.`);
  }
  const suite = parseSuite({
    schema: "assay.suite/1",
    kind: "likelihood-pairs",
    ...head,
    items: rows.map(({ record: row }, i) => ({
      id: String(i),
      group: row.bias_type || "all",
      more: row.sent_more,
      less: row.sent_less,
    })),
  });
  if (suite.kind !== "likelihood-pairs")
    throw new AssayError("internal", "The suite changed its kind.");
  return suite;
}

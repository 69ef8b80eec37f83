import { storable } from "#lib/core/unstorable.ts";
import { type Draft, newDraft } from "./draft.ts";
import { parseJsonRecord } from "./json-record.ts";
import { maxJsonDepth } from "./limits.ts";
import type { Detection, Importer, ImportItem, ParsedConversation, Sample } from "./port.ts";
import { type RawRecord, rawRecords, type Splitter } from "./raw-records.ts";
import { excerptOf, RowFault } from "./row-fault.ts";
import type { Source } from "./source.ts";
import { splitLines } from "./split-lines.ts";
import { ValueSplitter } from "./split-values.ts";

export type JsonFormat = {
  id: string;
  label: string;
  /** What a record of this format has, for the reason of a detection: "a list of messages with roles". */
  shape: string;
  fits(record: unknown): boolean;
  /** Throws RowFault for a record that is not of this format. */
  convert(record: unknown, draft: Draft): ParsedConversation[];
  maxDepth?: number;
};

/** An importer of records that are JSON values: one a line, or elements of an array. */
export function jsonImporter(format: JsonFormat): Importer {
  return {
    id: format.id,
    label: format.label,
    extensions: ["jsonl", "json", "ndjson"],
    detect: (sample) => detectJson(format, sample),
    async *read(source, options) {
      const done = options.skipRecords ?? 0;
      for await (const batch of rawRecords(source.chunks, splitterFor(source))) {
        for (const raw of batch) {
          if (raw.recordNumber > done) yield readJson(format, raw, source.bomBytes);
        }
      }
    },
  };
}

function splitterFor(source: Source): Splitter {
  return source.layout === "array" || source.layout === "values"
    ? new ValueSplitter(source.layout)
    : splitLines();
}

function readJson(format: JsonFormat, raw: RawRecord, bomBytes: number): ImportItem {
  return itemOf(raw, (draft) => {
    const depth = format.maxDepth ?? maxJsonDepth;
    return format.convert(parseJsonRecord(raw.bytes, raw.offset + bomBytes, depth), draft);
  });
}

/** Runs a converter on one record; what it refuses becomes an error item. */
export function itemOf(
  raw: RawRecord,
  convert: (draft: Draft) => ParsedConversation[],
): ImportItem {
  const { recordNumber, line } = raw;
  try {
    if (raw.fault !== undefined) throw new RowFault(raw.fault);
    const draft = newDraft();
    const conversations = convert(draft);
    return draft.warnings.length > 0
      ? { kind: "record", recordNumber, line, conversations, warnings: draft.warnings }
      : { kind: "record", recordNumber, line, conversations };
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    const reason = storable(error.message);
    return { kind: "error", recordNumber, line, reason, excerpt: excerptOf(raw.bytes) };
  }
}

function detectJson(format: JsonFormat, sample: Sample): Detection {
  const { records } = sample;
  if (records.length === 0) return { confidence: 0, reason: "No JSON records could be read." };
  const fitting = records.filter((record) => format.fits(record)).length;
  const reason = `${fitting} of the first ${records.length} records have ${format.shape}.`;
  return { confidence: (fitting / records.length) * 0.98, reason };
}

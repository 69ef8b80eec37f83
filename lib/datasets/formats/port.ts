import type { ConversationBody } from "#lib/core/conversation.ts";
import type { ColumnMapping } from "./column-mapping.ts";
import type { Source } from "./source.ts";

/** One conversation of a record, and what its source said about it beside the words. */
export type ParsedConversation = {
  body: ConversationBody;
  /**
   * Every field of the record that is not part of the conversation. `message_fields` holds such fields of single
   * messages, by the message's place in the tree (depth first, from 0).
   */
  metadata: Record<string, unknown>;
  /** Distinct speaker names, where the source named speakers. */
  speakers?: string[];
  /** ISO 8601. */
  time?: string;
  /** As the source wrote it. */
  language?: string;
};

/**
 * One source record: accepted or not. `recordNumber` counts from 1 in the source's own unit: the line of a JSONL
 * file, the element of an array, the data row of a CSV, the dialogue of a CSV with a row a turn. It only rises;
 * blank lines leave gaps. `line` is where the record starts in the file.
 */
export type ImportItem = AcceptedRecord | ErrorRecord;

export type AcceptedRecord = {
  kind: "record";
  recordNumber: number;
  line?: number;
  conversations: ParsedConversation[];
  /** Accepted, but someone should look: no user message, an answer of 26,000 characters. */
  warnings?: string[];
};

export type ErrorRecord = {
  kind: "error";
  recordNumber: number;
  line?: number;
  reason: string;
  /** The start of the record, safe to store and show as text. */
  excerpt: string;
};

export type Detection = {
  /** From 0 (cannot be) to 1 (certain). */
  confidence: number;
  /** One sentence for the person who confirms the format. */
  reason: string;
};

/** What detection sees: the start of the file, and the records that could be read from it. */
export type Sample = {
  fileName: string;
  layout: Layout;
  /** Decoded start of the file; invalid bytes show as U+FFFD. */
  text: string;
  /** Parsed JSON values; empty for layout `text`. */
  records: unknown[];
  /** Names of a Parquet file's columns; its rows are the records. */
  columns?: string[];
};

/** `lines`: JSON Lines. `array`: one top-level JSON array. `values`: pretty-printed JSON values. `text`: no JSON. */
export type Layout = "lines" | "array" | "values" | "text";

export type ReadOptions = {
  /** CSV, TSV and columns of Parquet only; guessed from the header when absent. */
  columns?: ColumnMapping;
  /** Leave out records up to this number: they were committed before. */
  skipRecords?: number;
};

/** One format. A new format is a new file and a line in `importers.ts`. */
export type Importer = {
  id: string;
  label: string;
  /** Without the dot. */
  extensions: readonly string[];
  detect(sample: Sample): Detection;
  /** Throws only for what is wrong with the whole file or the options; a bad record is an item. */
  read(source: Source, options: ReadOptions): AsyncIterable<ImportItem>;
};

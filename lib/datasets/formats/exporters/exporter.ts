import type { SchemaElement } from "hyparquet";
import type { ConversationBody } from "#lib/core/conversation.ts";

type Common = {
  id: string;
  label: string;
  /** Without the dot. */
  extension: string;
  mediaType: string;
  /** The importer that reads it back to the same conversations. */
  importer: string;
  /** Why the format cannot carry this conversation without loss, in a few words; undefined when it can. */
  refuses(body: ConversationBody): string | undefined;
};

export type TextExporter = Common & {
  /** First line of the file, when the format has one. */
  header?: string;
  /** Whole lines with their line ends. `number` counts the conversations of the file from 1. */
  write(body: ConversationBody, number: number): string;
};

/** Columns of a Parquet file, with the schema of each and of what is nested in it. */
export type TableShape = { columns: readonly string[]; schema: readonly SchemaElement[] };

export type TableExporter = Common & {
  table: TableShape;
  /** The row, by column. */
  row(body: ConversationBody): Record<string, unknown>;
};

/** A file format that conversations can be written in. A new one is a new file and a line in `exporters.ts`. */
export type Exporter = TextExporter | TableExporter;

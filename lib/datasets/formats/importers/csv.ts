import { AssayError } from "#lib/core/errors.ts";
import type { ColumnMapping } from "../column-mapping.ts";
import { cellText } from "../csv-cells.ts";
import {
  type Columns,
  cell,
  columnsOf,
  type Row,
  rowConversation,
  turnsConversation,
} from "../csv-convert.ts";
import { type Dialogue, DialogueGatherer } from "../csv-dialogues.ts";
import { CsvSplitter, cellsOf } from "../csv-rows.ts";
import { guessMapping, headerNames, mappingFor, tableOf } from "../csv-table.ts";
import { itemOf } from "../json-importer.ts";
import { parseJsonRecord } from "../json-record.ts";
import { maxJsonDepth, sampleBytes } from "../limits.ts";
import type { Importer, ImportItem, ReadOptions, Sample } from "../port.ts";
import { type RawRecord, rawRecords } from "../raw-records.ts";
import { fieldsOf } from "../record-fields.ts";
import { RowFault } from "../row-fault.ts";
import type { Source } from "../source.ts";
import { splitLines } from "../split-lines.ts";
import { decodeRecord, forbiddenName, isForbiddenName } from "../text-record.ts";

/**
 * CSV and TSV with a header, and Parquet by columns; the delimiter is told from the first rows. What the columns hold comes from
 * `options.columns`, else from their names. With a row a turn, one record is one dialogue.
 */
export const csvImporter = {
  id: "csv",
  label: "Table with columns (CSV, TSV, Parquet)",
  extensions: ["csv", "tsv"],
  detect: detectCsv,
  read: readCsv,
} satisfies Importer;

function detectCsv(sample: Sample) {
  const named = /\.(csv|tsv)(\.gz)?$/i.test(sample.fileName);
  if (sample.columns) return detectColumns(sample.columns);
  if (sample.layout !== "text" && !named) return { confidence: 0, reason: "The file is JSON." };
  const { headers } = tableOf(Buffer.from(sample.text), true);
  const mapping = guessMapping(headers);
  const columns = `${headers.length} columns: ${headers.join(", ").slice(0, 200)}.`;
  if (headers.length > 1 && mapping)
    return { confidence: 0.95, reason: `The header has ${columns}` };
  if (mapping && named)
    return { confidence: 0.9, reason: `The header has one column, ${headers[0]}.` };
  if (named)
    return { confidence: 0.6, reason: `Columns must be chosen. The header has ${columns}` };
  return headers.length > 1
    ? { confidence: 0.2, reason: `It may be a table. The first line has ${columns}` }
    : { confidence: 0, reason: "The first line has one column only." };
}

/** Parquet: a format of JSON records that fits is surer, unless a row is one turn of a dialogue. */
function detectColumns(columns: readonly string[]) {
  const mapping = guessMapping([...columns]);
  const reason = `The table has the columns ${columns.join(", ").slice(0, 200)}.`;
  if (mapping?.layout === "turn") return { confidence: 0.99, reason };
  return { confidence: mapping ? 0.5 : 0.2, reason };
}

function readCsv(source: Source, options: ReadOptions): AsyncIterable<ImportItem> {
  return source.table
    ? readColumns(source, source.table.columns, options)
    : readText(source, options);
}

/** Rows of Parquet: text as it is, other values as JSON. */
async function* readColumns(
  source: Source,
  headers: string[],
  options: ReadOptions,
): AsyncGenerator<ImportItem> {
  const mapping = mappingFor(headers, options.columns);
  const columns = columnsOf(headers, mapping);
  const reader = readerFor((raw) => columnsRow(raw, headers, columns), mapping);
  const done = options.skipRecords ?? 0;
  for await (const batch of rawRecords(source.chunks, splitLines())) {
    for (const raw of batch) {
      for (const item of reader.read(raw)) if (item.recordNumber > done) yield item;
    }
  }
  for (const item of reader.end()) if (item.recordNumber > done) yield item;
}

function columnsRow(raw: RawRecord, headers: readonly string[], columns: Columns): Row {
  const record = fieldsOf(parseJsonRecord(raw.bytes, raw.offset, maxJsonDepth));
  const cells = headers.map((header) => {
    const value = record[header];
    if (value === undefined || value === null) return "";
    return typeof value === "string" ? value : JSON.stringify(value);
  });
  return { cells, columns };
}

async function* readText(source: Source, options: ReadOptions): AsyncGenerator<ImportItem> {
  const { delimiter } = tableOf(source.head, source.head.length < sampleBytes);
  let reader: RowReader | undefined;
  const done = options.skipRecords ?? 0;
  for await (const batch of rawRecords(source.chunks, new CsvSplitter(delimiter))) {
    for (const raw of batch) {
      if (reader) {
        for (const item of reader.read(raw)) if (item.recordNumber > done) yield item;
        continue;
      }
      const headers = readHeader(raw, delimiter, source.bomBytes);
      const mapping = mappingFor(headers, options.columns);
      const columns = columnsOf(headers, mapping);
      const table = { delimiter, headers, bomBytes: source.bomBytes, columns };
      reader = readerFor((row) => rowOf(row, table), mapping);
    }
  }
  for (const item of reader?.end() ?? []) if (item.recordNumber > done) yield item;
}

function readHeader(raw: RawRecord, delimiter: string, bomBytes: number): string[] {
  try {
    if (raw.fault !== undefined) throw new RowFault(raw.fault);
    return headerNames(
      cellsOf(decodeRecord(raw.bytes, raw.offset + bomBytes), delimiter).map(cellText),
    );
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    const message = `The header row cannot be read: ${error.message} Nothing was imported.`;
    throw new AssayError("invalid_input", message, { cause: error });
  }
}

type Table = { delimiter: string; headers: string[]; bomBytes: number; columns: Columns };
type RowReader = { read(raw: RawRecord): ImportItem[]; end(): ImportItem[] };
/** Throws RowFault. */
type ReadRow = (raw: RawRecord) => Row;

const readerFor = (readRow: ReadRow, mapping: ColumnMapping): RowReader =>
  mapping.layout === "turn" ? turnReader(readRow, mapping) : rowReader(readRow, mapping);

function rowReader(
  readRow: ReadRow,
  mapping: Exclude<ColumnMapping, { layout: "turn" }>,
): RowReader {
  return {
    read: (raw) => [itemOf(raw, (draft) => [rowConversation(readRow(raw), mapping, draft)])],
    end: () => [],
  };
}

/** Numbers dialogues, not rows. */
function turnReader(
  readRow: ReadRow,
  mapping: Extract<ColumnMapping, { layout: "turn" }>,
): RowReader {
  const gatherer = new DialogueGatherer();
  let number = 0;
  const item = (dialogue: Dialogue): ImportItem => {
    number++;
    const { line, fault } = dialogue;
    const bytes = Buffer.from((dialogue.rows[0]?.cells ?? []).join(" · "));
    const raw: RawRecord = { recordNumber: number, line, offset: 0, bytes };
    return itemOf(fault === undefined ? raw : { ...raw, fault }, (draft) => [
      turnsConversation(dialogue.rows, mapping, draft),
    ]);
  };
  return {
    read(raw) {
      try {
        if (raw.fault !== undefined) throw new RowFault(raw.fault);
        const row = readRow(raw);
        const id = cell(row, mapping.conversation);
        if (id === "") throw new RowFault(`The column "${mapping.conversation}" is empty.`);
        return gatherer.add(id, row, raw.line, raw.bytes.length).map(item);
      } catch (error) {
        if (!(error instanceof RowFault)) throw error;
        gatherer.taint(error.message);
        number++;
        return [itemOf({ ...raw, recordNumber: number, fault: error.message }, () => [])];
      }
    },
    end: () => gatherer.end().map(item),
  };
}

/** The cells by header. Throws RowFault for a row of another width, for bad text and for forbidden headers. */
function rowOf(raw: RawRecord, table: Table): Row {
  const { headers } = table;
  const forbidden = headers.find(isForbiddenName);
  if (forbidden !== undefined) throw forbiddenName(forbidden);
  const cells = cellsOf(decodeRecord(raw.bytes, raw.offset + table.bomBytes), table.delimiter);
  if (cells.length !== headers.length) {
    throw new RowFault(`The row has ${cells.length} cells, the header has ${headers.length}.`);
  }
  return { cells: cells.map(cellText), columns: table.columns };
}

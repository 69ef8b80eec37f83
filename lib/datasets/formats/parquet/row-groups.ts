import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type ColumnMetaData,
  type Compressors,
  parquetReadObjects,
  type RowGroup,
} from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressLz4, decompressLz4Raw } from "hyparquet-compressors";
import { jsonValue, parsers } from "./json-value.ts";
import { maxGroupBytes, maxGroupValues } from "./limits.ts";
import { ParquetFault, type Table } from "./table.ts";

/** Snappy is the library's own. The others stop at the length that the page header states. */
const compressors: Compressors = {
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
  ZSTD: (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength }),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};

/**
 * Rows of a table in order, as objects of JSON values, in pieces: the first `first` rows, then a row group at a time.
 * Rows up to `skip` are not decoded. Throws ParquetFault for a group that is damaged or beyond the limits; the pieces
 * before it were whole.
 */
export async function* readRows(
  table: Table,
  skip: number,
  first: number,
): AsyncGenerator<Record<string, unknown>[]> {
  let start = 0;
  for (const [index, group] of table.metadata.row_groups.entries()) {
    const end = start + Number(group.num_rows);
    let from = Math.max(start, skip);
    if (from < end) {
      try {
        await checkGroup(table, group);
        while (from < end) {
          const to = from < first ? Math.min(first, end) : end;
          yield await decode(table, from, to);
          from = to;
        }
      } catch (cause) {
        throw new ParquetFault(`row group ${index + 1} cannot be read: ${reasonOf(cause)}`, {
          cause,
        });
      }
    }
    start = end;
  }
}

async function decode(table: Table, rowStart: number, rowEnd: number) {
  const { file, metadata } = table;
  const options = { file, metadata, rowStart, rowEnd, compressors, parsers, utf8: false };
  const rows = await parquetReadObjects(options);
  if (rows.length !== rowEnd - rowStart) throw new ParquetFault("its columns differ in length");
  const scales = decimalScales(table);
  return rows.map((row) => {
    for (const [name, scale] of scales) {
      if (typeof row[name] === "number") row[name] = Number(row[name].toFixed(scale));
    }
    return jsonValue(row) as Record<string, unknown>;
  });
}

/** Columns of decimals with their digits after the point: the library multiplies, and 3 × 0.1 is not 0.3. */
function decimalScales({ metadata, columns }: Table): [string, number][] {
  return metadata.schema
    .filter((element) => element.converted_type === "DECIMAL" && columns.includes(element.name))
    .map((element) => [element.name, Math.min(100, Math.max(0, element.scale ?? 0))]);
}

/** Adds up what the pages of a group say that they hold, before any of them is decoded. */
async function checkGroup(table: Table, group: RowGroup): Promise<void> {
  const chunks = group.columns.map(({ meta_data, file_path }) => {
    if (!meta_data || file_path) throw new ParquetFault("its columns lie in other files");
    return rangeOf(meta_data);
  });
  const stored = chunks.reduce((sum, { start, end }) => sum + (end - start), 0);
  if (!(stored <= maxGroupBytes)) throw tooLarge(stored);
  let bytes = 0;
  let values = 0;
  for (const { start, end } of chunks) {
    if (start < 4 || end < start || end > table.file.byteLength) {
      throw new ParquetFault("it names bytes beyond the end of the file");
    }
    const view = new DataView(await table.file.slice(start, end));
    for (const page of pagesOf(view)) {
      bytes += page.bytes;
      values += page.values;
      if (bytes > maxGroupBytes) throw tooLarge(bytes);
      if (values > maxGroupValues) {
        throw new ParquetFault(
          `it holds more than ${maxGroupValues.toLocaleString("en")} values. ${smaller}`,
        );
      }
    }
  }
}

function rangeOf(column: ColumnMetaData): { start: number; end: number } {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  return { start, end: start + Number(column.total_compressed_size) };
}

/** Sizes in the headers of a column's pages. The walk ends with the bytes; nothing is decoded. */
function* pagesOf(view: DataView): Generator<{ bytes: number; values: number }> {
  const reader = { view, offset: 0 };
  while (reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    const { uncompressed_page_size: bytes, compressed_page_size: stored } = header;
    const values =
      header.data_page_header?.num_values ??
      header.data_page_header_v2?.num_values ??
      header.dictionary_page_header?.num_values ??
      0;
    if (!(bytes >= 0 && stored >= 0 && values >= 0)) throw new ParquetFault("a page is damaged");
    yield { bytes, values };
    reader.offset += stored;
  }
}

const smaller =
  "Write the file with smaller row groups (in pandas and pyarrow: row_group_size=10000).";

const tooLarge = (bytes: number) =>
  new ParquetFault(
    `it holds ${Math.ceil(bytes / 1024 ** 2).toLocaleString("en")} MB, and at most ${maxGroupBytes / 1024 ** 2} MB are read at once. ${smaller}`,
  );

const reasonOf = (cause: unknown) =>
  cause instanceof ParquetFault
    ? cause.message
    : `it is damaged (${cause instanceof Error ? cause.message.slice(0, 200) : "unknown"})`;

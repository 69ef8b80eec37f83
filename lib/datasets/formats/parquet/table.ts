import type { FileHandle } from "node:fs/promises";
import { type AsyncBuffer, type FileMetaData, parquetMetadata, parquetSchema } from "hyparquet";
import { isForbiddenName } from "../text-record.ts";
import { maxColumns, maxFooterBytes, maxSchemaDepth } from "./limits.ts";

/** What is wrong with a Parquet file, in words for the person who imports it. */
export class ParquetFault extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "ParquetFault";
  }
}

/** A Parquet file whose footer was read and found sane. */
export type Table = {
  file: AsyncBuffer;
  metadata: FileMetaData;
  columns: string[];
  rows: number;
};

/** Reads and checks the footer. Throws ParquetFault for a cut or damaged file and for one beyond the limits. */
export async function openTable(handle: FileHandle): Promise<Table> {
  const { size } = await handle.stat();
  const file: AsyncBuffer = {
    byteLength: size,
    slice: (start, end = size) => readRange(handle, start, end),
  };
  const metadata = await readFooter(file);
  checkSchema(metadata);
  const groups = metadata.row_groups.map((group) => Number(group.num_rows));
  const rows = groups.reduce((sum, count) => sum + count, 0);
  if (groups.some((count) => !Number.isSafeInteger(count) || count < 0) || rows > 2 ** 50) {
    throw new ParquetFault("its row groups say that they hold an impossible number of rows");
  }
  const columns = parquetSchema(metadata).children.map((child) => child.element.name);
  return { file, metadata, columns, rows };
}

/** Exactly these bytes. Throws ParquetFault when they lie outside the file. */
export async function readRange(
  handle: FileHandle,
  start: number,
  end: number,
): Promise<ArrayBuffer> {
  const bytes = new ArrayBuffer(Math.max(0, end - start));
  const { bytesRead } = await handle.read(new Uint8Array(bytes), 0, bytes.byteLength, start);
  if (bytesRead < bytes.byteLength) throw new ParquetFault("it names bytes beyond its end");
  return bytes;
}

async function readFooter(file: AsyncBuffer): Promise<FileMetaData> {
  if (file.byteLength < 12) throw new ParquetFault("it is too short to have a footer");
  const end = Buffer.from(await file.slice(file.byteLength - 8));
  const magic = end.toString("latin1", 4);
  if (magic === "PARE") throw new ParquetFault("it is encrypted");
  if (magic !== "PAR1") throw new ParquetFault("its end is missing; the copy may be incomplete");
  const length = end.readUInt32LE(0);
  if (length > file.byteLength - 12) {
    throw new ParquetFault("its footer would be longer than the file");
  }
  if (length > maxFooterBytes) {
    throw new ParquetFault(`its footer is larger than ${maxFooterBytes / 1024 ** 2} MB`);
  }
  try {
    return parquetMetadata(await file.slice(file.byteLength - length - 8), { geoparquet: false });
  } catch (cause) {
    throw new ParquetFault("its footer is damaged", { cause });
  }
}

function checkSchema({ schema }: FileMetaData): void {
  if (schema.length > maxColumns) {
    throw new ParquetFault(
      `it has ${schema.length.toLocaleString("en")} columns and nested fields; at most ${maxColumns.toLocaleString("en")} are read`,
    );
  }
  let at = 0;
  const visit = (depth: number) => {
    const element = schema[at++];
    if (!element) throw new ParquetFault("its schema is incomplete");
    if (depth > maxSchemaDepth) {
      throw new ParquetFault(`its columns are nested deeper than ${maxSchemaDepth} levels`);
    }
    if (isForbiddenName(element.name)) {
      throw new ParquetFault(`a column is named “${element.name}”, which is not allowed`);
    }
    for (let child = 0; child < (element.num_children ?? 0); child++) visit(depth + 1);
  };
  visit(0);
}

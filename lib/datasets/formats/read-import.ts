import { chooseImporter, noRecords } from "./detect.ts";
import type { ImportItem, ReadOptions } from "./port.ts";
import { sampleOfSource } from "./sample.ts";
import { type OnDisk, type OpenStream, openSource } from "./source.ts";

export type ImportOptions = ReadOptions & {
  /** An importer's id; detected when absent. */
  format?: string;
  /** Helps detection only. */
  fileName?: string;
  /** Where the file lies, for Parquet. */
  path?: string;
};

/**
 * Reads a file record by record, never more than one record and one chunk of it in memory. Every source record gives
 * exactly one item, so that accepted + errors = read. With `skipRecords`, items up to that record number are left out
 * (the number of the last item that was committed: reading goes on after it).
 * Throws `invalid_input` for an empty file, one without records, and columns that are not there;
 * `unsupported_format` for UTF-16, binary and unrecognised files; and whatever the stream itself throws.
 */
export async function* readImport(
  open: OpenStream,
  options: ImportOptions = {},
): AsyncGenerator<ImportItem> {
  const source = await openSource(open, diskOf(options));
  try {
    const sample = sampleOfSource(source, options.fileName ?? "");
    const importer = chooseImporter(options.format, sample);
    let items = 0;
    for await (const item of importer.read(source, options)) {
      items++;
      yield item;
    }
    if (items === 0 && !options.skipRecords) throw noRecords();
  } finally {
    await source.close();
  }
}

/** Rows can be left undecoded when a row is a record and nothing has to be detected from the first. */
function diskOf({ path, format, skipRecords }: ImportOptions): OnDisk | undefined {
  if (path === undefined) return undefined;
  const counted = format !== undefined && format !== "csv";
  return { path, skipRows: counted ? (skipRecords ?? 0) : 0 };
}

import { chooseImporter, noRecords } from "./detect.ts";
import type { ImportItem, ReadOptions } from "./port.ts";
import { sampleOfHead } from "./sample.ts";
import { type OpenStream, openSource } from "./source.ts";

export type ImportOptions = ReadOptions & {
  /** An importer's id; detected when absent. */
  format?: string;
  /** Helps detection only. */
  fileName?: string;
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
  const source = await openSource(open);
  try {
    const sample = sampleOfHead(source.head, source.layout, options.fileName ?? "");
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

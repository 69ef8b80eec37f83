import { type Candidate, chooseImporter, rankFormats } from "./detect.ts";
import type { AcceptedRecord, ErrorRecord, Layout } from "./port.ts";
import type { ImportOptions } from "./read-import.ts";
import { sampleOfSource } from "./sample.ts";
import { type OpenStream, openSource } from "./source.ts";

export type ImportPreview = {
  /** The format it was read with: the given one, else the best candidate. */
  format: string;
  label: string;
  layout: Layout;
  /** Other formats it may be in, most likely first. */
  candidates: Candidate[];
  records: AcceptedRecord[];
  errors: ErrorRecord[];
  /** Records that were looked at; more may follow when it equals the limit. */
  read: number;
};

/** Reads the first `limit` records (20) as an import would, and tells the format. Throws as readImport does. */
export async function previewImport(
  open: OpenStream,
  options: Omit<ImportOptions, "skipRecords"> & { limit?: number } = {},
): Promise<ImportPreview> {
  const limit = options.limit ?? 20;
  const source = await openSource(
    open,
    options.path === undefined ? undefined : { path: options.path },
  );
  try {
    const sample = sampleOfSource(source, options.fileName ?? "");
    const importer = chooseImporter(options.format, sample);
    const preview: ImportPreview = {
      format: importer.id,
      label: importer.label,
      layout: source.layout,
      candidates: rankFormats(sample),
      records: [],
      errors: [],
      read: 0,
    };
    for await (const item of importer.read(source, { columns: options.columns })) {
      preview.read++;
      if (item.kind === "record") preview.records.push(item);
      else preview.errors.push(item);
      if (preview.read >= limit) break;
    }
    return preview;
  } finally {
    await source.close();
  }
}

import { csvExporter } from "./exporters/csv.ts";
import type { Exporter } from "./exporters/exporter.ts";
import { messagesExporter } from "./exporters/messages.ts";
import { pairsExporter } from "./exporters/pairs.ts";
import { parquetExporter, parquetPairsExporter } from "./exporters/parquet.ts";
import { treesExporter } from "./exporters/trees.ts";

/** Every format that can be written. */
export const exporters = [
  messagesExporter,
  pairsExporter,
  csvExporter,
  treesExporter,
  parquetExporter,
  parquetPairsExporter,
] as const satisfies readonly Exporter[];

export type ExportFormat = (typeof exporters)[number]["id"];

import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { TableShape } from "../exporters/exporter.ts";

/** Rows of a group, and the text in them after which it ends sooner: bounds memory here and for whoever reads. */
const groupRows = 5_000;
const groupCharacters = 16_000_000;

/** Encodes rows as a Parquet file, Snappy-compressed; each group is handed on as it fills, the footer at the end. */
export class RowWriter {
  readonly #sink = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #columns: readonly string[];
  #rows: Record<string, unknown>[] = [];
  #characters = 0;

  constructor({ schema, columns }: TableShape) {
    this.#writer = new ParquetWriter({
      writer: this.#sink,
      schema: [...schema],
      codec: "SNAPPY",
      statistics: false,
      createdBy: "assay",
    });
    this.#columns = columns;
  }

  /** The bytes of a group that this row completes; else none. `characters`: about how much text is in the row. */
  add(row: Record<string, unknown>, characters: number): Uint8Array | undefined {
    this.#rows.push(row);
    this.#characters += characters;
    const full = this.#rows.length >= groupRows || this.#characters >= groupCharacters;
    return full ? this.#group() : undefined;
  }

  /** The last group and the footer. */
  end(): Uint8Array {
    if (this.#rows.length > 0) this.#encode();
    this.#writer.finish();
    return this.#taken();
  }

  #group(): Uint8Array {
    this.#encode();
    return this.#taken();
  }

  #encode(): void {
    const rows = this.#rows.splice(0);
    this.#characters = 0;
    const columnData = this.#columns.map((name) => ({ name, data: rows.map((row) => row[name]) }));
    this.#writer.write({ columnData, rowGroupSize: rows.length });
  }

  /** What was encoded since the last time; the place in the file counts on. */
  #taken(): Uint8Array {
    const bytes = new Uint8Array(this.#sink.getBuffer());
    this.#sink.index = 0;
    return bytes;
  }
}

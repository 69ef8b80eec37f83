import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { SchemaElement } from "hyparquet";
import { parseJson } from "../../core/parse-json.ts";
import { readRows } from "../formats/parquet/row-groups.ts";
import { RowWriter } from "../formats/parquet/row-writer.ts";
import { openTable } from "../formats/parquet/table.ts";

/** A row as it goes out: its body as JSON text; `time` (Unix, seconds) only where a step looks at it. */
export type OutRow = { id: number; body: string; time: number | null };

const text = {
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
} as const;
const schema: SchemaElement[] = [
  { name: "root", num_children: 3 },
  { name: "id", type: "INT64", repetition_type: "REQUIRED" },
  { name: "body", ...text, repetition_type: "REQUIRED" },
  { name: "time", type: "DOUBLE", repetition_type: "OPTIONAL" },
];

export const shardName = (number: number) => `${String(number).padStart(5, "0")}.parquet`;

/** Writes rows as one Parquet file. Throws what the disk throws. */
export async function writeShard(path: string, rows: readonly OutRow[]): Promise<void> {
  const writer = new RowWriter({ schema, columns: ["id", "body", "time"] });
  function* bytes() {
    for (const { id, body, time } of rows) {
      const group = writer.add({ id: BigInt(id), body, time }, body.length);
      if (group) yield group;
    }
    yield writer.end();
  }
  await pipeline(bytes, createWriteStream(path));
}

/** JSON text of a row that came back. */
export type ResultRow = { id: number; computed: string; asks: string };

/** Rows of a result shard in their order, with the Ray node that made it. Throws ParquetFault for a damaged file. */
export async function readShard(path: string): Promise<{ rayNode: string; rows: ResultRow[] }> {
  const file = await open(path);
  try {
    const table = await openTable(file);
    const rows: ResultRow[] = [];
    for await (const piece of readRows(table, 0, 0)) rows.push(...(piece as ResultRow[]));
    const rayNode = table.metadata.key_value_metadata?.find(({ key }) => key === "assay.ray_node");
    return { rayNode: rayNode?.value ?? "", rows };
  } finally {
    await file.close();
  }
}

/** Bodies may nest as deep as the longest chat; below what the parser bears. */
const deepest = 5000;
export const parseDeep = (json: string): unknown => parseJson(json, deepest);

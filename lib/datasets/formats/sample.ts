import { constants, gunzipSync } from "node:zlib";
import { checkBytes } from "./check-bytes.ts";
import { parseJsonRecord } from "./json-record.ts";
import { layoutOf } from "./layout.ts";
import { maxTreeJsonDepth, sampleBytes, sampleRecords } from "./limits.ts";
import type { Layout, Sample } from "./port.ts";
import { RowFault } from "./row-fault.ts";
import type { Source } from "./source.ts";
import { splitLines } from "./split-lines.ts";
import { ValueSplitter } from "./split-values.ts";

/** Of a compressed sample only so much is decompressed: at most 64 MB come out. */
const zippedBytes = 64 * 1024;

/** What detection looks at, from the first bytes of a file, compressed or not. Throws as openSource does. */
export function sampleOf(bytes: Uint8Array, fileName: string): Sample {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isZip = raw[0] === 0x1f && raw[1] === 0x8b;
  const plain = isZip
    ? gunzipSync(raw.subarray(0, zippedBytes), { finishFlush: constants.Z_SYNC_FLUSH })
    : raw;
  const head = plain.subarray(checkBytes(plain), sampleBytes);
  return sampleOfHead(head, layoutOf(head), fileName);
}

/** The same from the head of an open source. */
export function sampleOfSource({ head, layout, table }: Source, fileName: string): Sample {
  const sample = sampleOfHead(head, layout, fileName);
  return table ? { ...sample, columns: table.columns } : sample;
}

function sampleOfHead(head: Buffer, layout: Layout, fileName: string): Sample {
  const text = head.toString("utf8", 0, sampleBytes);
  return { fileName, layout, text, records: recordsOf(head, layout) };
}

/** The first records that can be read; the last of a cut sample is torn and left out. */
export function recordsOf(head: Buffer, layout: Layout): unknown[] {
  if (layout === "text") return [];
  const splitter = layout === "lines" ? splitLines() : new ValueSplitter(layout);
  const raws = splitter.push(head);
  const isTorn = raws.every((raw) => raw.fault !== undefined);
  if (head.length < sampleBytes || isTorn) raws.push(...splitter.end());
  const records: unknown[] = [];
  for (const raw of raws.slice(0, sampleRecords)) {
    if (raw.fault !== undefined) continue;
    try {
      records.push(parseJsonRecord(raw.bytes, raw.offset, maxTreeJsonDepth));
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
    }
  }
  return records;
}

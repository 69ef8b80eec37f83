import { golden, mix } from "./hash.ts";
import type { Banding } from "./settings.ts";

/** More texts than this in one bucket are told apart by further rows first: 128 × 128 / 2 comparisons take 0.5 ms. */
const crowd = 128;
/** Bands' worth of further rows for a crowded bucket, before its texts are compared with their neighbours only. */
const refinements = 6;

export type BucketReport = {
  /** Buckets that held more than 128 texts, where a pair near the threshold may have been missed. */
  crowded: number;
};

/**
 * Hashes the rows of one band and calls `visit` for each pair of rows (smaller first) that share a bucket.
 * A crowded bucket (texts with much in common, as templates make) is split by the rows of the next bands, so that the
 * work grows with the number of texts and not with its square; very similar texts stay together.
 */
export function createBucketWalk(signatures: Uint8Array, width: number, count: number) {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  const heads = new Int32Array(slots);
  const keys = new Uint32Array(count);
  const next = new Int32Array(count);
  const members: number[] = [];

  const keyOf = (row: number, from: number, rows: number) => {
    const start = row * width;
    let key = Math.imul(from + 1, golden);
    for (let i = from; i < from + rows; i++) {
      key = Math.imul(key ^ (signatures[start + (i % width)] as number), 0x01000193);
      key ^= key >>> 15;
    }
    return mix(key);
  };

  const build = (rows: Int32Array, from: number, length: number) => {
    heads.fill(-1);
    // Backwards, so that each chain runs from the smallest row to the largest.
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i] as number;
      const key = keyOf(row, from, length);
      let slot = key & (slots - 1);
      while (heads[slot] !== -1 && keys[heads[slot] as number] !== key)
        slot = (slot + 1) & (slots - 1);
      keys[row] = key;
      next[row] = heads[slot] as number;
      heads[slot] = row;
    }
  };

  return (rows: Int32Array, band: number, banding: Banding, visit: Visit): BucketReport => {
    const from = band * banding.rows;
    const report = { crowded: 0 };
    build(rows, from, banding.rows);
    for (let slot = 0; slot < slots; slot++) {
      const head = heads[slot] as number;
      if (head === -1 || next[head] === -1) continue;
      members.length = 0;
      for (let row = head; row !== -1; row = next[row] as number) members.push(row);
      if (members.length <= crowd) {
        visitAll(members, visit);
        continue;
      }
      report.crowded += 1;
      refine(members, from + banding.rows, refinements);
    }
    return report;

    function refine(crowded: readonly number[], at: number, deeper: number) {
      if (crowded.length <= crowd) return visitAll(crowded, visit);
      if (deeper === 0) return visitNeighbours(crowded, visit);
      const parts = new Map<number, number[]>();
      for (const row of crowded) {
        const key = keyOf(row, at % width, banding.rows);
        const part = parts.get(key);
        if (part) part.push(row);
        else parts.set(key, [row]);
      }
      for (const part of parts.values()) {
        if (part.length > 1) refine(part, at + banding.rows, deeper - 1);
      }
    }
  };
}

type Visit = (a: number, b: number) => void;

function visitAll(rows: readonly number[], visit: Visit) {
  for (let j = 1; j < rows.length; j++) {
    for (let i = 0; i < j; i++) visit(rows[i] as number, rows[j] as number);
  }
}

/** The first text of the crowd with all, and each with the few before it. */
function visitNeighbours(rows: readonly number[], visit: Visit) {
  for (let j = 1; j < rows.length; j++) {
    visit(rows[0] as number, rows[j] as number);
    for (let i = Math.max(1, j - 8); i < j; i++) visit(rows[i] as number, rows[j] as number);
  }
}

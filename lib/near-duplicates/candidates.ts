import { setImmediate as breathe } from "node:timers/promises";
import { createBucketWalk } from "./buckets.ts";
import { createEstimate } from "./estimate.ts";
import { type Banding, bandingFor } from "./settings.ts";
import type { Signatures } from "./signatures.ts";

export type CandidateOptions = {
  /** The Jaccard similarity that a pair must reach. */
  threshold: number;
  /** Bands × rows; by default the most rows that still find a pair at the threshold with probability 0.98. */
  banding?: Banding;
  /** Only pairs with at least one row from here on: what an incremental run adds. */
  fromRow?: number;
};

/** Row numbers, pair k is (a[k], b[k]) with a[k] < b[k], in the order of a, then b; each pair once. */
export type Candidates = {
  a: Uint32Array;
  b: Uint32Array;
  banding: Banding;
  /** Buckets too full to compare all with all, see buckets.ts. */
  crowdedBuckets: number;
};

/**
 * Pairs of rows that share a band and whose signatures say that the threshold may be reached. Rows with equal
 * signatures (copies, as a rule) stand for each other: only the first of them is compared with others, and each
 * further one is paired with it, so that a text that stands there 100,000 times costs 100,000 pairs.
 * The event loop gets a turn after each band; add no text meanwhile.
 */
export async function findCandidates(
  signatures: Signatures,
  options: CandidateOptions,
): Promise<Candidates> {
  const { threshold, fromRow = 0 } = options;
  const width = signatures.settings.permutations;
  const banding = options.banding ?? bandingFor(threshold, width);
  const bytes = signatures.bytes();
  const { count } = signatures;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (count * width) / 4);
  const similar = createEstimate(words, width / 4, threshold);
  const pairs = createPairs();
  const { firsts, copies } = splitCopies(words, width / 4, count);
  for (const [copy, first] of copies) if (copy >= fromRow) pairs.add(first, copy);

  const walk = createBucketWalk(bytes, width, count);
  let crowdedBuckets = 0;
  // Bands where all that share a bucket were compared: what met there needs no second look.
  const wholeBands: number[] = [];
  for (let band = 0; band < banding.bands; band++) {
    const { crowded } = walk(firsts, band, banding, (a, b) => {
      if (b < fromRow || !similar(a, b)) return;
      if (!sharesBand(bytes, width, a, b, wholeBands, banding)) pairs.add(a, b);
    });
    crowdedBuckets += crowded;
    if (crowded === 0) wholeBands.push(band);
    await breathe();
  }
  return { ...pairs.sorted(), banding, crowdedBuckets };
}

/** The first row of each signature, and each later row of it with that first one. */
function splitCopies(words: Uint32Array, wordsPerRow: number, count: number) {
  const firsts: number[] = [];
  const copies: [copy: number, first: number][] = [];
  const byHash = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    let hash = 0;
    const start = row * wordsPerRow;
    for (let i = 0; i < wordsPerRow; i++)
      hash = Math.imul(hash ^ (words[start + i] as number), 0x85ebca6b) ^ (hash >>> 13);
    const same = byHash.get(hash);
    const first = same?.find((other) => equalRows(words, wordsPerRow, other, row));
    if (first !== undefined) copies.push([row, first]);
    else {
      firsts.push(row);
      if (same) same.push(row);
      else byHash.set(hash, [row]);
    }
  }
  return { firsts: Int32Array.from(firsts), copies };
}

function equalRows(words: Uint32Array, wordsPerRow: number, a: number, b: number): boolean {
  for (let i = 0; i < wordsPerRow; i++) {
    if (words[a * wordsPerRow + i] !== words[b * wordsPerRow + i]) return false;
  }
  return true;
}

function sharesBand(
  bytes: Uint8Array,
  width: number,
  a: number,
  b: number,
  bands: readonly number[],
  { rows }: Banding,
): boolean {
  for (const band of bands) {
    let equal = 0;
    const from = band * rows;
    while (equal < rows && bytes[a * width + from + equal] === bytes[b * width + from + equal])
      equal++;
    if (equal === rows) return true;
  }
  return false;
}

/**
 * A set of pairs in one array of doubles: row numbers stay below 2^26 (67M texts), so that a pair is one exact double
 * that sorts natively. When the array is full, pairs that stand there twice go first, then it doubles.
 */
function createPairs() {
  let pairs = new Float64Array(1024);
  let count = 0;
  const compact = () => {
    const sorted = pairs.subarray(0, count).sort();
    count = 0;
    for (const pair of sorted) if (count === 0 || pairs[count - 1] !== pair) pairs[count++] = pair;
  };
  return {
    add(a: number, b: number) {
      if (count === pairs.length) {
        compact();
        if (count > pairs.length / 2) {
          const larger = new Float64Array(pairs.length * 2);
          larger.set(pairs);
          pairs = larger;
        }
      }
      pairs[count++] = a * 2 ** 26 + b;
    },
    sorted(): { a: Uint32Array; b: Uint32Array } {
      compact();
      const all = pairs.subarray(0, count);
      return {
        a: Uint32Array.from(all, (pair) => Math.floor(pair / 2 ** 26)),
        b: Uint32Array.from(all, (pair) => pair % 2 ** 26),
      };
    },
  };
}

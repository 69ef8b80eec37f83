import { type CandidateOptions, type Candidates, findCandidates } from "./candidates.ts";
import { createJaccard } from "./jaccard.ts";
import { defaultThreshold } from "./settings.ts";
import { createShingler, type Shingles } from "./shingles.ts";
import type { Signatures } from "./signatures.ts";

/** Ids of two texts and the exact Jaccard similarity of their shingles. `a` was added before `b`. */
export type Pair = { a: number; b: number; jaccard: number };

/** Texts of the ids asked for, in their order; null for one that is gone. At most 2 × 4,096 ids a call. */
export type TextsOf = (
  ids: readonly number[],
) => readonly (string | null)[] | Promise<readonly (string | null)[]>;

export type FindPairsOptions = Partial<CandidateOptions> & { textsOf: TextsOf };
export type FoundPairs = { pairs: Pair[] } & Pick<Candidates, "banding" | "crowdedBuckets"> & {
    /** Pairs whose texts were compared. */
    compared: number;
  };

/** Pairs verified at once: bounds the texts in memory, and is a query of a useful size. */
const pairsAtOnce = 4096;

/**
 * All near-duplicates: candidates from the signatures, each verified by the exact Jaccard similarity of its texts,
 * so a pair that is reported is one. A pair at the threshold is found with probability 0.98, one above it more surely
 * (`candidateProbability`). Of copies only the pairs with the first of them are reported; clusters are complete.
 */
export async function findPairs(
  signatures: Signatures,
  options: FindPairsOptions,
): Promise<FoundPairs> {
  const { textsOf, threshold = defaultThreshold, ...rest } = options;
  const { a, b, banding, crowdedBuckets } = findCandidates(signatures, { threshold, ...rest });
  const jaccard = createJaccard();
  const pairs: Pair[] = [];
  for (let from = 0; from < a.length; from += pairsAtOnce) {
    const until = Math.min(a.length, from + pairsAtOnce);
    const shingles = await shinglesOf(
      signatures,
      [a.subarray(from, until), b.subarray(from, until)],
      textsOf,
    );
    for (let i = from; i < until; i++) {
      const one = shingles.get(a[i] as number);
      const other = shingles.get(b[i] as number);
      const similarity = one && other ? jaccard(one, other) : 0;
      if (similarity < threshold) continue;
      const ids = { a: signatures.idAt(a[i] as number), b: signatures.idAt(b[i] as number) };
      pairs.push({ ...ids, jaccard: similarity });
    }
  }
  return { pairs, banding, crowdedBuckets, compared: a.length };
}

/** Shingles by row of all rows named, from their texts. */
async function shinglesOf(
  signatures: Signatures,
  rowLists: readonly Uint32Array[],
  textsOf: TextsOf,
): Promise<Map<number, Shingles>> {
  const shingle = createShingler(signatures.settings.shingle, signatures.settings.seed);
  const rows = [...new Set(rowLists.flatMap((list) => [...list]))];
  const texts = await textsOf(rows.map((row) => signatures.idAt(row)));
  const shingles = new Map<number, Shingles>();
  for (const [i, row] of rows.entries()) {
    const text = texts[i];
    if (typeof text !== "string") continue;
    const { hashes, length } = shingle(text);
    shingles.set(row, { hashes: hashes.slice(0, length), length });
  }
  return shingles;
}

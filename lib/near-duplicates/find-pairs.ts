import { type CandidateOptions, type Candidates, findCandidates } from "./candidates.ts";
import { createJaccard } from "./jaccard.ts";
import { defaultThreshold, type SignatureSettings } from "./settings.ts";
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
  const { a, b, banding, crowdedBuckets } = await findCandidates(signatures, {
    threshold,
    ...rest,
  });
  const jaccard = createJaccard();
  const pairs: Pair[] = [];
  for (let from = 0; from < a.length; from += pairsAtOnce) {
    const until = Math.min(a.length, from + pairsAtOnce);
    const batch = Array.from({ length: until - from }, (_, i) => ({
      a: signatures.idAt(a[from + i] as number),
      b: signatures.idAt(b[from + i] as number),
    }));
    for (const pair of await measureBatch(signatures.settings, batch, textsOf, jaccard)) {
      if (pair.jaccard >= threshold) pairs.push(pair);
    }
  }
  return { pairs, banding, crowdedBuckets, compared: a.length };
}

/** The exact similarity of each pair of ids, in their order; 0 where a text is gone. */
export async function measurePairs(
  settings: SignatureSettings,
  pairs: readonly Pick<Pair, "a" | "b">[],
  textsOf: TextsOf,
): Promise<Pair[]> {
  const jaccard = createJaccard();
  const measured: Pair[] = [];
  for (let from = 0; from < pairs.length; from += pairsAtOnce) {
    const batch = pairs.slice(from, from + pairsAtOnce);
    measured.push(...(await measureBatch(settings, batch, textsOf, jaccard)));
  }
  return measured;
}

async function measureBatch(
  settings: SignatureSettings,
  pairs: readonly Pick<Pair, "a" | "b">[],
  textsOf: TextsOf,
  jaccard: ReturnType<typeof createJaccard>,
): Promise<Pair[]> {
  const shingles = await shinglesOf(settings, pairs, textsOf);
  return pairs.map(({ a, b }) => {
    const one = shingles.get(a);
    const other = shingles.get(b);
    return { a, b, jaccard: one && other ? jaccard(one, other) : 0 };
  });
}

/** Shingles of all texts that the pairs name, by id. */
async function shinglesOf(
  settings: SignatureSettings,
  pairs: readonly Pick<Pair, "a" | "b">[],
  textsOf: TextsOf,
): Promise<Map<number, Shingles>> {
  const shingle = createShingler(settings.shingle, settings.seed);
  const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const texts = await textsOf(ids);
  const shingles = new Map<number, Shingles>();
  for (const [i, id] of ids.entries()) {
    const text = texts[i];
    if (typeof text !== "string") continue;
    const { hashes, length } = shingle(text);
    shingles.set(id, { hashes: hashes.slice(0, length), length });
  }
  return shingles;
}

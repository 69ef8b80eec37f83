import { z } from "zod";

/**
 * What makes two signatures comparable. Stored with them: signatures of other settings are refused.
 * Why these values: docs/decisions/010-near-duplicates.md.
 */
export const signatureSettings = z.strictObject({
  /** Characters of folded text in a shingle. */
  shingle: z.int().min(2).max(32).default(5),
  /** Values of a signature, one byte each. A power of two from 64, so that it is compared four values at a time. */
  permutations: z
    .union([z.literal(64), z.literal(128), z.literal(256), z.literal(512)])
    .default(256),
  seed: z.int().min(0).max(0xffffffff).default(1),
});
export type SignatureSettings = z.infer<typeof signatureSettings>;

/** Pairs with at least this Jaccard similarity of 5-character shingles are near-duplicates unless told otherwise. */
export const defaultThreshold = 0.5;

/** A pair exactly at the threshold is a candidate with at least this probability. */
const recallAtThreshold = 0.98;

export type Banding = { bands: number; rows: number };

/** The probability that two texts of Jaccard similarity `jaccard` share at least one band. */
export function candidateProbability(jaccard: number, { bands, rows }: Banding): number {
  return 1 - (1 - jaccard ** rows) ** bands;
}

/** The most rows a band (fewest false candidates) that still find a pair at the threshold. */
export function bandingFor(threshold: number, permutations: number): Banding {
  for (let rows = 16; rows > 1; rows--) {
    const banding = { bands: Math.floor(permutations / rows), rows };
    if (candidateProbability(threshold, banding) >= recallAtThreshold) return banding;
  }
  return { bands: permutations, rows: 1 };
}

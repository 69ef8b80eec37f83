import { seededRandom } from "#lib/near-duplicates/hash.ts";

/** A pair that was planted, by row, with its exact Jaccard similarity of 5-character shingles. */
export type PlantedPair = { a: number; b: number; jaccard: number };
export type PlantedTexts = { texts: string[]; planted: PlantedPair[] };

export const plantedAt = [0.5, 0.7, 0.8, 0.9];
/** A planted pair lies between its target and this much above it. */
const window = 0.05;
const vocabulary = 20_000;
const wordsPerText = 100;

/**
 * Lower-case texts of about 100 words (600 characters) with a Zipf-like vocabulary; one text in ten is the original
 * of a planted copy, the four similarities in turn. The same seed gives the same texts.
 */
export function plantTexts(count: number, seed: number): PlantedTexts {
  const random = seededRandom(seed);
  const words = Array.from({ length: vocabulary }, () => makeWord(random));
  const word = () => words[Math.floor(vocabulary * random() ** 3)] as string;
  const texts: string[] = [];
  const planted: PlantedPair[] = [];
  while (texts.length < count) {
    const length = Math.round(wordsPerText * (0.5 + random()));
    const original = Array.from({ length }, word);
    texts.push(original.join(" "));
    if (texts.length % 10 !== 0 || texts.length >= count) continue;
    const target = plantedAt[planted.length % plantedAt.length] as number;
    const { text, jaccard } = plantCopy(original, target, random, word);
    planted.push({ a: texts.length - 1, b: texts.length, jaccard });
    texts.push(text);
  }
  return { texts, planted };
}

/** Replaces words at random places until the similarity falls into the target's window. */
function plantCopy(
  original: readonly string[],
  target: number,
  random: () => number,
  word: () => string,
) {
  const before = shinglesOf(original.join(" "));
  for (;;) {
    const copy = [...original];
    let jaccard = 1;
    while (jaccard > target + window) {
      copy[Math.floor(random() * copy.length)] = word();
      jaccard = jaccardOf(before, shinglesOf(copy.join(" ")));
    }
    if (jaccard >= target) return { text: copy.join(" "), jaccard };
  }
}

function makeWord(random: () => number): string {
  const length = 2 + Math.floor(random() * 8);
  return Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join("");
}

/** Shingles as strings and sets: slow, and independent of what is measured. */
export function shinglesOf(text: string): Set<string> {
  const shingles = new Set<string>();
  for (let i = 0; i + 5 <= text.length; i++) shingles.add(text.slice(i, i + 5));
  return shingles;
}

export function jaccardOf(a: Set<string>, b: Set<string>): number {
  const shared = a.intersection(b).size;
  return shared / (a.size + b.size - shared);
}

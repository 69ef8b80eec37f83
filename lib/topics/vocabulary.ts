import type { Pause } from "./matrix.ts";
import { commonShare, fewestTexts, mostVocabulary } from "./settings.ts";

/** The words that can tell a topic, each with its number, its weight and in how many of the texts it stands. */
export type Vocabulary = {
  words: string[];
  numberOf: Map<string, number>;
  /** Logarithm of texts ÷ texts with the word. */
  weights: Float32Array;
  texts: Int32Array;
};

/** A text as its telling words: their numbers, ascending, and weights of length 1. */
export type WeightedWords = { words: Int32Array; weights: Float32Array };

/** Texts between two breaths: about 5 ms. */
const textsPerBreath = 100;

/**
 * Chooses the words from texts that were read. What stands in more than `commonShare` of them is left out, whatever the
 * language; the most frequent of the rest stay, in an order that does not depend on the order of the texts.
 */
export async function buildVocabulary(
  texts: readonly (readonly string[])[],
  pause: Pause,
): Promise<Vocabulary> {
  const counts = new Map<string, number>();
  for (const [at, text] of texts.entries()) {
    if (at % textsPerBreath === 0) await pause();
    for (const word of new Set(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const most = Math.max(fewestTexts, commonShare * texts.length);
  const chosen = [...counts]
    .filter(([, count]) => count >= fewestTexts && count <= most)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, mostVocabulary);
  return {
    words: chosen.map(([word]) => word),
    numberOf: new Map(chosen.map(([word], number) => [word, number])),
    weights: Float32Array.from(chosen, ([, count]) => Math.log(texts.length / count)),
    texts: Int32Array.from(chosen, ([, count]) => count),
  };
}

/** Each text as `weigh` has it. */
export async function weighAll(
  vocabulary: Vocabulary,
  texts: readonly (readonly string[])[],
  pause: Pause,
): Promise<WeightedWords[]> {
  const weighted: WeightedWords[] = [];
  for (const [at, text] of texts.entries()) {
    if (at % textsPerBreath === 0) await pause();
    weighted.push(weigh(vocabulary, text));
  }
  return weighted;
}

/** tf-idf with a logarithm of the count (a word said ten times is not ten times as telling), of length 1. */
export function weigh(vocabulary: Vocabulary, text: readonly string[]): WeightedWords {
  const counts = new Map<number, number>();
  for (const word of text) {
    const number = vocabulary.numberOf.get(word);
    if (number !== undefined) counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const words = Int32Array.from(counts.keys()).sort();
  const weights = Float32Array.from(
    words,
    (word) => (1 + Math.log(counts.get(word) ?? 1)) * (vocabulary.weights[word] ?? 0),
  );
  let square = 0;
  for (const weight of weights) square += weight * weight;
  const length = Math.sqrt(square) || 1;
  for (let at = 0; at < weights.length; at++) weights[at] = (weights[at] ?? 0) / length;
  return { words, weights };
}

import { seededRandom } from "../near-duplicates/hash.ts";
import { createMatrix, dot, type Matrix, normalise, type Pause } from "./matrix.ts";
import { dimensions } from "./settings.ts";
import type { WeightedWords } from "./vocabulary.ts";

/** Each word's place among a few directions: words that stand in the same texts lie close together. */
export type LatentSpace = { width: number; words: Matrix };

/** Rounds of the iteration: the gap between what is kept and what is not grows with each; more changes no topic. */
const rounds = 4;
/** Texts between two breaths: about 10 ms. */
const textsPerBreath = 500;

/**
 * Latent semantic analysis: the directions in which texts differ most, by subspace iteration from a seeded start
 * (Halko, Martinsson, Tropp 2011, algorithm 4.4). The same texts and seed give the same directions.
 * Memory: two blocks of words × width numbers.
 */
export async function findLatentSpace(
  texts: readonly WeightedWords[],
  vocabulary: number,
  seed: number,
  pause: Pause,
): Promise<LatentSpace> {
  const width = Math.max(1, Math.min(dimensions, Math.floor(texts.length / 3), vocabulary));
  const random = seededRandom(seed);
  let words = createMatrix(vocabulary, width);
  for (let at = 0; at < words.values.length; at++) words.values[at] = random() - 0.5;
  await orthonormalise(words, pause);
  for (let round = 0; round < rounds; round++) {
    words = await timesCovariance(texts, words, pause);
    await orthonormalise(words, pause);
  }
  return { width, words };
}

/** Where a text stands in the space, a vector of length 1, written into `into`. False for a text of nothing. */
export function placeText(space: LatentSpace, text: WeightedWords, into: Float32Array): boolean {
  into.fill(0);
  addWords(space.words, text, into);
  normalise(into);
  return into.some((value) => value !== 0);
}

function addWords({ values, width }: Matrix, text: WeightedWords, into: Float32Array): void {
  for (let at = 0; at < text.words.length; at++) {
    const from = (text.words[at] as number) * width;
    const weight = text.weights[at] as number;
    for (let column = 0; column < width; column++) {
      into[column] = (into[column] as number) + weight * (values[from + column] as number);
    }
  }
}

/** AᵀA · words, where A holds the texts as rows: text by text, so that A is never made. */
async function timesCovariance(
  texts: readonly WeightedWords[],
  words: Matrix,
  pause: Pause,
): Promise<Matrix> {
  const product = createMatrix(words.rows, words.width);
  const { values, width } = product;
  const latent = new Float32Array(width);
  for (const [index, text] of texts.entries()) {
    if (index % textsPerBreath === 0) await pause();
    latent.fill(0);
    addWords(words, text, latent);
    for (let at = 0; at < text.words.length; at++) {
      const to = (text.words[at] as number) * width;
      const weight = text.weights[at] as number;
      for (let column = 0; column < width; column++) {
        values[to + column] = (values[to + column] as number) + weight * (latent[column] as number);
      }
    }
  }
  return product;
}

/** Columns at right angles, each of length 1 (modified Gram-Schmidt, twice for the sake of rounding). */
async function orthonormalise(matrix: Matrix, pause: Pause): Promise<void> {
  const { rows, width, values } = matrix;
  const columns = Array.from({ length: width }, (_, column) =>
    Float32Array.from({ length: rows }, (_unused, row) => values[row * width + column] as number),
  );
  for (const [index, column] of columns.entries()) {
    await pause();
    for (let pass = 0; pass < 2; pass++) {
      for (const other of columns.slice(0, index)) {
        const share = dot(column, other);
        for (let row = 0; row < rows; row++) {
          column[row] = (column[row] as number) - share * (other[row] as number);
        }
      }
      normalise(column);
    }
  }
  for (const [column, from] of columns.entries()) {
    for (let row = 0; row < rows; row++) values[row * width + column] = from[row] as number;
  }
}

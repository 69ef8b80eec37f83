import type { Pooling } from "./encoder-config.ts";

/**
 * One vector a row out of one vector a token, as sentence-transformers does it: over the row's own tokens alone.
 * @param hidden token vectors, [rows, longest, size] in one array
 * @param lengths own tokens of each row, at least one; what stands behind them is padding
 */
export function poolVectors(
  hidden: ArrayLike<number>,
  lengths: readonly number[],
  longest: number,
  size: number,
  pooling: Pooling,
  normalize: boolean,
): Float32Array[] {
  return lengths.map((length, row) => {
    const start = row * longest * size;
    const vector = new Float32Array(size);
    for (let d = 0; d < size; d++) {
      vector[d] = poolOne(hidden, start + d, pooling === "cls" ? 1 : length, size, pooling);
    }
    return normalize ? normalized(vector) : vector;
  });
}

/** Summed in float64: the order of a float32 sum would show in the last digits. */
function poolOne(
  hidden: ArrayLike<number>,
  at: number,
  length: number,
  size: number,
  pooling: Pooling,
): number {
  let sum = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < length; token++) {
    const value = Number(hidden[at + token * size]);
    sum += value;
    if (value > most) most = value;
  }
  return pooling === "max" ? most : sum / length;
}

/** A vector of zeros stays as it is: it has no direction. */
function normalized(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares);
  return norm > 0 ? vector.map((value) => value / norm) : vector;
}

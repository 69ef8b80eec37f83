export type Neighbour = {
  /** Number of the vector, in the order of building. */
  index: number;
  /** Dot product with the query, from 8 bits a dimension: about 0.001 off for vectors of length 1. */
  score: number;
};

/** The `k` rows of the greatest scores, best first; ties by number. */
export function topOf(rows: Uint32Array, scores: Float64Array, k: number): Neighbour[] {
  const threshold = nthGreatest(scores.slice(), k);
  const found: Neighbour[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score >= threshold) found.push({ index: rows[i] as number, score });
  }
  return found.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, k);
}

/** The `n`-th greatest of `values`, which it puts in another order (Hoare's selection); -Infinity beyond the last. */
export function nthGreatest(values: Float32Array | Float64Array, n: number): number {
  if (n > values.length) return Number.NEGATIVE_INFINITY;
  const place = n - 1;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) > pivot) i++;
      while ((values[j] as number) < pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place] as number;
}

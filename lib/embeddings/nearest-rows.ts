/** What a search by vectors finds: which of the vectors searched, and its inner product with the query. */
export type Near = { index: number; score: number };

/**
 * The `k` vectors nearest to `query` by inner product, the nearest first; of two as near, the later one first. Exact: every
 * vector is read once and none is kept.
 * @param vectors of length 1, as `query` is; then a score is the cosine
 */
export async function nearest(
  vectors: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  query: Float32Array,
  k: number,
): Promise<Near[]> {
  const best: Near[] = [];
  let index = -1;
  for await (const vector of vectors) {
    index++;
    const score = product(vector, query);
    if (best.length === k && score < (best.at(-1)?.score ?? 0)) continue;
    const place = best.findIndex((one) => one.score <= score);
    best.splice(place < 0 ? best.length : place, 0, { index, score });
    if (best.length > k) best.pop();
  }
  return best;
}

/** As many as an index of 8-bit vectors is asked for, so that the `k` nearest by the vectors themselves are among them. */
export const compared = (k: number) => 4 * k + 16;

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

import { describe, expect, it } from "vitest";
import { seededRandom } from "../stats/random.ts";
import { nearest } from "./nearest-rows.ts";

async function* each(vectors: readonly number[][]) {
  for (const vector of vectors) yield Float32Array.from(vector);
}

describe("the nearest vectors", () => {
  it("are those of the largest products, in order, as sorting all of them says", async () => {
    const random = seededRandom(4);
    const draw = () => [random.next() - 0.5, random.next() - 0.5, random.next()];
    const vectors = Array.from({ length: 400 }, draw);
    const query = Float32Array.from([0.4, -0.3, 0.8]);
    const sorted = vectors
      .map(([x = 0, y = 0, z = 0], index) => ({
        index,
        score: Math.fround(x) * 0.4 + Math.fround(y) * -0.3 + Math.fround(z) * 0.8,
      }))
      .sort((a, b) => b.score - a.score);
    const found = await nearest(each(vectors), query, 12);
    expect(found.map((one) => one.index)).toEqual(sorted.slice(0, 12).map((one) => one.index));
  });

  it("are all there are when there are fewer, and of equals the later first", async () => {
    expect(await nearest(each([]), new Float32Array(1), 3)).toEqual([]);
    const found = await nearest(each([[1], [2], [2]]), Float32Array.from([1]), 5);
    expect(found.map((one) => one.index)).toEqual([2, 1, 0]);
    const one = await nearest(each([[2], [1], [2], [0]]), Float32Array.from([1]), 1);
    expect(one).toEqual([{ index: 2, score: 2 }]);
  });
});

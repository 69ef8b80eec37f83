import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasDirection, packVector, unpackVector } from "./vector-bytes.ts";

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
};

describe("stored vectors", () => {
  it("have length 1 and the direction they had, in two bytes a number", () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    const vectors = fc.array(number, { minLength: 8, maxLength: 400 });
    fc.assert(
      fc.property(vectors, (vector) => {
        fc.pre(vector.some((value) => Math.abs(value) > 1e-3));
        const bytes = packVector(vector);
        expect(bytes.length).toBe(2 * vector.length);
        const back = unpackVector(bytes);
        expect(cosine(vector, back)).toBeGreaterThan(1 - 1e-5);
        expect(Math.hypot(...back)).toBeCloseTo(1, 2);
      }),
    );
  });

  it("read the same from the middle of a buffer, as Postgres gives it", () => {
    const bytes = packVector([1, 2, -3]);
    const larger = new Uint8Array(17).fill(255);
    larger.set(bytes, 5);
    expect(unpackVector(larger.subarray(5, 11))).toEqual(unpackVector(bytes));
  });

  it("without a direction are refused", () => {
    expect([hasDirection([0, 0]), hasDirection([]), hasDirection([0, -1e-9])]).toEqual([
      false,
      false,
      true,
    ]);
    for (const bad of [[0, 0], [Number.NaN, 1], [Number.POSITIVE_INFINITY, 1], []]) {
      expect(() => packVector(bad)).toThrow(TypeError);
    }
  });
});

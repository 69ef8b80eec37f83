import { describe, expect, it } from "vitest";
import { poolVectors } from "./pool-vectors.ts";

// Two rows of three places and two numbers; the first row has two tokens of its own.
const hidden = [1, -4, 3, -2, 99, 99, 3, 4, 0, 0, 0, 0];

describe("pooling", () => {
  it.each([
    ["mean", [2, -3], [1, 4 / 3]],
    ["cls", [1, -4], [3, 4]],
    ["max", [3, -2], [3, 4]],
  ] as const)("%s looks at a row's own tokens alone", (pooling, first, second) => {
    const [one, two] = poolVectors(hidden, [2, 3], 3, 2, pooling, false);
    expect([...(one ?? [])]).toEqual(first);
    for (const [i, value] of second.entries()) expect(two?.[i]).toBeCloseTo(value, 6);
  });

  it("cuts to length 1 when asked, and leaves what has no direction", () => {
    const [, two] = poolVectors(hidden, [2, 3], 3, 2, "cls", true);
    expect(two?.[0]).toBeCloseTo(0.6, 6);
    expect(two?.[1]).toBeCloseTo(0.8, 6);
    expect([...(poolVectors([0, 0], [1], 1, 2, "mean", true)[0] ?? [])]).toEqual([0, 0]);
  });

  it("takes the largest of negative numbers", () => {
    expect(poolVectors([-5, -3], [2], 2, 1, "max", false)[0]?.[0]).toBe(-3);
  });
});

import { describe, expect, it } from "vitest";
import { timeTicks } from "./time-ticks.ts";

const hour = 3_600_000;

describe("times on an axis", () => {
  it("are round on the reader's clock, and few", () => {
    const to = new Date(2026, 2, 10, 16, 37, 12).getTime();
    for (const hours of [1, 24, 24 * 7, 24 * 30]) {
      const ticks = timeTicks(to - hours * hour, to);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }
    const day = timeTicks(to - 24 * hour, to).map((at) => new Date(at).getHours());
    expect(day).toEqual([18, 0, 6, 12]);
    const minutes = timeTicks(to - hour, to).map((at) => new Date(at).getMinutes());
    expect(minutes).toEqual([40, 50, 0, 10, 20, 30]);
  });

  it("are none where there is no room for one", () => {
    const at = new Date(2026, 2, 10, 16, 37, 12).getTime();
    expect(timeTicks(at, at)).toEqual([]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsInSlots } from "./slots.ts";
import { takeSome } from "./use-rows-by-frames.ts";

describe("elements that take their rows over several frames", () => {
  it("show no row twice on the way, and all that are wanted in the end", () => {
    const place = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(
        ...[place, place, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 })],
        (from, to, pool, most) => {
          const wanted = rowsInSlots(to, pool, 300);
          let shown: readonly number[] = rowsInSlots(from, pool, 300);
          for (let frame = 0; frame * most < pool; frame++) {
            const next = takeSome(shown, wanted, most);
            expect(new Set(next).size).toBe(pool);
            const moved = next.filter((row, slot) => row !== shown[slot]);
            expect(moved.length).toBeLessThanOrEqual(most);
            shown = next;
          }
          expect(shown).toEqual(wanted);
        },
      ),
    );
  });

  it("take those in the middle first", () => {
    expect(takeSome([0, 1, 2, 3, 4], [10, 11, 12, 13, 14], 3)).toEqual([0, 11, 12, 13, 4]);
  });
});

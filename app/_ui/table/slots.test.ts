import fc from "fast-check";
import { expect, it } from "vitest";
import { rowsInSlots } from "./slots.ts";

const given = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 60 }), fc.nat(300));

it("shows each row from the first on once, as many as there are elements", () => {
  fc.assert(
    fc.property(given, ([first, pool, count]) => {
      const rows = rowsInSlots(first, pool, count).sort((a, b) => a - b);
      const from = Math.max(0, Math.min(first, count - pool));
      expect(rows).toEqual(Array.from({ length: Math.min(pool, count) }, (_, n) => from + n));
    }),
  );
});

it("leaves a row where it is for as long as it is shown", () => {
  fc.assert(
    fc.property(given, fc.nat(40), ([first, pool, count], further) => {
      const before = rowsInSlots(first, pool, count);
      const after = rowsInSlots(first + further, pool, count);
      for (const [slot, row] of before.entries()) {
        if (after.includes(row)) expect(after[slot]).toBe(row);
      }
    }),
  );
});

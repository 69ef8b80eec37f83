import { expect, it } from "vitest";
import { spreadOut } from "./spread.ts";

const nearest = (places: Float32Array) => {
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < places.length; a += 2) {
    for (let b = 0; b < a; b += 2) {
      const x = (places[a] as number) - (places[b] as number);
      const y = (places[a + 1] as number) - (places[b + 1] as number);
      least = Math.min(least, Math.hypot(x, y));
    }
  }
  return least;
};

it("moves points at one place apart, the same way each time, and leaves far ones where they are", async () => {
  const places = new Float32Array(400);
  places.set([0.9, -0.9], 398);
  const again = places.slice();
  await spreadOut(places, async () => {});
  await spreadOut(again, async () => {});
  expect(again).toEqual(places);
  expect(nearest(places)).toBeGreaterThan(0.02);
  expect([...places.subarray(398)]).toEqual([...new Float32Array([0.9, -0.9])]);
});

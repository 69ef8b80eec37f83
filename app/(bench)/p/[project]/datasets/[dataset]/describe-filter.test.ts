import { expect, it } from "vitest";
import { describeFilter } from "./describe-filter.ts";

const titles = new Map([
  [1, "Refund · order"],
  [2, "Bike · tyre"],
]);
const area: [number, number][] = [
  [0, 0],
  [1, 0],
  [0, 1],
];

it("says topics by their titles, and an area as what it is", () => {
  expect(describeFilter({ map: { id: 7, topics: [1] } }, titles)).toBe("in topic “Refund · order”");
  expect(describeFilter({ lang: ["en"], map: { id: 7, topics: [1, 2], area } }, titles)).toBe(
    "language: en; in topics “Refund · order”, “Bike · tyre”, in an area of the map",
  );
  expect(describeFilter({ map: { id: 7, area } })).toBe("in an area of the map");
  expect(describeFilter({ map: { id: 7 } })).toBe("on the map of topics 7");
});

it("says numbers where nobody knows the titles, and how many more there are", () => {
  expect(describeFilter({ map: { id: 7, topics: [1, 3] } })).toBe("in topics 1, 3 of map 7");
  expect(describeFilter({ map: { id: 7, topics: [1, 2, 3, 4, 5] } }, titles)).toBe(
    "in topics “Refund · order”, “Bike · tyre”, 3 and 2 more",
  );
});

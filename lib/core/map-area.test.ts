import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasetFilterSchema } from "./dataset-filter.ts";
import { formatArea, insideArea, type MapPoint, parseArea, simplifyArea } from "./map-area.ts";

const square: MapPoint[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
/** A U, open to the top. */
const concave: MapPoint[] = [
  [0, 0],
  [3, 0],
  [3, 3],
  [2, 3],
  [2, 1],
  [1, 1],
  [1, 3],
  [0, 3],
];

describe("insideArea", () => {
  it("counts the line and the corners in", () => {
    for (const point of [
      [0, 0],
      [1, 1],
      [0.5, 0],
      [1, 0.25],
      [0, 1],
    ] as MapPoint[]) {
      expect(insideArea(point, square), String(point)).toBe(true);
    }
    for (const point of [
      [1.001, 0.5],
      [-0.001, 0],
      [0.5, 2],
    ] as MapPoint[]) {
      expect(insideArea(point, square), String(point)).toBe(false);
    }
  });

  it("knows the gap of a concave area", () => {
    expect(insideArea([0.5, 2], concave)).toBe(true);
    expect(insideArea([1.5, 2], concave)).toBe(false);
    expect(insideArea([1.5, 1], concave)).toBe(true);
  });

  it("does not mind which way round the line was drawn", () => {
    const point = fc.tuple(
      fc.double({ min: -1, max: 4, noNaN: true }),
      fc.double({ min: -1, max: 4, noNaN: true }),
    );
    fc.assert(
      fc.property(
        point,
        (at) => insideArea(at, concave) === insideArea(at, [...concave].reverse()),
      ),
    );
  });
});

describe("simplifyArea", () => {
  it("keeps the shape of a drawn circle with few corners", () => {
    const drawn = Array.from({ length: 400 }, (_, at): MapPoint => {
      const turn = (at / 400) * 2 * Math.PI;
      return [0.5 * Math.cos(turn), 0.5 * Math.sin(turn)];
    });
    const corners = simplifyArea(drawn, 40) ?? [];
    expect(corners.length).toBeLessThanOrEqual(40);
    expect(insideArea([0.47, 0], corners)).toBe(true);
    expect(insideArea([0.36, 0.36], corners)).toBe(false);
    expect(datasetFilterSchema.parse({ map: { id: 1, area: corners } }).map?.area).toEqual(corners);
  });

  it("is undefined for a click and for a line", () => {
    expect(simplifyArea([[0, 0]])).toBeUndefined();
    expect(
      simplifyArea([
        [0, 0],
        [0.5, 0.5],
        [1, 1],
        [0.2, 0.2],
      ]),
    ).toBeUndefined();
  });
});

describe("the area in an address", () => {
  it("is read as it was written", () => {
    const corners = simplifyArea(concave) ?? [];
    expect(parseArea(formatArea(corners))).toEqual(corners);
  });

  it.each([
    "",
    "1_2_3_4",
    "1_2_3_4_5",
    "a_b_c_d_e_f",
    "1_2_3_4_5_11",
    Array(202).fill("1").join("_"),
  ])("is left out when it is none: %s", (text) => expect(parseArea(text)).toBeUndefined());
});

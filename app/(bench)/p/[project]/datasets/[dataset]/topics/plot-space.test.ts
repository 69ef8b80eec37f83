import { expect, it } from "vitest";
import { fitSpace, nearestPoint, placeTitles, toPixels, toPlace } from "./plot-space.ts";

const points = { ids: [1, 2], topics: [1, 0], x: [0.5, 0], y: [0.5, -1.3] };

it("all points are inside of the plot, and a pixel is the place it shows", () => {
  const space = fitSpace(points, 600, 400);
  for (const at of [0, 1]) {
    const [x, y] = toPixels(space, [points.x[at] ?? 0, points.y[at] ?? 0]);
    expect(x).toBeGreaterThan(0);
    expect(y).toBeLessThan(400);
    expect(toPlace(space, [x, y])[0]).toBeCloseTo(points.x[at] ?? 0);
    expect(nearestPoint(space, points, [x + 3, y], 6)).toBe(at);
    expect(nearestPoint(space, points, [x + 9, y], 6)).toBeUndefined();
  }
});

it("titles keep off one another and inside of the plot; one without a place is left out", () => {
  const title = (name: string) => ({ name, at: [10, 50] as const, width: 80, height: 20 });
  const placed = placeTitles(
    Array.from({ length: 9 }, (_, at) => title(String(at))),
    { width: 200, height: 100 },
  );
  expect(placed[0]?.title.name).toBe("0");
  expect(placed.length).toBeGreaterThan(2);
  expect(placed.length).toBeLessThan(9);
  for (const { box } of placed) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThanOrEqual(100);
  }
});

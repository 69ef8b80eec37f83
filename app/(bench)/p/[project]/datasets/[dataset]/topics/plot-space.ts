import type { MapPoint } from "#lib/core/map-area.ts";

/** Points of a map in arrays, one entry a point in each. */
export type PlotPoints = { ids: number[]; topics: number[]; x: number[]; y: number[] };
export type PlotTopic = { number: number; title: string; size: number; x: number; y: number };

/** From places on the map (y upwards) to pixels of the plot (y downwards). */
export type PlotSpace = {
  scaleX: number;
  scaleY: number;
  left: number;
  top: number;
  width: number;
  height: number;
};

/** Pixels around the outermost points. */
const margin = 28;
/** A wide plot stretches the map by as much as this: which points are neighbours stays the same. */
const widest = 1.7;

/** The space in which all points of a map are seen. */
export function fitSpace(
  { x, y }: Pick<PlotPoints, "x" | "y">,
  width: number,
  height: number,
): PlotSpace {
  let [west, east, south, north] = [-1, 1, -1, 1];
  for (let at = 0; at < x.length; at++) {
    [west, east] = [Math.min(west, x[at] as number), Math.max(east, x[at] as number)];
    [south, north] = [Math.min(south, y[at] as number), Math.max(north, y[at] as number)];
  }
  const roomX = Math.max(1, (width - 2 * margin) / (east - west));
  const roomY = Math.max(1, (height - 2 * margin) / (north - south));
  const scaleX = Math.min(roomX, widest * roomY);
  const scaleY = Math.min(roomY, widest * roomX);
  return {
    ...{ scaleX, scaleY, width, height },
    left: width / 2 - (scaleX * (east + west)) / 2,
    top: height / 2 + (scaleY * (north + south)) / 2,
  };
}

export const toPixels = (space: PlotSpace, [x, y]: MapPoint): [number, number] => [
  space.left + space.scaleX * x,
  space.top - space.scaleY * y,
];

export const toPlace = (space: PlotSpace, [px, py]: MapPoint): [number, number] => [
  (px - space.left) / space.scaleX,
  (space.top - py) / space.scaleY,
];

/** The point nearest to a pixel, at most `reach` pixels away; undefined where there is none. */
export function nearestPoint(
  space: PlotSpace,
  points: PlotPoints,
  at: MapPoint,
  reach: number,
): number | undefined {
  const [x, y] = toPlace(space, at);
  let least = reach ** 2;
  let nearest: number | undefined;
  for (let index = 0; index < points.ids.length; index++) {
    const square =
      (space.scaleX * ((points.x[index] as number) - x)) ** 2 +
      (space.scaleY * ((points.y[index] as number) - y)) ** 2;
    if (square <= least) [least, nearest] = [square, index];
  }
  return nearest;
}

export type Box = { x: number; y: number; width: number; height: number };

const overlaps = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/**
 * Where titles stand: at the middle of their topic, or a little above or below, inside the plot and never over another
 * one. Those that come first have the first choice; a title without a place is left out.
 */
export function placeTitles<T extends { at: MapPoint; width: number; height: number }>(
  titles: readonly T[],
  { width, height }: Pick<PlotSpace, "width" | "height">,
): { title: T; box: Box }[] {
  const placed: { title: T; box: Box }[] = [];
  for (const title of titles) {
    for (const shift of [0, -1.1, 1.1]) {
      const box = {
        x: Math.min(Math.max(title.at[0] - title.width / 2, 2), width - title.width - 2),
        y: Math.min(
          Math.max(title.at[1] + (shift - 0.5) * title.height, 2),
          height - title.height - 2,
        ),
        ...{ width: title.width, height: title.height },
      };
      if (box.x < 0 || placed.some((other) => overlaps(other.box, box))) continue;
      placed.push({ title, box });
      break;
    }
  }
  return placed;
}

/** An area of a topic map: a closed line through 3 to 100 points `[x, y]`, as a lasso draws it. */
export type MapPoint = readonly [x: number, y: number];

export const fewestCorners = 3;
export const mostCorners = 100;
/** A map fills the square from -1 to 1; an area may reach a little beyond it. */
export const farthest = 10;
/** Most topics of a map; number 0 is the topic of texts that are too short to place. */
export const mostTopics = 60;

/** Coordinates are rounded to this step: a thousandth of a map is less than a dot. */
const step = 1000;
/** As near to the line as Postgres counts it to be on it (EPSILON of its geometric types). */
const onLine = 1e-6;

/**
 * Whether a point lies in an area or on its line. An area whose line crosses itself holds what the line goes round
 * (non-zero winding), as Postgres' `point <@ polygon` and a canvas' fill have it.
 */
export function insideArea([x, y]: MapPoint, area: readonly MapPoint[]): boolean {
  let winding = 0;
  for (const [index, [ax, ay]] of area.entries()) {
    const [bx, by] = area[(index + 1) % area.length] as MapPoint;
    const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
    const length = Math.hypot(bx - ax, by - ay);
    const between =
      x >= Math.min(ax, bx) - onLine &&
      x <= Math.max(ax, bx) + onLine &&
      y >= Math.min(ay, by) - onLine &&
      y <= Math.max(ay, by) + onLine;
    if (between && Math.abs(side) <= onLine * Math.max(length, onLine)) return true;
    if (ay <= y && by > y && side > 0) winding += 1;
    if (ay > y && by <= y && side < 0) winding -= 1;
  }
  return winding !== 0;
}

const rounded = (value: number) => Math.round(value * step) / step;

/**
 * The line of a drawn area with at most `most` corners: those farthest from the straight line between their neighbours
 * stay (Visvalingam: the corner with the smallest triangle goes first). Undefined when no area is left.
 */
export function simplifyArea(
  drawn: readonly MapPoint[],
  most = mostCorners,
): [number, number][] | undefined {
  const corners = drawn
    .map(([x, y]): [number, number] => [rounded(x), rounded(y)])
    .filter(([x, y], at, all) => at === 0 || x !== all[at - 1]?.[0] || y !== all[at - 1]?.[1]);
  while (corners.length > fewestCorners) {
    let least = Number.POSITIVE_INFINITY;
    let flattest = 0;
    for (let at = 0; at < corners.length; at++) {
      const size = triangle(corners, at);
      if (size < least) [least, flattest] = [size, at];
    }
    if (corners.length <= most && least > smallestTriangle) break;
    corners.splice(flattest, 1);
  }
  return corners.length >= fewestCorners && areaSize(corners) > smallestArea ? corners : undefined;
}

/** A corner that changes less than this is not worth its place in an address: half a dot. */
const smallestTriangle = 0.0002;
/** Less than a few dots was a slip of the hand. */
const smallestArea = 0.0005;

function triangle(corners: readonly MapPoint[], at: number): number {
  const [a, b, c] = [at - 1, at, at + 1].map(
    (place) => corners[(place + corners.length) % corners.length] as MapPoint,
  ) as [MapPoint, MapPoint, MapPoint];
  return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
}

function areaSize(corners: readonly MapPoint[]): number {
  let sum = 0;
  for (const [at, [x, y]] of corners.entries()) {
    const [nextX, nextY] = corners[(at + 1) % corners.length] as MapPoint;
    sum += x * nextY - nextX * y;
  }
  return Math.abs(sum) / 2;
}

/** `0.1_-0.5_…`: an area as an address holds it. */
export const formatArea = (area: readonly MapPoint[]): string => area.flat().join("_");

/** Reads what `formatArea` wrote; undefined for anything else. */
export function parseArea(text: string): [number, number][] | undefined {
  if (!/^-?\d{1,2}(\.\d{1,6})?(_-?\d{1,2}(\.\d{1,6})?)*$/.test(text)) return undefined;
  const values = text.split("_").map(Number);
  const corners = values.length / 2;
  if (!Number.isInteger(corners) || corners < fewestCorners || corners > mostCorners) {
    return undefined;
  }
  if (values.some((value) => Math.abs(value) > farthest)) return undefined;
  return Array.from({ length: corners }, (_, at) => [values[2 * at] ?? 0, values[2 * at + 1] ?? 0]);
}

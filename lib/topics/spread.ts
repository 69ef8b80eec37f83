import type { Pause } from "./matrix.ts";

/** Share of the square that discs around the points would fill: enough to see each, with gaps between groups. */
const filled = 0.3;
/** Few points are not blown up to fill the map. */
const largestRadius = 0.03;
/** Rounds after which hardly a point moves. */
const rounds = 60;

/**
 * Moves points apart, in place, until discs around them hardly overlap: in a group that is drawn as one dot nothing can
 * be pointed at. Groups grow with their number of points and keep their neighbours. Points must lie in the square from
 * -1 to 1. Work grows with the number of points, by a grid.
 */
export async function spreadOut(places: Float32Array, pause: Pause): Promise<void> {
  const count = places.length / 2;
  const radius = Math.min(largestRadius, Math.sqrt((filled * 4) / (Math.PI * Math.max(count, 1))));
  const reach = 2 * radius;
  for (let round = 0; round < rounds; round++) {
    await pause();
    const cells = cellsOf(places, reach);
    let moved = 0;
    for (let point = 0; point < count; point++) moved += pushNear(places, point, cells, reach);
    if (moved < count / 100) return;
  }
}

/** Cells of the grid are named by column and row; so many columns reach far beyond the square. */
const columns = 4096;
const cellAt = (x: number, y: number, size: number) =>
  (Math.floor(x / size) + columns / 2) * columns + Math.floor(y / size) + columns / 2;

function cellsOf(places: Float32Array, size: number): Map<number, number[]> {
  const cells = new Map<number, number[]>();
  for (let point = 0; point < places.length / 2; point++) {
    const cell = cellAt(places[2 * point] as number, places[2 * point + 1] as number, size);
    const points = cells.get(cell);
    if (points) points.push(point);
    else cells.set(cell, [point]);
  }
  return cells;
}

/** Pushes a point and each of those after it that are too near half the way apart. Returns how many there were. */
function pushNear(
  places: Float32Array,
  point: number,
  cells: ReadonlyMap<number, number[]>,
  reach: number,
): number {
  const here = cellAt(places[2 * point] as number, places[2 * point + 1] as number, reach);
  let moved = 0;
  for (let column = -1; column <= 1; column++) {
    for (let row = -1; row <= 1; row++) {
      for (const other of cells.get(here + column * columns + row) ?? []) {
        if (other > point && pushApart(places, point, other, reach)) moved += 1;
      }
    }
  }
  return moved;
}

/** Less than this share of the distance that is missing is not worth a move. */
const slack = 0.9;

function pushApart(places: Float32Array, a: number, b: number, reach: number): boolean {
  const x = (places[2 * b] as number) - (places[2 * a] as number);
  const y = (places[2 * b + 1] as number) - (places[2 * a + 1] as number);
  const distance = Math.hypot(x, y);
  if (distance >= slack * reach) return false;
  // Two at one place part in a direction that their numbers give.
  const turn = distance < 1e-6 ? a * 2.4 + b : Math.atan2(y, x);
  const step = 0.25 * (reach - distance);
  const [dx, dy] = [step * Math.cos(turn), step * Math.sin(turn)];
  places[2 * a] = (places[2 * a] as number) - dx;
  places[2 * a + 1] = (places[2 * a + 1] as number) - dy;
  places[2 * b] = (places[2 * b] as number) + dx;
  places[2 * b + 1] = (places[2 * b + 1] as number) + dy;
  return true;
}

import { seededRandom } from "../near-duplicates/hash.ts";
import { createMatrix, dotRows, type Matrix, type Pause, rowOf } from "./matrix.ts";
import { spreadOut } from "./spread.ts";

/** Places in the plane, x and y in turn. */
export type Places = Float32Array;

/** Neighbours that a row is drawn to. Fewer tear topics apart, more press them into one another. */
const neighbours = 15;
/** Rounds of the layout. */
const rounds = 250;
/** Strangers that push a row away, for each neighbour that draws it. */
const strangers = 5;
/** Shape of the forces: of UMAP for spread 1 and minimal distance 0.1, as its authors fitted them. */
const shapeA = 1.577;
const shapeB = 0.895;
/** Longest step of one force. */
const mostMove = 4;

/**
 * Places rows in the plane so that rows alike lie together: the layout of UMAP (McInnes, Healy, Melville 2018, without its
 * fuzzy weights) over the 15 nearest neighbours, from a start at the two widest directions of the space. Rows must be
 * vectors of length 1. What would be drawn as one dot is moved apart. The same rows and seed give the same places. Every pair is compared: 3,000 rows are a second.
 */
export async function layOut(rows: Matrix, seed: number, pause: Pause): Promise<Places> {
  const nearest = await findNeighbours(rows, pause);
  const places = startPlaces(rows, seed);
  await settle(places, nearest, seed, pause);
  fitSquare(places);
  await spreadOut(places, pause);
  return fitSquare(places);
}

/** The numbers of the nearest rows of each row, the nearest first. */
async function findNeighbours(rows: Matrix, pause: Pause): Promise<Int32Array[]> {
  const count = Math.min(neighbours, rows.rows - 1);
  const nearest: Int32Array[] = [];
  const cosines = new Float32Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    if (row % 50 === 0) await pause();
    dotRows(rows, rowOf(rows, row), cosines);
    cosines[row] = Number.NEGATIVE_INFINITY;
    nearest.push(largest(cosines, count));
  }
  return nearest;
}

/** The places of the largest values, the largest first; of equal ones the first. */
function largest(values: Float32Array, count: number): Int32Array {
  const best = new Int32Array(count).fill(-1);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    let to = count;
    while (to > 0 && (best[to - 1] === -1 || value > (values[best[to - 1] as number] as number))) {
      to -= 1;
    }
    if (to === count) continue;
    best.copyWithin(to + 1, to, count - 1);
    best[to] = at;
  }
  return best;
}

/** The first directions of the space are the widest; a little noise parts rows that are the same. */
function startPlaces({ rows, width, values }: Matrix, seed: number): Places {
  const random = seededRandom(seed ^ 0x5f3759df);
  const places = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    for (const axis of [0, 1]) {
      const value = axis < width ? (values[row * width + axis] as number) : 0;
      places[2 * row + axis] = 10 * value + (random() - 0.5) * 0.5;
    }
  }
  return places;
}

/** Neighbours draw, strangers push, ever less (stochastic gradient descent). */
async function settle(
  places: Places,
  nearest: readonly Int32Array[],
  seed: number,
  pause: Pause,
): Promise<void> {
  const random = seededRandom(seed);
  const rows = nearest.length;
  for (let round = 0; round < rounds; round++) {
    await pause();
    const rate = 1 - round / rounds;
    for (const [row, others] of nearest.entries()) {
      // A third of the neighbours a round: as good at the end, and three times as quick.
      for (let at = round % 3; at < others.length; at += 3) {
        draw(places, row, others[at] as number, rate);
        for (let push = 0; push < strangers; push++) {
          const stranger = Math.floor(random() * rows);
          if (stranger !== row) pushAway(places, row, stranger, rate);
        }
      }
    }
  }
}

function draw(places: Places, row: number, other: number, rate: number): void {
  const [x, y, square] = between(places, row, other);
  if (square === 0) return;
  const power = square ** shapeB;
  const force = (-2 * shapeA * shapeB * (power / square)) / (1 + shapeA * power);
  const [dx, dy] = [bounded(force * x) * rate, bounded(force * y) * rate];
  move(places, row, dx, dy);
  move(places, other, -dx, -dy);
}

function pushAway(places: Places, row: number, other: number, rate: number): void {
  const [x, y, square] = between(places, row, other);
  const force = (2 * shapeB) / ((0.001 + square) * (1 + shapeA * square ** shapeB));
  move(places, row, bounded(force * x) * rate, bounded(force * y) * rate);
}

function between(places: Places, a: number, b: number): [number, number, number] {
  const x = (places[2 * a] as number) - (places[2 * b] as number);
  const y = (places[2 * a + 1] as number) - (places[2 * b + 1] as number);
  return [x, y, x * x + y * y];
}

function move(places: Places, row: number, dx: number, dy: number): void {
  places[2 * row] = (places[2 * row] as number) + dx;
  places[2 * row + 1] = (places[2 * row + 1] as number) + dy;
}

const bounded = (value: number) => Math.max(-mostMove, Math.min(mostMove, value));

/** Into the square from -1 to 1, both axes by the same measure. */
function fitSquare(places: Places): Places {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < places.length; at++) {
    const axis = at % 2;
    low[axis] = Math.min(low[axis] as number, places[at] as number);
    high[axis] = Math.max(high[axis] as number, places[at] as number);
  }
  const [width, height] = [0, 1].map((axis) => (high[axis] as number) - (low[axis] as number));
  const half = Math.max(width ?? 0, height ?? 0, 1e-6) / 2;
  for (let at = 0; at < places.length; at++) {
    const axis = at % 2;
    const middle = ((low[axis] as number) + (high[axis] as number)) / 2;
    places[at] = ((places[at] as number) - middle) / half;
  }
  return places;
}

/** Rows that were laid out, by topic: a row that comes later stands among the nearest of its own topic. */
export type Anchors = { vectors: Matrix; places: Places }[];

export function anchorsOf(
  rows: Matrix,
  places: Places,
  topicOf: ArrayLike<number>,
  topics: number,
): Anchors {
  const members = Array.from({ length: topics }, (): number[] => []);
  for (let row = 0; row < rows.rows; row++) members[topicOf[row] as number]?.push(row);
  return members.map((ids) => {
    const vectors = createMatrix(ids.length, rows.width);
    const at = new Float32Array(2 * ids.length);
    for (const [to, from] of ids.entries()) {
      vectors.values.set(rowOf(rows, from), to * rows.width);
      at[2 * to] = places[2 * from] as number;
      at[2 * to + 1] = places[2 * from + 1] as number;
    }
    return { vectors, places: at };
  });
}

/** Anchors that decide where a later row stands. */
const anchorsNear = 4;

/** Where a row stands among the anchors of its topic: nearest the most alike. Undefined where there are none. */
export function placeAmong(
  anchors: Anchors[number] | undefined,
  vector: Float32Array,
): [number, number] | undefined {
  if (!anchors || anchors.vectors.rows === 0) return undefined;
  const { vectors, places } = anchors;
  const cosines = new Float32Array(vectors.rows);
  dotRows(vectors, vector, cosines);
  let [x, y, sum] = [0, 0, 0];
  for (const at of largest(cosines, Math.min(anchorsNear, vectors.rows))) {
    // A row that is an anchor itself stays where it was laid out.
    const weight = 1 / (1.0005 - Math.min(1, cosines[at] as number)) ** 2;
    x += weight * (places[2 * at] as number);
    y += weight * (places[2 * at + 1] as number);
    sum += weight;
  }
  return [x / sum, y / sum];
}

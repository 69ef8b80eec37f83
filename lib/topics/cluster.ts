import { seededRandom } from "../near-duplicates/hash.ts";
import {
  createMatrix,
  dotRows,
  drawRows,
  type Matrix,
  normalise,
  type Pause,
  pickRows,
  rowOf,
} from "./matrix.ts";
import { autoRows, autoTolerance, autoTopics, silhouetteRows } from "./settings.ts";

/** Groups of vectors of length 1: the direction of each, and to which each row belongs. */
export type Clusters = {
  centres: Matrix;
  clusterOf: Int32Array;
  /** Mean cosine of a row with its centre: what the rounds raise. */
  fit: number;
};

/** Rounds after which nothing moves any more, for any data that was tried; a round that moves no row ends it. */
const mostRounds = 40;
/** Starts of which the best stays: k-means ends where it began to go. */
const restarts = 4;
/** Rows between two breaths: 1,000 rows × 60 centres × 64 numbers are about 5 ms. */
const rowsPerBreath = 1000;
/** A topic of fewer rows than this on average is no topic. */
const fewestRowsEach = 5;

/**
 * Spherical k-means with k-means++ starts (Dhillon, Modha 2001; Arthur, Vassilvitskii 2007): the best of four seeded
 * starts. The same rows and seed give the same clusters.
 */
export async function findClusters(
  rows: Matrix,
  count: number,
  seed: number,
  pause: Pause,
  starts = restarts,
): Promise<Clusters> {
  const random = seededRandom(seed);
  let best: Clusters | undefined;
  for (let start = 0; start < starts; start++) {
    const found = await moveCentres(rows, await drawCentres(rows, count, random, pause), pause);
    if (!best || found.fit > best.fit) best = found;
  }
  return best as Clusters;
}

/** Rows far from those drawn before are drawn more often. */
async function drawCentres(
  rows: Matrix,
  count: number,
  random: () => number,
  pause: Pause,
): Promise<Matrix> {
  const centres = createMatrix(count, rows.width);
  const distances = new Float64Array(rows.rows).fill(1);
  const cosines = new Float32Array(rows.rows);
  for (let centre = 0; centre < count; centre++) {
    await pause();
    const row = rowOf(rows, drawByWeight(distances, random()));
    centres.values.set(row, centre * rows.width);
    dotRows(rows, row, cosines);
    for (let other = 0; other < rows.rows; other++) {
      const distance = Math.max(0, 1 - (cosines[other] as number));
      distances[other] = centre === 0 ? distance : Math.min(distances[other] as number, distance);
    }
  }
  return centres;
}

function drawByWeight(weights: Float64Array, draw: number): number {
  let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
  for (let at = 0; at < weights.length; at++) {
    left -= weights[at] as number;
    if (left < 0) return at;
  }
  return Math.floor(draw * weights.length);
}

async function moveCentres(rows: Matrix, centres: Matrix, pause: Pause): Promise<Clusters> {
  const clusterOf = new Int32Array(rows.rows).fill(-1);
  for (let round = 0; ; round++) {
    const { moved, fit, farthest } = await assign(rows, centres, clusterOf, pause);
    if (moved === 0 || round === mostRounds) return { centres, clusterOf, fit };
    const sizes = new Int32Array(centres.rows);
    centres.values.fill(0);
    for (let row = 0; row < rows.rows; row++) {
      const cluster = clusterOf[row] as number;
      sizes[cluster] = (sizes[cluster] as number) + 1;
      const centre = rowOf(centres, cluster);
      const values = rowOf(rows, row);
      for (let at = 0; at < values.length; at++) {
        centre[at] = (centre[at] as number) + (values[at] as number);
      }
    }
    for (const [cluster, size] of sizes.entries()) {
      // A centre that lost all its rows begins anew at the row that fits its own least.
      if (size === 0) centres.values.set(rowOf(rows, farthest), cluster * rows.width);
      else normalise(rowOf(centres, cluster));
    }
  }
}

async function assign(rows: Matrix, centres: Matrix, clusterOf: Int32Array, pause: Pause) {
  let moved = 0;
  let fit = 0;
  let farthest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < rows.rows; row++) {
    if (row % rowsPerBreath === 0) await pause();
    const { row: cluster, cosine } = nearestRow(centres, rowOf(rows, row));
    if (clusterOf[row] !== cluster) moved += 1;
    clusterOf[row] = cluster;
    fit += cosine;
    if (cosine < least) [least, farthest] = [cosine, row];
  }
  return { moved, fit: fit / Math.max(rows.rows, 1), farthest };
}

/** The row with the highest cosine; of equal ones the first. */
export function nearestRow(rows: Matrix, vector: Float32Array): { row: number; cosine: number } {
  const { width, values } = rows;
  let best = 0;
  let cosine = Number.NEGATIVE_INFINITY;
  for (let row = 0, from = 0; row < rows.rows; row++, from += width) {
    let sum = 0;
    for (let at = 0; at < width; at++)
      sum += (values[from + at] as number) * (vector[at] as number);
    if (sum > cosine) {
      cosine = sum;
      best = row;
    }
  }
  return { row: best, cosine };
}

/**
 * How many topics: of the numbers of `autoTopics` that leave five rows a topic, the smallest whose silhouette on a
 * sample is nearly the best one. Also the silhouette, -1 to 1; null when there was nothing to choose.
 */
export async function chooseCount(
  rows: Matrix,
  seed: number,
  pause: Pause,
): Promise<{ count: number; silhouette: number | null }> {
  const random = seededRandom(seed);
  const sample = pickRows(rows, drawRows(rows.rows, autoRows, random));
  const counts = autoTopics.filter((count) => count * fewestRowsEach <= sample.rows);
  if (counts.length === 0) return { count: 1, silhouette: null };
  const measured = drawRows(sample.rows, silhouetteRows, random);
  const cosines = await allCosines(pickRows(sample, measured), pause);
  const tried: { count: number; silhouette: number }[] = [];
  for (const count of counts) {
    const { clusterOf } = await findClusters(sample, count, seed, pause, 2);
    const clusters = Int32Array.from(measured, (row) => clusterOf[row] as number);
    tried.push({ count, silhouette: silhouetteOf(cosines, clusters, count) });
  }
  const best = Math.max(...tried.map((one) => one.silhouette));
  const enough = best > 0 ? best * autoTolerance : best;
  return tried.find((one) => one.silhouette >= enough) ?? { count: 1, silhouette: null };
}

async function allCosines(rows: Matrix, pause: Pause): Promise<Matrix> {
  const cosines = createMatrix(rows.rows, rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    if (row % 50 === 0) await pause();
    dotRows(rows, rowOf(rows, row), rowOf(cosines, row));
  }
  return cosines;
}

/** The mean silhouette (Rousseeuw 1987) by cosine distance, from the cosines of all pairs of rows. */
export function silhouetteOf(cosines: Matrix, clusterOf: Int32Array, count: number): number {
  const sizes = new Int32Array(count);
  for (const cluster of clusterOf) sizes[cluster] = (sizes[cluster] as number) + 1;
  const sums = new Float64Array(count);
  let total = 0;
  for (let row = 0; row < cosines.rows; row++) {
    sums.fill(0);
    for (let other = 0; other < cosines.rows; other++) {
      const cluster = clusterOf[other] as number;
      sums[cluster] =
        (sums[cluster] as number) + 1 - (cosines.values[row * cosines.rows + other] as number);
    }
    const own = clusterOf[row] as number;
    const size = sizes[own] as number;
    if (size < 2) continue;
    const within = (sums[own] as number) / (size - 1);
    let beside = Number.POSITIVE_INFINITY;
    for (let cluster = 0; cluster < count; cluster++) {
      if (cluster === own || sizes[cluster] === 0) continue;
      beside = Math.min(beside, (sums[cluster] as number) / (sizes[cluster] as number));
    }
    if (beside !== Number.POSITIVE_INFINITY) {
      total += (beside - within) / Math.max(beside, within, 1e-9);
    }
  }
  return total / Math.max(cosines.rows, 1);
}

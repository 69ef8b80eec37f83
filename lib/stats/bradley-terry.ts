import { AssayError } from "#lib/core/errors.ts";
import { type Battles, connectivity } from "./battles.ts";
import { orderByCluster } from "./clusters.ts";
import { type Likelihood, type Matrix, newtonMaximum, sandwich } from "./newton.ts";
import { seededRandom } from "./random.ts";

/** log-odds to rating points: 400 points are odds of ten to one. */
export const POINTS_PER_LOGIT = 400 / Math.LN10;

/** Rating of the average of the rated models. */
export const RATING_OFFSET = 1000;

/** Gradient left per vote at convergence; with information near a quarter a vote, θ is then exact to 4e-9. */
const TOLERANCE_PER_VOTE = 1e-9;

export type BradleyTerry = {
  /** Log-odds strength of each model; they sum to 0. */
  theta: Float64Array;
  information: Matrix;
  iterations: number;
  gradient: number;
};

/**
 * Bradley-Terry by maximum likelihood from a table of half wins: logit P(i beats j) = θ_i − θ_j, a tie is half a
 * win each (Bradley and Terry 1952; ties as in FastChat `rating_systems.py`). Newton's method, 5-8 steps; the
 * information is the comparison graph's Laplacian, made regular along the direction in which all θ shift together.
 * Needs a table whose models are one group of `connectivity`, and refuses any other.
 */
export function fitBradleyTerry(table: Float64Array, k: number): BradleyTerry {
  const total = table.reduce((sum, half) => sum + half, 0) / 2;
  const fit = newtonMaximum(k, (at) => likelihood(table, k, at), TOLERANCE_PER_VOTE * total);
  if (!fit.converged) {
    throw new AssayError(
      "invalid_input",
      "These votes give no finite ratings; some models need more votes.",
    );
  }
  const { at: theta, information, iterations, gradient } = fit;
  return { theta, information, iterations, gradient };
}

function likelihood(table: Float64Array, k: number, theta: Float64Array): Likelihood {
  const gradient = new Float64Array(k);
  const values = new Float64Array(k * k);
  let value = 0;
  let weight = 0;
  for (let i = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++) {
      const won = (table[i * k + j] as number) / 2;
      const lost = (table[j * k + i] as number) / 2;
      if (won + lost === 0) continue;
      const logit = (theta[i] as number) - (theta[j] as number);
      const p = 1 / (1 + Math.exp(-logit));
      value -= won * Math.log1p(Math.exp(-logit)) + lost * Math.log1p(Math.exp(logit));
      const residual = won - (won + lost) * p;
      gradient[i] = (gradient[i] as number) + residual;
      gradient[j] = (gradient[j] as number) - residual;
      const w = (won + lost) * p * (1 - p);
      addEdge(values, k, i, j, w);
      weight += w;
    }
  }
  const level = (2 * weight) / (k * k);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + level;
  return { value, gradient, information: { size: k, values } };
}

/** Adds w · (e_i − e_j)(e_i − e_j)ᵀ. */
function addEdge(values: Float64Array, size: number, i: number, j: number, w: number): void {
  values[i * size + i] = (values[i * size + i] as number) + w;
  values[j * size + j] = (values[j * size + j] as number) + w;
  values[i * size + j] = (values[i * size + j] as number) - w;
  values[j * size + i] = (values[j * size + i] as number) - w;
}

/**
 * Sandwich covariance of θ, clustered: H⁻¹ (Σ_c g_c g_cᵀ) H⁻¹ · C/(C−1), g_c the summed score of cluster c (White
 * 1982; Liang and Zeger 1986). Valid although votes on one prompt, or of one rater, resemble each other.
 */
export function clusteredCovariance(battles: Battles, fit: BradleyTerry): Matrix {
  const k = battles.models.length;
  const { left, right, halves, clusters } = battles;
  const { items, start } = orderByCluster(clusters);
  const middle = new Float64Array(k * k);
  const score = new Float64Array(k);
  for (let c = 0; c < clusters.count; c++) {
    const touched = new Set<number>();
    for (let at = start[c] as number; at < (start[c + 1] as number); at++) {
      const vote = items[at] as number;
      const a = left[vote] as number;
      const b = right[vote] as number;
      const logit = (fit.theta[a] as number) - (fit.theta[b] as number);
      const residual = (halves[vote] as number) / 2 - 1 / (1 + Math.exp(-logit));
      score[a] = (score[a] as number) + residual;
      score[b] = (score[b] as number) - residual;
      touched.add(a).add(b);
    }
    for (const i of touched) {
      for (const j of touched) {
        middle[i * k + j] =
          (middle[i * k + j] as number) + (score[i] as number) * (score[j] as number);
      }
    }
    for (const i of touched) score[i] = 0;
  }
  const few = clusters.count / (clusters.count - 1);
  // Every cluster sums to nothing (all votes are ties): there is no spread to estimate from, which is not certainty.
  if (middle.every((value) => Math.abs(value) < NO_SPREAD)) return modelCovariance(fit.information);
  return sandwich(fit.information, { size: k, values: middle.map((value) => value * few) });
}

/** Squared scores below this are rounding. */
const NO_SPREAD = 1e-12;

/** Inverse information without the direction in which all θ shift together: the variance if votes were coin flips. */
function modelCovariance(information: Matrix): Matrix {
  const { size, values } = sandwich(information, information);
  const rows = Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += values[i * size + j] as number;
    return sum / size;
  });
  const all = rows.reduce((sum, row) => sum + row, 0) / size;
  const centred = values.map(
    (value, at) =>
      value - (rows[Math.floor(at / size)] as number) - (rows[at % size] as number) + all,
  );
  return { size, values: centred };
}

export type BootstrapRatings = {
  /** θ of each model in each kept round, ascending. */
  draws: Float64Array[];
  rounds: number;
  /** Rounds whose resample had no finite ratings. */
  skipped: number;
};

/** Cross-check of the sandwich: refits on resampled clusters. */
export function bootstrapRatings(
  battles: Battles,
  rounds: number,
  seed: number | string,
): BootstrapRatings {
  const k = battles.models.length;
  const { left, right, halves, clusters } = battles;
  const { items, start } = orderByCluster(clusters);
  const random = seededRandom(seed);
  const kept: Float64Array[] = [];
  for (let round = 0; round < rounds; round++) {
    const table = new Float64Array(k * k);
    for (let drawn = 0; drawn < clusters.count; drawn++) {
      const c = random.below(clusters.count);
      for (let at = start[c] as number; at < (start[c + 1] as number); at++) {
        const vote = items[at] as number;
        const forward = (left[vote] as number) * k + (right[vote] as number);
        const back = (right[vote] as number) * k + (left[vote] as number);
        table[forward] = (table[forward] as number) + (halves[vote] as number);
        table[back] = (table[back] as number) + 2 - (halves[vote] as number);
      }
    }
    if (connectivity(table, k).groups.length === 1) kept.push(fitBradleyTerry(table, k).theta);
  }
  const draws = battles.models.map((_, model) =>
    Float64Array.from(kept, (theta) => theta[model] as number).sort(),
  );
  return { draws, rounds, skipped: rounds - kept.length };
}

import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { AssayError } from "#lib/core/errors.ts";
import { cautiousDelta, type PairedDelta, type PairedScores, pairedDelta } from "./paired.ts";
import { tangoHigh, tangoLow } from "./tango.ts";

/** Power behind every planned sample size: a model that is no worse passes four times out of five. */
const DEFAULT_POWER = 0.8;

const DEFAULT_ALPHA = 0.05;

export type PlanOptions = {
  /** Variance of the per-item difference; for right/wrong scores the share of items on which the two models differ. */
  discordance: number;
  /** Largest loss that still passes, in the score's own unit (0.02 = two points). */
  margin: number;
  alpha?: number;
  power?: number;
};

/**
 * Items needed to show non-inferiority of equal models: (z_α + z_β)² · discordance / margin² (Liu et al. 2002,
 * Stat. Med. 21:231, with p₁₀ = p₀₁). 5 % and 2 points → 773; 5 % and 5 points → 124; 10 % and 2 points → 1,546.
 */
export function sampleSizeNonInferiority(plan: PlanOptions): number {
  const { discordance, margin, alpha = DEFAULT_ALPHA, power = DEFAULT_POWER } = plan;
  if (!(margin > 0 && discordance >= 0)) {
    throw new AssayError("invalid_input", "A margin is above 0 and a discordance is not negative.");
  }
  const z = normalQuantile(1 - alpha, 0, 1) + normalQuantile(power, 0, 1);
  return Math.ceil((z * z * discordance) / (margin * margin));
}

export type NonInferiorityOptions = {
  margin: number;
  seed: number | string;
  /** One-sided error; for the k-th attempt on one gate set pass `attemptAlpha(alpha, k)`. */
  alpha?: number;
  power?: number;
  /** Width of the score's scale. Taken as 1 for scores in [0, 1], else as the spread that was seen. */
  range?: number;
};

export type NonInferiority = PairedDelta & {
  /** `low` and `high` are each a one-sided bound at 1 − alpha. */
  state: "PASS" | "FAIL" | "INCONCLUSIVE";
  margin: number;
  alpha: number;
  /** Further items needed about; 0 when decided, null when no number is expected to turn this difference. */
  needed: number | null;
};

/**
 * Non-inferiority of a candidate: PASS iff the one-sided lower bound of (candidate − champion) lies above
 * −margin; FAIL when even the upper bound does not; else INCONCLUSIVE with the number of further items that would
 * be expected to decide. Scores are higher-is-better: negate losses.
 *
 * A bootstrap cannot see differences that the sample happens to lack (no discordant item gives a bound of exactly
 * 0 at any n), so a bound is never better than Tango's score bound at the effective sample size for right/wrong
 * scores, nor, for other scores whose differences are all alike, than what so few items can exclude; and never better than
 * Student-t limits, since a bootstrap of a handful of clusters only repeats them.
 */
export function nonInferiority(
  scores: PairedScores,
  options: NonInferiorityOptions,
): NonInferiority {
  const { margin, seed, alpha = DEFAULT_ALPHA, power = DEFAULT_POWER } = options;
  if (!(margin > 0)) throw new AssayError("invalid_input", "A non-inferiority margin is above 0.");
  // A two-sided interval at 1 − 2α carries the two one-sided bounds at 1 − α.
  const delta = isBinary(scores) ? pairedDelta : cautiousDelta;
  const paired = delta(scores, { seed, level: 1 - 2 * alpha });
  const range = options.range ?? rangeOf(scores);
  const guard = guardBounds(scores, paired, alpha, range);
  const low = Math.min(paired.low, guard.low);
  const high = Math.max(paired.high, guard.high);
  const state = low > -margin ? "PASS" : high <= -margin ? "FAIL" : "INCONCLUSIVE";
  const bounds = { ...paired, low, high, level: 1 - alpha, state, margin, alpha } as const;
  if (state !== "INCONCLUSIVE") return { ...bounds, needed: 0 };
  return { ...bounds, needed: itemsStillNeeded(paired, { margin, alpha, power, range }) };
}

/** Differences that are equal but for rounding. */
const NO_SPREAD = 1e-12;

type Bounds = { low: number; high: number };

function guardBounds(
  scores: PairedScores,
  paired: PairedDelta,
  alpha: number,
  range: number,
): Bounds {
  const { better, worse, clusters, n, estimate, standardError } = paired;
  if (isBinary(scores)) {
    const scale = better + worse === 0 ? clusters / n : Math.min(1, 1 / paired.designEffect);
    const pairs = { better: better * scale, worse: worse * scale, n: n * scale };
    return { low: tangoLow(pairs, 1 - alpha), high: tangoHigh(pairs, 1 - alpha) };
  }
  if (!(standardError < NO_SPREAD)) return { low: Infinity, high: -Infinity };
  // Share of items that may still differ from the others after `clusters` that are alike: the exact bound of 0 of n.
  const unseen = range * (1 - alpha ** (1 / clusters));
  return { low: estimate - unseen, high: estimate + unseen };
}

/** Further items by the observed variance; a difference above 0 is not banked on, since it may be luck. */
function itemsStillNeeded(
  paired: PairedDelta,
  plan: { margin: number; alpha: number; power: number; range: number },
): number | null {
  const distance = plan.margin + Math.min(0, paired.estimate);
  if (distance <= 0 || paired.clusters < 2) return null;
  const variance = paired.n * paired.standardError ** 2;
  const perCluster = paired.n / paired.clusters;
  const { alpha, power, margin, range } = plan;
  const unseen = (Math.log(alpha) / Math.log(1 - Math.min(0.999, margin / range))) * perCluster;
  const planned = sampleSizeNonInferiority({
    discordance: variance,
    margin: distance,
    alpha,
    power,
  });
  return Math.max(1, Math.ceil(Math.max(planned, unseen) - paired.n));
}

function rangeOf({ candidate, champion }: PairedScores): number {
  let low = 0;
  let high = 1;
  for (const values of [candidate, champion]) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high - low;
}

/** Right/wrong scores of equal weight. */
function isBinary({ candidate, champion, weights }: PairedScores): boolean {
  const binary = (value: number) => value === 0 || value === 1;
  return !weights && candidate.every(binary) && champion.every(binary);
}

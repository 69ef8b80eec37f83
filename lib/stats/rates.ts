import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { AssayError } from "#lib/core/errors.ts";
import type { ClusterKey } from "./clusters.ts";
import {
  criticalZ,
  DEFAULT_LEVEL,
  type Interval,
  type IntervalOptions,
  oneSided,
  tailOf,
} from "./interval.ts";
import { clusteredMean } from "./means.ts";

/** A share that was itself counted: `successes` of `n`. */
export type Count = { successes: number; n: number };

const RATE_LIMITS = { low: 0, high: 1 };

/** Wilson score interval (Wilson 1927; Brown, Cai, DasGupta 2001), the one for display. */
export function wilson(
  { successes, n }: Count,
  { level = DEFAULT_LEVEL, side = "two" }: IntervalOptions = {},
): Interval {
  assertCount({ successes, n });
  const z = criticalZ(level, side);
  const share = successes / n;
  const shrink = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const low = successes === 0 ? 0 : centre - half;
  const high = successes === n ? 1 : centre + half;
  return oneSided({ estimate: share, low, high, level }, side, RATE_LIMITS);
}

/**
 * Exact interval from the binomial tails (Clopper and Pearson 1934); `side: "upper"` is the bound for safety
 * checks: 0 of 299 still means at most 1 %. Accepts fractional counts (an effective sample size).
 */
export function clopperPearson(
  { successes, n }: Count,
  { level = DEFAULT_LEVEL, side = "two" }: IntervalOptions = {},
): Interval {
  assertCount({ successes, n });
  const tail = tailOf(level, side);
  const low = successes === 0 ? 0 : betaQuantile(tail, successes, n - successes + 1);
  const high = successes >= n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes);
  return oneSided({ estimate: successes / n, low, high, level }, side, RATE_LIMITS);
}

export type ClusteredRate = Interval & { n: number; clusters: number; effectiveN: number };

/**
 * Rate over clustered items: Clopper-Pearson at the effective sample size n / design effect, corrected for few
 * clusters by (t_{n−1} / t_{C−1})² (Korn and Graubard 1998). When every item agrees nothing is known about the
 * variation inside a cluster, and the number of clusters is the effective sample size: the cautious end.
 */
export function clusteredRate(
  flags: readonly boolean[],
  clusterOf: readonly ClusterKey[] | undefined,
  { level = DEFAULT_LEVEL, side = "two" }: IntervalOptions = {},
): ClusteredRate {
  const centre = clusteredMean(flags.map(Number), clusterOf, { level });
  const { estimate, n, clusters, se } = centre;
  let effectiveN = clusters;
  if (estimate > 0 && estimate < 1 && clusters > 1) {
    const upper = 1 - tailOf(level, side);
    const few = (tQuantile(upper, n - 1) / tQuantile(upper, clusters - 1)) ** 2;
    effectiveN = Math.min(n, ((estimate * (1 - estimate)) / se ** 2) * few);
  }
  const interval = clopperPearson(
    { successes: estimate * effectiveN, n: effectiveN },
    { level, side },
  );
  return { ...interval, estimate, n, clusters, effectiveN };
}

/** What a judge's flag is worth, counted against human labels. */
export type JudgeQuality = {
  /** Flagged among those that humans call positive. */
  sensitivity: Count;
  /** Not flagged among those that humans call negative. */
  specificity: Count;
};

export type CorrectedRate =
  | ({ informative: true; apparent: number } & Interval)
  | { informative: false; reason: string };

/**
 * True rate behind a judge's flags: (apparent + specificity − 1) / (sensitivity + specificity − 1), Rogan and
 * Gladen 1978, clipped to [0, 1]; its interval also carries the error of sensitivity and specificity, by Lang and
 * Reiczigel 2014 (Prev. Vet. Med. 113:13, eqs. 6-17). A judge whose sensitivity + specificity is not above 1 at
 * this level says nothing about the rate; that is `informative: false`, never a number.
 */
export function roganGladen(
  flagged: Count,
  judge: JudgeQuality,
  { level = DEFAULT_LEVEL, side = "two" }: IntervalOptions = {},
): CorrectedRate {
  for (const count of [flagged, judge.sensitivity, judge.specificity]) assertCount(count);
  const z = criticalZ(level, side);
  const apparent = flagged.successes / flagged.n;
  const youden = share(judge.sensitivity) + share(judge.specificity) - 1;
  const se = addOneEach(judge.sensitivity);
  const sp = addOneEach(judge.specificity);
  const adjustedYouden = se.share + sp.share - 1;
  if (youden <= 0 || adjustedYouden - z * Math.sqrt(se.variance + sp.variance) <= 0) {
    return {
      informative: false,
      reason:
        `The judge's sensitivity ${share(judge.sensitivity).toFixed(2)} and specificity ` +
        `${share(judge.specificity).toFixed(2)} do not separate it from chance; label more items or use another judge.`,
    };
  }
  const adjustedN = flagged.n + z * z;
  const adjusted = (flagged.successes + (z * z) / 2) / adjustedN;
  const rate = (adjusted + sp.share - 1) / adjustedYouden;
  const shift = 2 * z * z * (rate * se.variance - (1 - rate) * sp.variance);
  const variance =
    (adjusted * (1 - adjusted)) / adjustedN +
    rate ** 2 * se.variance +
    (1 - rate) ** 2 * sp.variance;
  const half = (z * Math.sqrt(variance)) / adjustedYouden;
  const estimate = clip((apparent + share(judge.specificity) - 1) / youden);
  const interval = {
    estimate,
    low: clip(rate + shift - half),
    high: clip(rate + shift + half),
    level,
  };
  return { informative: true, apparent, ...oneSided(interval, side, RATE_LIMITS) };
}

function share({ successes, n }: Count): number {
  return successes / n;
}

/** Share and its variance after one success and one failure are added (Agresti and Coull 1998). */
function addOneEach({ successes, n }: Count): { share: number; variance: number } {
  const adjusted = (successes + 1) / (n + 2);
  return { share: adjusted, variance: (adjusted * (1 - adjusted)) / (n + 2) };
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function assertCount({ successes, n }: Count): void {
  if (!(n > 0 && Number.isFinite(n) && successes >= 0 && successes <= n)) {
    throw new AssayError(
      "invalid_input",
      `A rate needs 0 ≤ successes ≤ n and n > 0; got ${successes} of ${n}.`,
    );
  }
}

import { AssayError } from "#lib/core/errors.ts";
import { type BootstrapInterval, type BootstrapOptions, bootstrap } from "./bootstrap.ts";
import { type ClusterKey, numberClusters, sumByCluster } from "./clusters.ts";
import { assertSameLength, assertSome } from "./interval.ts";
import { clusteredMean, mean, ratioOfSums } from "./means.ts";

/** Scores of two models on the same items, in the same order; higher is better. */
export type PairedScores = {
  candidate: readonly number[];
  champion: readonly number[];
  clusters?: readonly ClusterKey[];
  /** Weight of each item (its tokens, for a perplexity); all equal when absent. */
  weights?: readonly number[];
};

export type PairedDelta = BootstrapInterval & {
  n: number;
  clusters: number;
  /** Items on which the candidate scores higher, lower, the same. */
  better: number;
  worse: number;
  same: number;
  /** Analytic clustered standard error of the unweighted mean difference, for planning. */
  standardError: number;
  designEffect: number;
};

/**
 * Weighted mean of (candidate − champion) with a bootstrap over clusters: BCa below 200 clusters, percentile
 * above. The pairs stay together, so what both models find hard does not widen the interval.
 */
export function pairedDelta(scores: PairedScores, options: BootstrapOptions): PairedDelta {
  const { candidate, champion, weights } = scores;
  assertSome("Paired scores", candidate);
  assertSameLength(
    "Paired scores",
    candidate,
    champion,
    weights ?? champion,
    scores.clusters ?? champion,
  );
  const differences = candidate.map((score, i) => score - (champion[i] as number));
  if (!differences.every(Number.isFinite)) {
    throw new AssayError(
      "invalid_input",
      "A score is missing or not finite; leave that pair out and count it as an error.",
    );
  }
  const clusters = numberClusters(differences.length, scores.clusters);
  const weight = weights ?? differences.map(() => 1);
  const above = sumByCluster(
    differences.map((value, i) => value * (weight[i] as number)),
    clusters,
  );
  const below = sumByCluster(weight, clusters);
  const interval = bootstrap(clusters.count, (draw) => ratioOfSums(above, below, draw), options);
  const analytic = clusteredMean(differences, scores.clusters);
  const better = differences.filter((value) => value > 0).length;
  const worse = differences.filter((value) => value < 0).length;
  return {
    ...interval,
    n: differences.length,
    clusters: clusters.count,
    better,
    worse,
    same: differences.length - better - worse,
    standardError: analytic.se,
    designEffect: analytic.designEffect,
  };
}

/**
 * The same delta with bounds that hold for few clusters, too: never better than Student-t limits of the linearised
 * ratio. A bootstrap of two or three clusters only repeats them and would call any difference certain; from some
 * dozens on the two agree.
 */
export function cautiousDelta(scores: PairedScores, options: BootstrapOptions): PairedDelta {
  const delta = pairedDelta(scores, options);
  const { candidate, champion, clusters } = scores;
  const weights = scores.weights ?? candidate.map(() => 1);
  const average = mean(weights);
  const influence = candidate.map((score, i) => {
    const difference = score - (champion[i] as number);
    return ((weights[i] as number) * (difference - delta.estimate)) / average;
  });
  const student = clusteredMean(influence, clusters, options);
  return {
    ...delta,
    low: Math.min(delta.low, delta.estimate + student.low),
    high: Math.max(delta.high, delta.estimate + student.high),
  };
}

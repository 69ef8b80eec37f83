import { builtInChecks } from "#lib/evals/suites/scoring/answers.ts";
import { effectiveShare, type Figure } from "#lib/evals/suites/scoring/figure.ts";
import { isScored, scoredOf } from "#lib/evals/suites/scoring/item-score.ts";
import { likelihoodChecks } from "#lib/evals/suites/scoring/likelihood.ts";
import { clusteredMean } from "#lib/stats/means.ts";
import { nonInferiority, sampleSizeNonInferiority } from "#lib/stats/non-inferiority.ts";
import { cautiousDelta } from "#lib/stats/paired.ts";
import { clopperPearson } from "#lib/stats/rates.ts";
import { itemsUntil, overLine, percent, underLine } from "./decide-bounds.ts";
import { evidenceFor, unmeasured } from "./decide-evidence.ts";
import type { Measured, Reference, SuiteScores } from "./decide-input.ts";
import { candidateScores, type MeasureContext } from "./decide-measures.ts";
import type { Measure } from "./policy.ts";

type Of<K extends Measure["kind"]> = Extract<Measure, { kind: K }>;

const noBaseline = "No other version was promoted before, so there is nothing to compare with.";

/** Scores of the same suites on another version, under the same lock. */
function referenceScores(
  suites: readonly string[],
  reference: Reference,
  { input }: MeasureContext,
) {
  const { artefactDigest } = reference;
  // Whether a suite was in the training rows of the older version does not make the candidate worse.
  return evidenceFor(suites, reference.scores, input.lock, {
    artefactDigest,
    contaminatedShare: 1,
  });
}

const builtIn = new Set<string>(Object.values(builtInChecks));

/** For each item whether all of its suite's own checks came out as wanted; items with a failed call are left out. */
function goodItems(all: readonly SuiteScores[]): Map<string, { good: number; cluster: string }> {
  const items = new Map<string, { good: number; cluster: string }>();
  for (const { suite, scores } of all) {
    const own = scores.filter(({ check }) => !builtIn.has(check));
    for (const [item, checks] of Map.groupBy(own, (score) => score.item)) {
      if (!checks.every(isScored)) continue;
      const good = checks.every(({ detail }) => detail.good === true) ? 1 : 0;
      const template = checks[0]?.template;
      items.set(`${suite.id}/${item}`, {
        good,
        cluster: `${suite.id}/${template ?? `item:${item}`}`,
      });
    }
  }
  return items;
}

export function measureRegression(measure: Of<"regression">, ctx: MeasureContext): Measured {
  const { champion, anchor } = ctx.input;
  const line = -measure.margin;
  if (!champion) return unmeasured("NO_BASELINE", noBaseline, line);
  const against = compareGood("champion", champion, measure, ctx);
  if (!anchor || anchor.artefactDigest === champion.artefactDigest) return against;
  const anchored = compareGood("anchor", anchor, measure, ctx);
  // Both must hold: a chain of small losses against ever new champions ends at the anchor.
  const worse = against.state === "PASS" ? anchored : against;
  const detail = { champion: against.detail, anchor: anchored.detail };
  return { ...worse, detail };
}

function compareGood(
  name: string,
  reference: Reference,
  { targets, margin }: Of<"regression">,
  ctx: MeasureContext,
): Measured {
  const suites = targets.map(({ suite }) => suite);
  const line = -margin;
  const own = candidateScores(suites, ctx, line);
  if ("failed" in own) return own.failed;
  const other = referenceScores(suites, reference, ctx);
  if ("problem" in other)
    return unmeasured("ERROR", `${capital(name)}: ${other.problem.reason}`, line);
  const mine = goodItems(own.found);
  const theirs = goodItems(other.found);
  const both = [...mine.keys()].filter((item) => theirs.has(item));
  const planned = own.found.reduce((sum, scores) => sum + scores.planned, 0);
  if (planned === 0 || both.length < effectiveShare * planned) {
    const reason = `${both.length} of ${planned} planned items have a score of both the candidate and the ${name}.`;
    return { ...unmeasured("ERROR", reason, line), n: both.length, planned };
  }
  const paired = {
    candidate: both.map((item) => mine.get(item)?.good ?? 0),
    champion: both.map((item) => theirs.get(item)?.good ?? 0),
    clusters: both.map((item) => mine.get(item)?.cluster ?? item),
  };
  const result = nonInferiority(paired, { margin, alpha: ctx.alpha, seed: `${ctx.seed}:${name}` });
  const { estimate: value, low, high, n, state, needed, better, worse } = result;
  const base = { value, low, high, n, planned, line, detail: { against: name, better, worse } };
  const points = `${signed(value)} points against the ${name}, at least ${signed(low)}, allowed ${signed(line)}`;
  const about =
    needed === null
      ? "more items are not expected to decide it"
      : `needs about ${needed} more items`;
  if (state !== "INCONCLUSIVE")
    return { ...base, state, reason: `${points}.`, needed: state === "PASS" ? 0 : null };
  return { ...base, state, reason: `${points}: ${about}.`, needed };
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Relative rise of perplexity: exp(Σ (loss of candidate − loss of champion) / Σ tokens of the champion) − 1, with a
 * bootstrap over texts. Counting the champion's tokens on both sides keeps models with different tokenizers comparable:
 * the same text costs the same number of units.
 */
export function measurePerplexity(
  { suite, line }: Of<"perplexity">,
  ctx: MeasureContext,
): Measured {
  const { champion } = ctx.input;
  if (!champion) return unmeasured("NO_BASELINE", noBaseline, line);
  const own = candidateScores([suite], ctx, line);
  if ("failed" in own) return own.failed;
  const other = referenceScores([suite], champion, ctx);
  if ("problem" in other) return unmeasured("ERROR", `Champion: ${other.problem.reason}`, line);
  const [mine] = own.found as [SuiteScores];
  const theirs = new Map(
    other.found
      .flatMap(({ scores }) => scoredOf(scores, likelihoodChecks.perplexity))
      .map((s) => [s.item, s]),
  );
  const pairs = scoredOf(mine.scores, likelihoodChecks.perplexity).flatMap((score) => {
    const champ = theirs.get(score.item);
    const tokens = Number(champ?.detail.tokens);
    return champ && tokens > 0 ? [{ score, champ, tokens }] : [];
  });
  const figure = perplexityRise(pairs, mine.planned, ctx);
  if (figure.n < fewestTexts && figure.hint === null) {
    const unbounded = { ...figure, low: null, high: null };
    return underLine(unbounded, line, () => fewestTexts - figure.n);
  }
  return underLine(figure, line, () => {
    const half = (figure.high ?? 1) - (figure.value ?? 0);
    return itemsUntil(
      figure.n,
      (n) => (figure.value ?? 1) + half * Math.sqrt(figure.n / n) <= line,
    );
  });
}

/** With fewer texts (under 9 degrees of freedom) the spread between them is itself a guess, and bounds nothing. */
const fewestTexts = 10;

type Pair = {
  score: { value: number; template: string | null; item: string };
  champ: { value: number };
  tokens: number;
};

function perplexityRise(pairs: readonly Pair[], planned: number, ctx: MeasureContext): Figure {
  if (pairs.length === 0) {
    const hint = { state: "ERROR", reason: "No text was scored by both versions." } as const;
    return { value: null, low: null, high: null, n: 0, planned, hint, detail: {} };
  }
  const { estimate, low, high, n } = cautiousDelta(
    {
      candidate: pairs.map(({ score, tokens }) => -score.value / tokens),
      champion: pairs.map(({ champ, tokens }) => -champ.value / tokens),
      weights: pairs.map(({ tokens }) => tokens),
      clusters: pairs.map(({ score }) => score.template ?? `item:${score.item}`),
    },
    { seed: ctx.seed, level: ctx.level, side: "upper" },
  );
  const detail = { tokens: pairs.reduce((sum, { tokens }) => sum + tokens, 0) };
  return {
    value: Math.expm1(estimate),
    low: Math.expm1(low),
    high: Math.expm1(high),
    n,
    planned,
    hint: null,
    detail,
  };
}

/** Discordance of a vote between equals: a coin. */
const coin = 0.25;

export function measureWinRate({ line }: Of<"win-rate">, ctx: MeasureContext): Measured {
  const { champion, votes = [] } = ctx.input;
  if (!champion) return unmeasured("NO_BASELINE", noBaseline, line);
  const margin = Math.max(0.01, 0.5 - line);
  const plan = sampleSizeNonInferiority({ discordance: coin, margin, alpha: ctx.alpha });
  if (votes.length === 0) {
    const reason = `No one has compared it with the champion yet: needs about ${plan} votes.`;
    return { ...unmeasured("INCONCLUSIVE", reason, line), needed: plan };
  }
  const values = votes.map(({ value }) => value);
  const mean = clusteredMean(
    values,
    votes.map(({ prompt }) => prompt),
    { level: ctx.level, side: "lower" },
  );
  const n = votes.length;
  const wins = values.reduce<number>((sum, value) => sum + value, 0);
  // All votes alike have no spread; the exact bound knows how few they are, and that many votes on one prompt are one.
  const alike = values.every((value) => value === values[0]);
  const { clusters, designEffect } = mean;
  const effective = alike || clusters < 2 ? clusters : n / Math.max(1, designEffect);
  const exact = clopperPearson(
    { successes: (wins / n) * effective, n: effective },
    { level: ctx.level, side: "lower" },
  );
  const low = Math.min(mean.low, exact.low);
  const figure = {
    value: mean.estimate,
    low,
    high: null,
    n,
    planned: n,
    hint: null,
    detail: { wins: percent(wins / n) },
  };
  return overLine(figure, line, () => (mean.estimate < 0.5 ? null : Math.max(1, plan - n)));
}

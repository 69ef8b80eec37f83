import { builtInChecks } from "#lib/evals/suites/scoring/answers.ts";
import { bbqFigure } from "#lib/evals/suites/scoring/choice.ts";
import { gapFigure, tieShare } from "#lib/evals/suites/scoring/counterfactual.ts";
import {
  commonAnswerShare,
  effectiveShare,
  rateFigure,
  rateHigh,
} from "#lib/evals/suites/scoring/figure.ts";
import { judgeOf, staleJudge } from "#lib/evals/suites/scoring/figures.ts";
import { isScored, type Scored, scoredOf } from "#lib/evals/suites/scoring/item-score.ts";
import { canaryFigure } from "#lib/evals/suites/scoring/likelihood.ts";
import { itemsUntil, percent, underLine } from "./decide-bounds.ts";
import { evidenceFor, type Problem, unmeasured } from "./decide-evidence.ts";
import type { GateInput, Measured, SuiteScores } from "./decide-input.ts";
import type { Measure } from "./policy.ts";

type Of<K extends Measure["kind"]> = Extract<Measure, { kind: K }>;

/** What every measure gets: the input, and the level after the correction for repeated attempts. */
export type MeasureContext = { input: GateInput; alpha: number; level: number; seed: string };

type Read = { found: SuiteScores[] } | { failed: Measured };

/** The candidate's scores on these suites, or the check as it stands without them. */
export function candidateScores(
  suites: readonly string[],
  { input }: MeasureContext,
  line: number | null = null,
): Read {
  const { lock, policy, scores } = input;
  const { artefactDigest } = lock;
  const { contaminatedShare } = policy;
  const evidence = evidenceFor(suites, scores, lock, { artefactDigest, contaminatedShare });
  return "problem" in evidence ? { failed: failed(evidence.problem, line) } : evidence;
}

function failed({ state, reason }: Problem, line: number | null): Measured {
  return unmeasured(state, reason, line);
}

/** Suites of the policy that have scores. */
function allSuites({ input }: MeasureContext): string[] {
  return [...new Set(input.scores.map(({ suite }) => suite.id))].filter(
    (id) => id in input.lock.suiteDigests,
  );
}

export function measureServedDigest({ input }: MeasureContext): Measured {
  const { lock, servedDigest, scores } = input;
  const others = scores.filter(({ artefactDigest }) => artefactDigest !== lock.artefactDigest);
  const total = { n: scores.length - others.length, planned: scores.length };
  const base = {
    ...unmeasured("PASS", "All scores belong to the artefact that is served."),
    ...total,
  };
  if (servedDigest !== lock.artefactDigest) {
    return {
      ...base,
      state: "FAIL",
      reason: "The artefact that would be served is not the one that was measured.",
    };
  }
  if (scores.length === 0) return { ...base, state: "ERROR", reason: "There are no scores." };
  if (others.length > 0) {
    const names = others.map(({ suite }) => suite.id).join(", ");
    return { ...base, state: "FAIL", reason: `Scores of ${names} belong to another artefact.` };
  }
  const formats = [...new Set(scores.flatMap(({ dtype }) => dtype ?? []))];
  if (lock.dtype && formats.some((dtype) => dtype !== lock.dtype)) {
    const reason = `Scores were made in ${formats.join(" and ")}, but ${lock.dtype} is served.`;
    return { ...base, state: "FAIL", reason };
  }
  return base;
}

export function measureEffectiveN({ line }: Of<"effective-n">, ctx: MeasureContext): Measured {
  const read = candidateScores(allSuites(ctx), ctx, line);
  if ("failed" in read) return read.failed;
  const shares = read.found.map(({ suite, planned, scores }) => {
    const values = new Map<string, boolean>();
    // An item counts as scored when each of its checks has a value.
    for (const score of scores)
      values.set(score.item, (values.get(score.item) ?? true) && isScored(score));
    const n = [...values.values()].filter(Boolean).length;
    return {
      suite: suite.id,
      n,
      planned,
      share: planned > 0 ? n / planned : suite.kind === "canary" ? 1 : 0,
    };
  });
  if (shares.length === 0) return unmeasured("ERROR", "There are no scores.", line);
  const worst = shares.reduce((a, b) => (b.share < a.share ? b : a));
  const ok = worst.share >= Math.max(line, effectiveShare);
  const base = {
    value: worst.share,
    low: worst.share,
    high: null,
    n: worst.n,
    planned: worst.planned,
    line,
  };
  const reason = `${worst.n} of ${worst.planned} items of ${worst.suite} have a score.`;
  return {
    ...base,
    state: ok ? "PASS" : "ERROR",
    reason,
    needed: ok ? 0 : null,
    detail: { suites: shares },
  };
}

/** The worst suite's share must lie below the line. */
function worstShare(
  shares: { suite: string; share: number; n: number }[],
  line: number,
  what: string,
): Measured {
  if (shares.length === 0) return unmeasured("ERROR", `No suite tells the share of ${what}.`, line);
  const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
  const { share: value, n } = worst;
  const state = value < line ? "PASS" : "FAIL";
  const reason = `${percent(value)} ${what} in ${worst.suite}, allowed below ${percent(line)}.`;
  const base = { value, low: null, high: value, n, planned: n, line };
  return {
    ...base,
    state,
    reason,
    needed: state === "PASS" ? 0 : null,
    detail: { suites: shares },
  };
}

export function measureOneAnswer({ line }: Of<"one-answer">, ctx: MeasureContext): Measured {
  const read = candidateScores(allSuites(ctx), ctx, line);
  if ("failed" in read) return read.failed;
  const shares = read.found.flatMap(({ suite, scores }) => {
    if (suite.kind !== "generation" || !suite.varied) return [];
    return [{ suite: suite.id, ...commonAnswerShare(scoredOf(scores, builtInChecks.answer)) }];
  });
  if (shares.some(({ n }) => n === 0))
    return unmeasured("ERROR", "Answers were not compared with each other.", line);
  return worstShare(shares, line, "one answer");
}

export function measureTies({ line }: Of<"ties">, ctx: MeasureContext): Measured {
  const read = candidateScores(allSuites(ctx), ctx, line);
  if ("failed" in read) return read.failed;
  const shares = read.found.flatMap(({ suite, scores }) => {
    const scored = scores.filter(isScored).filter(({ detail }) => typeof detail.tied === "boolean");
    return scored.length === 0
      ? []
      : [{ suite: suite.id, share: tieShare(scored), n: scored.length }];
  });
  return worstShare(shares, line, "ties");
}

export function measureCanaries({ suite }: Of<"canaries">, ctx: MeasureContext): Measured {
  const read = candidateScores([suite], ctx);
  if ("failed" in read) return read.failed;
  const [own] = read.found as [SuiteScores];
  const figure = canaryFigure(own.scores, { planned: own.planned, seed: ctx.seed });
  const { value, n, planned, hint, detail } = figure;
  const line = typeof detail.threshold === "number" ? detail.threshold : null;
  const base = { value, low: null, high: value, n, planned, line, needed: null, detail };
  const generated = ctx.input.scores.filter((other) => other.suite.kind === "generation");
  const searches = generated.map((other) => scoredOf(other.scores, builtInChecks.canaryLeak));
  const searched = searches.flat();
  const leaks = searched.filter((score) => score.value > 0);
  if (leaks.length > 0) {
    const reason = `A planted code stands in ${leaks.length} of ${searched.length} answers.`;
    return {
      ...base,
      state: "FAIL",
      reason,
      detail: { ...detail, leaks: leaks.map(({ item }) => item) },
    };
  }
  if (hint) return { ...base, state: hint.state, reason: hint.reason };
  const unsearched = generated.some(
    (other, i) => (searches[i]?.length ?? 0) < effectiveShare * other.planned,
  );
  if (unsearched || searched.length === 0) {
    return { ...base, state: "ERROR", reason: "Not all answers were searched for planted codes." };
  }
  if (value === null || line === null)
    return { ...base, state: "ERROR", reason: "The exposure is not a number." };
  const bits = `Largest exposure ${value.toFixed(1)} bits, allowed ${line.toFixed(1)}.`;
  return value > line
    ? { ...base, state: "FAIL", reason: bits }
    : { ...base, state: "PASS", reason: bits, needed: 0 };
}

export function measureRate(
  { check, targets, line, maxHits }: Of<"rate">,
  ctx: MeasureContext,
): Measured {
  const read = candidateScores(
    targets.map(({ suite }) => suite),
    ctx,
    line,
  );
  if ("failed" in read) return read.failed;
  const scores: Scored[] = read.found.flatMap((own) => scoredOf(own.scores, check));
  const planned = read.found.reduce((sum, own) => sum + own.planned, 0);
  const generations = read.found.flatMap(({ suite }) =>
    suite.kind === "generation" ? [suite] : [],
  );
  if (generations.some((suite) => staleJudge(suite, check))) {
    return unmeasured(
      "ERROR",
      "The error of the rule that judges this check was measured on another revision.",
      line,
    );
  }
  const judges = new Set(generations.map((suite) => judgeOf(suite, check)));
  if (judges.size > 1) {
    return unmeasured("ERROR", "Different rules judge this check in different suites.", line);
  }
  const [judge] = judges;
  const { level } = ctx;
  const options = {
    planned,
    seed: ctx.seed,
    level,
    side: "upper",
    ...(judge ? { judge } : {}),
  } as const;
  const figure = rateFigure(scores, options);
  const hits = Number(figure.detail.hits ?? 0);
  const result = underLine(figure, line, () => {
    const effective = Number(figure.detail.effectiveN) / figure.n;
    return itemsUntil(figure.n, (n) => {
      return rateHigh((hits / figure.n) * n * effective, n * effective, judge, level) <= line;
    });
  });
  const usable = result.state !== "ERROR" && result.state !== "NOT_INFORMATIVE";
  if (maxHits === undefined || hits <= maxHits || !usable) return result;
  return {
    ...result,
    state: "FAIL",
    reason: `${hits} of ${figure.n} items hit, allowed ${maxHits}.`,
    needed: null,
  };
}

export function measureGroupGap({ suite, line }: Of<"group-gap">, ctx: MeasureContext): Measured {
  const read = candidateScores([suite], ctx, line);
  if ("failed" in read) return read.failed;
  const [own] = read.found as [SuiteScores];
  const { level, alpha } = ctx;
  const figure = gapFigure(own.scores, {
    planned: own.planned,
    seed: ctx.seed,
    level,
    side: "upper",
  });
  return underLine(figure, line, () => {
    const templates = new Set(own.scores.map(({ template }) => template)).size;
    const half = (figure.high ?? 1) - (figure.value ?? 0);
    const more = itemsUntil(templates, (n) => {
      const shrunk = (figure.value ?? 1) + half * Math.sqrt(templates / n);
      return Math.max(shrunk, 1 - alpha ** (1 / n)) <= line;
    });
    return more === null ? null : Math.ceil((more * figure.n) / templates);
  });
}

export function measureBbq({ suite, line }: Of<"bbq">, ctx: MeasureContext): Measured {
  const read = candidateScores([suite], ctx, line);
  if ("failed" in read) return read.failed;
  const [own] = read.found as [SuiteScores];
  if (own.suite.kind !== "choice")
    return unmeasured("ERROR", `Suite ${suite} has no choices.`, line);
  const { level } = ctx;
  const figure = bbqFigure(own.suite.items, own.scores, {
    planned: own.planned,
    seed: ctx.seed,
    level,
  });
  return underLine(figure, line, () => {
    const half = (figure.high ?? 1) - (figure.value ?? 0);
    return itemsUntil(
      figure.n,
      (n) => (figure.value ?? 1) + half * Math.sqrt(figure.n / n) <= line,
    );
  });
}

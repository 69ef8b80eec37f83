import { attemptAlpha } from "#lib/stats/tests.ts";
import { unmeasured } from "./decide-evidence.ts";
import type { CheckResult, CheckState, GateDecision, GateInput, Measured } from "./decide-input.ts";
import {
  type MeasureContext,
  measureBbq,
  measureCanaries,
  measureEffectiveN,
  measureGroupGap,
  measureOneAnswer,
  measureRate,
  measureServedDigest,
  measureTies,
} from "./decide-measures.ts";
import { measurePerplexity, measureRegression, measureWinRate } from "./decide-regression.ts";
import { holdingWaiver } from "./decide-waivers.ts";
import { type PolicyCheck, policyHash } from "./policy.ts";

/**
 * Decides a gate run from its locked policy and all item scores. Pure: the same input gives the same decision on every
 * machine. Fails closed: a check without scores, with scores of another suite or artefact, with too few of them, or
 * with numbers that are none, is ERROR, and only PASS promotes. Methods: docs/evaluation-methods.md.
 */
export function decideGate(input: GateInput): GateDecision {
  const { policy, lock } = input;
  const hash = policyHash(policy);
  const alpha = alphaOf(policy.alpha, lock.attempt);
  const ctx: MeasureContext = { input, alpha, level: 1 - alpha, seed: `gate:${lock.seed}` };
  const checks = [
    lockResult(input, hash),
    ...policy.checks.map((check) => resultOf(check, measured(check, ctx), input)),
  ];
  return {
    verdict: checks.some(({ blocks }) => blocks) ? "BLOCKED" : "PASS",
    profile: policy.profile,
    policyHash: hash,
    artefactDigest: lock.artefactDigest,
    level: ctx.level,
    checks,
  };
}

/** Not a line of the policy, so that no policy can leave it out. */
function lockResult(input: GateInput, hash: string): CheckResult {
  const broken = brokenLock(input, hash);
  const reason = broken ?? "Policy, suites and champion are the ones that were locked.";
  return {
    id: "lock",
    title: "Nothing was changed after the run was locked",
    tier: "H0",
    hard: true,
    ...unmeasured(broken ? "ERROR" : "PASS", reason),
    blocks: broken !== undefined,
    waiver: null,
  };
}

function brokenLock({ lock, champion, anchor }: GateInput, hash: string): string | undefined {
  if (lock.policyHash !== hash)
    return "The policy was changed after the gate run was locked; start a new run.";
  if (!attemptNumber(lock.attempt)) return "The number of the attempt is missing.";
  if ((champion?.artefactDigest ?? null) !== lock.championDigest) {
    return "The champion is not the one that was locked; start a new run.";
  }
  if (lock.artefactDigest === lock.championDigest || lock.artefactDigest === lock.anchorDigest) {
    return "The candidate would be compared with itself; start a new run.";
  }
  if ((anchor?.artefactDigest ?? null) !== (lock.anchorDigest ?? null)) {
    return "The anchored version is not the one that was locked; start a new run.";
  }
  return undefined;
}

/**
 * The first attempt is decided at α, as the policy's lines are drawn (0 of 299 is at most 1 %); every further attempt k
 * on the same suites at 6α / (π²k²), so that trying again does not buy a pass. Over all attempts a model at a line is let
 * through with a probability of at most 1.4 α.
 */
function alphaOf(alpha: number, attempt: number): number {
  return attemptNumber(attempt) && attempt > 1 ? attemptAlpha(alpha, attempt) : alpha;
}

function attemptNumber(attempt: number): boolean {
  return Number.isInteger(attempt) && attempt >= 1;
}

/** A fault in the scores must block this check and no other, and must not be lost. */
function measured(check: PolicyCheck, ctx: MeasureContext): Measured {
  try {
    return measureOf(check, ctx);
  } catch (error) {
    return unmeasured(
      "ERROR",
      `The check could not be computed: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function measureOf({ measure }: PolicyCheck, ctx: MeasureContext): Measured {
  switch (measure.kind) {
    case "served-digest":
      return measureServedDigest(ctx);
    case "effective-n":
      return measureEffectiveN(measure, ctx);
    case "one-answer":
      return measureOneAnswer(measure, ctx);
    case "ties":
      return measureTies(measure, ctx);
    case "canaries":
      return measureCanaries(measure, ctx);
    case "rate":
      return measureRate(measure, ctx);
    case "group-gap":
      return measureGroupGap(measure, ctx);
    case "bbq":
      return measureBbq(measure, ctx);
    case "perplexity":
      return measurePerplexity(measure, ctx);
    case "win-rate":
      return measureWinRate(measure, ctx);
    case "regression":
      return measureRegression(measure, ctx);
  }
}

function promotes(check: PolicyCheck, state: CheckState): boolean {
  if (state === "PASS" || state === "NO_BASELINE") return true;
  return state === "NOT_INFORMATIVE" && check.notInformative === "advises";
}

function resultOf(check: PolicyCheck, result: Measured, input: GateInput): CheckResult {
  const { id, title, tier, hard } = check;
  const { policy, waivers = [], now } = input;
  const stops = hard && !promotes(check, result.state);
  const options = { now, waiverDays: policy.waiverDays };
  const waiver = stops ? holdingWaiver(check, result.state, waivers, options) : undefined;
  return {
    id,
    title,
    tier,
    hard,
    ...result,
    blocks: stops && waiver === undefined,
    waiver: waiver
      ? { owner: waiver.owner, reason: waiver.reason, expiresAt: waiver.expiresAt }
      : null,
  };
}

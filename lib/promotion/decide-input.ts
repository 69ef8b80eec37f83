import type { ItemScore } from "#lib/evals/suites/scoring/item-score.ts";
import type { Suite } from "#lib/evals/suites/suite.ts";
import type { Policy, Tier } from "./policy.ts";

/** All scores of one suite on one artefact. */
export type SuiteScores = {
  suite: Suite;
  /** Digest of what was asked: the artefact as it will be served. */
  artefactDigest: string;
  /** Items (for a canary suite: canaries) that were to be scored. */
  planned: number;
  scores: readonly ItemScore[];
  /** Number format that answered, where the server named it: fp32, fp16, q8, q4. */
  dtype?: string | null;
  /** Share of the suite's items that stand in the training rows, where that was looked for. */
  contaminated?: number;
};

/** What was fixed before the first score was made. */
export type GateLock = {
  policyHash: string;
  suiteDigests: Readonly<Record<string, string>>;
  artefactDigest: string;
  /** Number format that will be served; null or left out where it is not ours to know. */
  dtype?: string | null;
  /** What it is compared with; null when nothing was promoted before. */
  championDigest: string | null;
  anchorDigest?: string | null;
  /** 1 for the first gate run of this model on these suites. */
  attempt: number;
  seed: number | string;
};

/** A version to compare with: its scores on the same items. */
export type Reference = { artefactDigest: string; scores: readonly SuiteScores[] };

/** A paired comparison with the champion: 1 a win of the candidate, ½ a tie, 0 a loss. */
export type PairedVote = { prompt: string; value: 0 | 0.5 | 1 };

/** Lets one check of one gate run pass for a while. Times are ISO 8601. */
export type Waiver = {
  check: string;
  reason: string;
  owner: string;
  createdAt: string;
  expiresAt: string;
};

export type GateInput = {
  policy: Policy;
  lock: GateLock;
  /** Digest of the artefact that would be served now. */
  servedDigest: string;
  scores: readonly SuiteScores[];
  /** Null when nothing was promoted before. */
  champion: Reference | null;
  /** An earlier version that stays the yardstick, so that small losses do not add up. */
  anchor?: Reference | null;
  votes?: readonly PairedVote[];
  waivers?: readonly Waiver[];
  /** ISO 8601; decides which waivers still hold. */
  now: string;
};

export const checkStates = [
  "PASS",
  "FAIL",
  "INCONCLUSIVE",
  "NOT_INFORMATIVE",
  "CONTAMINATED",
  "ERROR",
  "NO_BASELINE",
] as const;
export type CheckState = (typeof checkStates)[number];

/** A check as measured, before waivers. */
export type Measured = {
  state: CheckState;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  planned: number;
  /** What the bound is held against, in the unit of the value. */
  line: number | null;
  reason: string;
  /** Further items that would be expected to decide; null where more of them are not expected to. */
  needed: number | null;
  detail: Record<string, unknown>;
};

export type CheckResult = Measured & {
  id: string;
  title: string;
  tier: Tier;
  hard: boolean;
  /** Whether this check alone blocks the promotion. */
  blocks: boolean;
  waiver: { owner: string; reason: string; expiresAt: string } | null;
};

export type GateDecision = {
  verdict: "PASS" | "BLOCKED";
  profile: string;
  policyHash: string;
  artefactDigest: string;
  /** Confidence level of every bound, after the correction for repeated attempts. */
  level: number;
  checks: CheckResult[];
};

import type { GateDecision } from "./decide-input.ts";

/** A signature, bound to what was signed; it lapses when a digest changes. */
export type Signoff = { userId: string; artefactDigest: string; policyHash: string };

export type SignoffRule = {
  /** People who must sign; from the policy. */
  required: number;
  /** Who started the training of this version; null when nobody of this instance did. */
  trainer: string | null;
  /** People of the project who may sign. */
  signers: readonly string[];
  /** Real people in the project, whatever their role. */
  members: number;
};

export type SignoffState = {
  complete: boolean;
  /** `one-person` is stamped on the version: nobody else was there to look. */
  stamp: "two-people" | "one-person" | null;
  signed: string[];
  missing: number;
  reason: string;
};

/**
 * Whether enough people have signed this very artefact under this very policy: the required number of different people
 * who may sign, one of whom did not train the model. In a project of one, that one person: a project with others in
 * it has somebody who can be made a second signer.
 */
export function decideSignoffs(
  signoffs: readonly Signoff[],
  gate: Pick<GateDecision, "artefactDigest" | "policyHash">,
  { required, trainer, signers, members }: SignoffRule,
): SignoffState {
  const may = new Set(signers);
  const valid = signoffs.filter(
    ({ userId, artefactDigest, policyHash }) =>
      may.has(userId) && artefactDigest === gate.artefactDigest && policyHash === gate.policyHash,
  );
  const signed = [...new Set(valid.map(({ userId }) => userId))];
  const alone = isAlone({ signers, members });
  const wanted = alone ? 1 : Math.max(1, required);
  const missing = Math.max(0, wanted - signed.length);
  const lapsed = signoffs.length - valid.length;
  if (missing > 0) {
    const old =
      lapsed > 0
        ? ` ${lapsed} earlier signature does not count for this artefact, policy and project.`
        : "";
    const people = missing === 1 ? "One more person" : `${missing} more people`;
    return { complete: false, stamp: null, signed, missing, reason: `${people} must sign.${old}` };
  }
  if (!alone && signed.every((user) => user === trainer)) {
    const reason = "Someone who did not train the model must sign.";
    return { complete: false, stamp: null, signed, missing: 1, reason };
  }
  if (alone)
    return {
      complete: true,
      stamp: "one-person",
      signed,
      missing: 0,
      reason: "Signed in a project of one.",
    };
  return {
    complete: true,
    stamp: "two-people",
    signed,
    missing: 0,
    reason: `Signed by ${signed.length} people.`,
  };
}

export function isAlone({ signers, members }: Pick<SignoffRule, "signers" | "members">): boolean {
  return members === 1 && new Set(signers).size === 1;
}

export type PromotionInput = {
  gate: GateDecision;
  /** What would be served, and what the deployment's policy is now. */
  servedDigest: string;
  policyHash: string;
  /** Versions that the candidate was compared with, and would be compared with today; null for none. */
  champion: { locked: number | null; now: number | null };
  signoffs: readonly Signoff[];
  rule: SignoffRule;
  /** ISO 8601. */
  now: string;
};

export type PromotionDecision = { allowed: boolean; reasons: string[]; signoff: SignoffState };

/** Whether a version may go live: a PASS for this very artefact and policy, no waiver that ran out, and the signatures. */
export function decidePromotion(input: PromotionInput): PromotionDecision {
  const { gate, servedDigest, policyHash, now } = input;
  const reasons: string[] = [];
  if (gate.verdict !== "PASS") {
    const blocking = gate.checks.filter(({ blocks }) => blocks).map(({ title }) => title);
    reasons.push(`The gate is blocked: ${blocking.join("; ")}.`);
  }
  if (gate.artefactDigest !== servedDigest)
    reasons.push("The verdict belongs to another artefact.");
  if (gate.policyHash !== policyHash)
    reasons.push(
      "The deployment's policy is another one than that of the gate run; start a new run.",
    );
  if (input.champion.locked !== input.champion.now) {
    reasons.push(
      "Another version went live after the gate run, and this one was not compared with it; start a new run.",
    );
  }
  for (const { title, waiver } of gate.checks) {
    if (waiver && !(Date.parse(now) < Date.parse(waiver.expiresAt))) {
      reasons.push(`The waiver of "${title}" ran out on ${waiver.expiresAt.slice(0, 10)}.`);
    }
  }
  const signoff = decideSignoffs(input.signoffs, gate, input.rule);
  if (!signoff.complete) reasons.push(signoff.reason);
  return { allowed: reasons.length === 0, reasons, signoff };
}

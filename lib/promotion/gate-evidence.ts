import type { ProjectHandle } from "#db/handle.ts";
import { evalResults, scoresAt } from "#db/queries/evals.ts";
import { type GateRow, type PolicyRow, votesBetween, waiversOf } from "#db/queries/gate.ts";
import { itemScore } from "../evals/evaluate-suite.ts";
import { servedDigest } from "../evals/measure/model-under-test.ts";
import { lockedSuites } from "../evals/run-evaluation.ts";
import { requireVersion } from "../models/read-models.ts";
import { decideGate } from "./decide.ts";
import type { GateDecision, GateInput, Reference, SuiteScores } from "./decide-input.ts";
import { policyOf } from "./keep-policies.ts";

/** What the gate run fixed beside the columns of its row. */
export type GateEvidence = {
  system: string;
  parameters: Record<string, unknown>;
  anchorId: number | null;
  championDigest: string | null;
  anchorDigest: string | null;
  testSnapshotId: number | null;
  /** Names what was drawn: seed, system prompt and parameters. */
  draw: string;
  /** Number format of the artefact that will be served; null for another server's model. */
  dtype?: string | null;
  deploymentRevision: number;
};

export const evidenceOf = (row: GateRow): GateEvidence => row.evidence as unknown as GateEvidence;

/** The scores that a run holds for one version, suite by suite, as they were locked. */
export async function collectScores(
  handle: ProjectHandle,
  gate: GateRow,
  modelVersionId: number,
): Promise<SuiteScores[]> {
  if (gate.runId === null) return [];
  const runId = gate.runId;
  const named = Object.entries(gate.suiteDigests).map(([slug, digest]) => ({ slug, digest }));
  const suites = await lockedSuites(handle, named);
  const results = await evalResults(handle, { runId, modelVersionId });
  const collected: SuiteScores[] = [];
  for (const { row, suite } of suites) {
    const result = results.find((one) => one.suiteId === row.id);
    if (!result?.artefactDigest) continue;
    const scores = await scoresAt(handle, { runId, suiteId: row.id, modelVersionId });
    collected.push({
      suite,
      artefactDigest: result.artefactDigest,
      dtype: servedDtype(result.detail.fingerprint),
      planned: result.planned,
      scores: scores.map(itemScore),
      contaminated: Number(result.detail.contaminated ?? 0),
    });
  }
  return collected;
}

/** The number format in our model server's fingerprint (“engine dtype device”); null where none is named. */
function servedDtype(fingerprint: unknown): string | null {
  const words = typeof fingerprint === "string" ? fingerprint.split(" ") : [];
  return words.find((word) => ["fp32", "fp16", "q8", "q4"].includes(word)) ?? null;
}

async function reference(
  handle: ProjectHandle,
  gate: GateRow,
  versionId: number | null,
  digest: string | null,
): Promise<Reference | null> {
  if (versionId === null || digest === null) return null;
  return { artefactDigest: digest, scores: await collectScores(handle, gate, versionId) };
}

/**
 * Decides a gate run from what is stored: its lock, the scores of its run, votes, and the waivers that hold at `now`.
 * Asking again with the same rows gives the same decision.
 */
export async function decideStored(
  handle: ProjectHandle,
  gate: GateRow,
  policyRow: PolicyRow,
  now: Date,
): Promise<GateDecision> {
  const locked = evidenceOf(gate);
  const version = await requireVersion(handle, gate.modelVersionId);
  const waivers = await waiversOf(handle, gate.id);
  const input: GateInput = {
    policy: policyOf(policyRow),
    lock: {
      policyHash: gate.policyHash,
      suiteDigests: gate.suiteDigests,
      artefactDigest: gate.artefactDigest,
      dtype: locked.dtype ?? null,
      championDigest: locked.championDigest,
      anchorDigest: locked.anchorDigest,
      attempt: gate.attempt,
      seed: gate.seed,
    },
    servedDigest: servedDigest(version),
    scores: await collectScores(handle, gate, gate.modelVersionId),
    champion: await reference(handle, gate, gate.championId, locked.championDigest),
    anchor: await reference(handle, gate, locked.anchorId, locked.anchorDigest),
    votes:
      gate.championId === null
        ? []
        : await votesBetween(handle, gate.modelVersionId, gate.championId),
    waivers: waivers.map((row) => ({
      check: row.check,
      reason: row.reason,
      owner: row.owner,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    })),
    now: now.toISOString(),
  };
  return decideGate(input);
}

import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { type GateRow, policyById, signoffsOf } from "#db/queries/gate.ts";
import { gateRun } from "#db/schema/trust.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { servedDigest } from "../evals/measure/model-under-test.ts";
import { requireWriter } from "../models/embedding-model.ts";
import { findVersion, requireVersion } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { championFor } from "./champion.ts";
import type { CheckResult, GateDecision } from "./decide-input.ts";
import { decidePromotion, type PromotionDecision } from "./decide-promotion.ts";
import { changedMeanwhile, requireDeployment, requireGate } from "./find-deployment.ts";
import { movePointer } from "./move-pointer.ts";
import { signoffRule } from "./signatures.ts";

/** A stored gate run as the pure rules read it; one without a verdict is blocked. */
export function storedDecision(gate: GateRow, profile: string): GateDecision {
  return {
    verdict: gate.verdict === "PASS" ? "PASS" : "BLOCKED",
    profile,
    policyHash: gate.policyHash,
    artefactDigest: gate.artefactDigest,
    level: Number(gate.evidence?.level ?? 0),
    checks: (gate.checks ?? []) as unknown as CheckResult[],
  };
}

/** Whether a gate run allows a promotion now, with every reason why not. */
export async function promotionOf(
  handle: ProjectHandle,
  gate: GateRow,
): Promise<PromotionDecision> {
  const version = await requireVersion(handle, gate.modelVersionId);
  const policyRow = await policyById(handle, gate.policyId);
  const deployment = await requireDeployment(handle, String(gate.deploymentId));
  const today =
    deployment.policyId === null ? undefined : await policyById(handle, deployment.policyId);
  const champion = await championFor(handle, deployment, gate.artefactDigest);
  const decision = decidePromotion({
    gate: storedDecision(gate, policyRow?.profile ?? ""),
    servedDigest: servedDigest(version),
    policyHash: today?.hash ?? "",
    champion: { locked: gate.championId, now: champion?.model_version.id ?? null },
    signoffs: await signoffsOf(handle, gate.id),
    rule: await signoffRule(handle, gate),
    now: new Date().toISOString(),
  });
  const reasons = [...decision.reasons];
  if (gate.verdict === null) {
    reasons[0] = "The gate run has no verdict yet.";
  }
  if (gate.voidedAt) reasons.unshift(`The gate run is void. ${gate.voidReason ?? ""}`.trim());
  return { ...decision, reasons, allowed: decision.allowed && !gate.voidedAt };
}

async function gateFor(
  handle: ProjectHandle,
  deploymentId: number,
  given: { gate?: number | undefined; model?: string | undefined },
): Promise<GateRow> {
  if (given.gate !== undefined) {
    const gate = await requireGate(handle, given.gate);
    if (gate.deploymentId === deploymentId) return gate;
    throw new AssayError(
      "blocked_by_gate",
      "This gate run was made for another deployment, with its system prompt and policy. Gate the version for this one.",
    );
  }
  if (given.model === undefined) {
    throw new AssayError("invalid_input", "Name the gate run or the model version to promote.", {
      issues: [{ path: "model", message: "Give gate or model" }],
    });
  }
  const version = await findVersion(handle, given.model);
  requireWriter(version, "be promoted");
  const rows = await handle.db
    .select()
    .from(gateRun)
    .where(
      and(
        eq(gateRun.projectId, handle.projectId),
        eq(gateRun.deploymentId, deploymentId),
        eq(gateRun.modelVersionId, version.model_version.id),
        isNull(gateRun.voidedAt),
      ),
    )
    .orderBy(desc(gateRun.id));
  const gate = rows.find(({ verdict }) => verdict === "PASS") ?? rows[0];
  if (gate) return gate;
  throw new AssayError(
    "blocked_by_gate",
    `${version.model.name}@${version.model_version.number} has no gate run for this deployment. Run the gate first.`,
  );
}

/** Makes a version the live one of a deployment, on a gate run that passed and was signed. */
export const promoteVersion = defineOperation({
  name: "promote",
  summary: "Make a model version that passed its gate the live one of a deployment",
  method: "POST",
  path: "/projects/{project}/deployments/{deployment}/promote",
  input: z.strictObject({
    project: slugSchema,
    deployment: z.string().min(1).max(200),
    model: z.string().min(1).max(300).optional().meta({ description: "As model@version" }),
    gate: idSchema.optional().meta({ description: "The gate run; else the version's newest" }),
    revision: z.coerce.number().int().min(1).optional(),
    reason: z.string().trim().max(2000).default(""),
  }),
  output: z.object({
    deployment: z.string(),
    live: z.string(),
    gate: z.number(),
    stamp: z.string().nullable(),
  }),
  allow: { project: "deployment.promote" },
  positionals: ["deployment", "model"],
  run: async ({ handle }, input) => {
    const deployment = await requireDeployment(handle, input.deployment);
    const revision = input.revision ?? deployment.revision;
    const chosen = await gateFor(handle, deployment.id, input);
    return handle.transaction(async (tx) => {
      const gate = await requireGate(tx, chosen.id);
      const decision = await promotionOf(tx, gate);
      if (!decision.allowed) {
        // What somebody else changed in between is told before the reasons that follow from it.
        const now = await requireDeployment(tx, String(deployment.id));
        if (now.revision !== revision) throw changedMeanwhile();
        throw new AssayError(
          "blocked_by_gate",
          `Not promoted. ${decision.reasons.join(" ")} Nothing was changed.`,
          { issues: decision.reasons.map((message) => ({ path: "gate", message })) },
        );
      }
      await movePointer(
        tx,
        deployment,
        { versionId: gate.modelVersionId, gateRunId: gate.id },
        {
          act: "promote",
          reason: input.reason,
          revision,
        },
      );
      const { model, model_version: version } = await requireVersion(tx, gate.modelVersionId);
      return {
        deployment: deployment.name,
        live: `${model.name}@${version.number}`,
        gate: gate.id,
        stamp: decision.signoff.stamp,
      };
    });
  },
});

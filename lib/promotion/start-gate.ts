import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import type { DeploymentRow } from "#db/queries/deployments.ts";
import type { GateRow } from "#db/queries/gate.ts";
import { deployment as deploymentTable, gateRun } from "#db/schema/trust.ts";
import { audit } from "../access/audit.ts";
import { slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { canonicalJson } from "../datasets/formats/canonical-json.ts";
import { keptSuites } from "../evals/keep-suites.ts";
import { servedDigest } from "../evals/measure/model-under-test.ts";
import { seedSchema } from "../evals/start-evaluation.ts";
import { requireWriter } from "../models/embedding-model.ts";
import { findVersion, type VersionRow } from "../models/read-models.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { anchorFor, championFor } from "./champion.ts";
import { countAttempt, drawHash } from "./count-attempts.ts";
import type { CheckResult } from "./decide-input.ts";
import { requireDeployment } from "./find-deployment.ts";
import { evidenceOf, type GateEvidence } from "./gate-evidence.ts";
import { policyOf, requirePolicyById } from "./keep-policies.ts";
import { policyPlan } from "./policy.ts";

/** Input of a run of kind `gate`. Everything else stands in the gate run's row, locked. */
export const gateRunInput = z.object({ gateRunId: z.number().int() });

/**
 * Locks policy, suites, seed and artefact, then queues the measurement. Asked again with everything the same while a
 * PASS stands, it answers with that gate run: measuring twice would tell nothing new.
 */
export const startGate = defineOperation({
  name: "gate",
  summary: "Hold a model version against a deployment's policy",
  method: "POST",
  path: "/projects/{project}/gates",
  input: z.strictObject({
    project: slugSchema,
    deployment: z.string().min(1).max(200),
    model: z.string().min(1).max(300).meta({ description: "As model@version" }),
    seed: seedSchema,
  }),
  output: z.object({ run: z.number(), gate: z.number() }),
  allow: { project: "gate.run" },
  positionals: ["deployment", "model"],
  startsRun: true,
  run: async ({ handle }, input) => {
    const version = await findVersion(handle, input.model);
    requireWriter(version, "stand before a gate");
    if (!version.model_version.servable) {
      throw new AssayError(
        "precondition_failed",
        "This version cannot be served, so there is nothing to gate. Choose another version.",
      );
    }
    const found = await requireDeployment(handle, input.deployment);
    return handle.transaction(async (tx) => {
      // Serialises gate runs of a deployment: each counts those before it.
      const [target] = await tx.db
        .select()
        .from(deploymentTable)
        .where(eq(deploymentTable.id, found.id))
        .for("update");
      if (!target) throw new TypeError("the deployment was deleted meanwhile");
      const lock = await makeLock(tx, target, version, input.seed);
      const known = await standingPass(tx, lock);
      if (known?.runId) return { run: known.runId, gate: known.id };
      return openGate(tx, target, version, lock);
    });
  },
});

type Lock = Pick<
  GateRow,
  | "deploymentId"
  | "modelVersionId"
  | "artefactDigest"
  | "championId"
  | "policyId"
  | "policyHash"
  | "suiteDigests"
  | "seed"
  | "attempt"
> & { evidence: GateEvidence };

async function makeLock(
  tx: ProjectHandle,
  target: DeploymentRow,
  version: VersionRow,
  seed: number,
): Promise<Lock> {
  if (target.policyId === null) {
    throw new AssayError(
      "precondition_failed",
      "This deployment has no policy. Choose one in its settings.",
    );
  }
  const policyRow = await requirePolicyById(tx, target.policyId);
  const plan = policyPlan(policyOf(policyRow));
  const suites = await keptSuites(
    tx,
    plan.map(({ suite }) => suite),
  );
  const artefactDigest = servedDigest(version);
  const champion = await championFor(tx, target, artefactDigest);
  const anchor = await anchorFor(tx, target.id, artefactDigest);
  const { system, parameters } = target;
  const suiteDigests = Object.fromEntries(suites.map(({ row }) => [row.slug, row.digest]));
  const draw = { seed, system, parameters };
  return {
    deploymentId: target.id,
    modelVersionId: version.model_version.id,
    artefactDigest,
    championId: champion?.model_version.id ?? null,
    policyId: policyRow.id,
    policyHash: policyRow.hash,
    suiteDigests,
    seed,
    attempt: await countAttempt(tx, artefactDigest, draw, suiteDigests),
    evidence: {
      system,
      parameters,
      anchorId: anchor?.model_version.id ?? null,
      championDigest: champion ? servedDigest(champion) : null,
      anchorDigest: anchor ? servedDigest(anchor) : null,
      testSnapshotId: version.model_version.snapshotId,
      draw: drawHash(draw),
      dtype: version.model_version.artefactDigest ? version.model_version.dtype : null,
      deploymentRevision: target.revision,
    },
  };
}

/** A gate run that passed with exactly this lock, is not void, and rests on no waiver that ran out. */
async function standingPass(tx: ProjectHandle, lock: Lock): Promise<GateRow | undefined> {
  const rows = await tx.db
    .select()
    .from(gateRun)
    .where(
      and(
        eq(gateRun.projectId, tx.projectId),
        eq(gateRun.deploymentId, lock.deploymentId),
        eq(gateRun.modelVersionId, lock.modelVersionId),
        eq(gateRun.policyHash, lock.policyHash),
        eq(gateRun.verdict, "PASS"),
        sql`${gateRun.voidedAt} is null`,
      ),
    )
    .orderBy(desc(gateRun.id));
  const key = (row: Pick<GateRow, "artefactDigest" | "suiteDigests">, of: GateEvidence) =>
    canonicalJson({
      digest: row.artefactDigest,
      suites: row.suiteDigests,
      draw: of.draw,
      champion: of.championDigest,
      anchor: of.anchorDigest,
    });
  const wanted = key(lock, lock.evidence);
  return rows.find((row) => key(row, evidenceOf(row)) === wanted && !ranOut(row));
}

function ranOut({ checks }: GateRow): boolean {
  return ((checks ?? []) as unknown as CheckResult[]).some(
    ({ waiver }) => waiver && !(Date.now() < Date.parse(waiver.expiresAt)),
  );
}

async function openGate(
  tx: ProjectHandle,
  target: DeploymentRow,
  version: VersionRow,
  lock: Lock,
): Promise<{ run: number; gate: number }> {
  const [made] = await tx.db
    .insert(gateRun)
    .values({ ...lock, projectId: tx.projectId, createdBy: tx.userId })
    .returning({ id: gateRun.id });
  if (!made) throw new TypeError("insert returned no row");
  const name = `${version.model.name}@${version.model_version.number}`;
  const run = await startRun(tx, {
    kind: "gate",
    title: `Gate ${name} for ${target.name}`,
    input: { gateRunId: made.id },
    unit: "items",
  });
  await tx.db.update(gateRun).set({ runId: run }).where(eq(gateRun.id, made.id));
  await audit(
    tx.db,
    tx.actor,
    "gate",
    {
      gate: made.id,
      deployment: target.id,
      version: lock.modelVersionId,
      artefact: lock.artefactDigest,
      policy: lock.policyHash,
      seed: lock.seed,
      attempt: lock.attempt,
    },
    { projectId: tx.projectId },
  );
  return { run, gate: made.id };
}

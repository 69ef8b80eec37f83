import type { ProjectHandle } from "#db/handle.ts";
import { deployment, gateRun, policy, signoff } from "#db/schema/trust.ts";
import { registerStub } from "./stub-model.ts";

export type Passed = { versionId: number; gateRunId: number; digest: string };

/**
 * A deployment and one version for each digest, each with a signed PASS for it; the first is live. Rows as gate,
 * signature and promotion leave them.
 */
export async function liveDeployment(
  handle: ProjectHandle,
  name: string,
  digests: readonly string[],
): Promise<{ deploymentId: number; passed: Passed[] }> {
  const { db, projectId, userId } = handle;
  const policyHash = "e".repeat(64);
  const policyId = one(
    await db
      .insert(policy)
      .values({ projectId, name, profile: "lab", body: {}, hash: policyHash })
      .returning({ id: policy.id }),
  ).id;
  const deploymentId = one(
    await db
      .insert(deployment)
      .values({ projectId, name, policyId, parameters: {} })
      .returning({ id: deployment.id }),
  ).id;
  const passed: Passed[] = [];
  for (const [index, digest] of digests.entries()) {
    const { id: versionId } = await registerStub(handle, `${name}-${index}`, digest);
    const gate = one(
      await db
        .insert(gateRun)
        .values({
          projectId,
          deploymentId,
          modelVersionId: versionId,
          artefactDigest: digest,
          policyId,
          policyHash,
          suiteDigests: {},
          seed: 1,
          attempt: 1,
          verdict: "PASS",
          checks: [],
          evidence: { signoff: { complete: true, required: 1 } },
        })
        .returning({ id: gateRun.id }),
    );
    await db
      .insert(signoff)
      .values({ projectId, gateRunId: gate.id, userId, artefactDigest: digest, policyHash });
    passed.push({ versionId, gateRunId: gate.id, digest });
  }
  const first = one(passed);
  await db
    .update(deployment)
    .set({ liveVersionId: first.versionId, liveGateRunId: first.gateRunId });
  return { deploymentId, passed };
}

function one<T>([row]: T[]): T {
  if (row === undefined) throw new TypeError("expected a row");
  return row;
}

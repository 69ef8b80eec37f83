import type { ProjectHandle } from "#db/handle.ts";
import { deployment, gateRun, policy, signoff } from "#db/schema/trust.ts";
import { createKey } from "#lib/access/keys.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import type { Services } from "#lib/services.ts";

export const deploymentName = "shop";
const artefactDigest = "a".repeat(64);
const policyHash = "b".repeat(64);

/** A key lets in 10,000 at once and 100,000 a minute: so many keys that no machine is fast enough to be refused. */
const keys = 4;

/**
 * A deployment with a signed PASS, so that every request goes through the rule that decides what may be served; gives
 * the keys to ask it with.
 */
export async function makeLive(services: Services, handle: ProjectHandle): Promise<string[]> {
  const { id: modelVersionId } = await handle.transaction((tx) =>
    registerVersion(tx, "stub", {
      engine: "transformers.js",
      method: "pretrain",
      artefactDigest,
      contextLength: 512,
      facts: {},
    }),
  );
  const { db, projectId, userId } = handle;
  const one = <T>(rows: T[]): T => {
    const [row] = rows;
    if (row === undefined) throw new TypeError("insert returned no row");
    return row;
  };
  const rules = one(
    await db
      .insert(policy)
      .values({ projectId, name: "bench", profile: "lab", body: {}, hash: policyHash })
      .returning({ id: policy.id }),
  );
  const place = one(
    await db
      .insert(deployment)
      .values({ projectId, name: deploymentName, policyId: rules.id, parameters: {} })
      .returning({ id: deployment.id }),
  );
  const gate = one(
    await db
      .insert(gateRun)
      .values({
        projectId,
        deploymentId: place.id,
        modelVersionId,
        artefactDigest,
        policyId: rules.id,
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
    .values({ projectId, gateRunId: gate.id, userId, artefactDigest, policyHash });
  await db.update(deployment).set({ liveVersionId: modelVersionId, liveGateRunId: gate.id });
  const signal = new AbortController().signal;
  const context = { handle, services, actor: handle.actor, signal };
  const made = Array.from({ length: keys }, async (_, at) => {
    const name = `bench ${at + 1}`;
    const input = { project: handle.slug, name, scope: ["chat" as const], ratePerMinute: 100_000 };
    return (await createKey.run(context, input)).key;
  });
  return Promise.all(made);
}

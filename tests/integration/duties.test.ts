import { createHash, randomInt, randomUUID } from "node:crypto";
import { desc, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { auditEntry } from "#db/schema/access.ts";
import { deployment, deploymentEvent, feedback, gateRun, requestLog } from "#db/schema/trust.ts";
import { duties, startDuties } from "#jobs/duties.ts";
import { forgetTraffic } from "#lib/chat/forget-traffic.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { createDeployment } from "#lib/promotion/deployments.ts";
import { fallBackFromExpiredWaivers } from "#lib/promotion/fall-back.ts";
import { requirePolicy } from "#lib/promotion/keep-policies.ts";
import { promoteVersion } from "#lib/promotion/promote-version.ts";
import { signGate } from "#lib/promotion/sign-gate.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;

/** A version that was gated, signed and promoted on the deployment. */
async function live(handle: ProjectHandle, model: string) {
  const artefactDigest = createHash("sha256")
    .update(`${model}${randomInt(1e9)}`)
    .digest("hex");
  const version = await handle.transaction((tx) =>
    registerVersion(tx, model, {
      engine: "transformers.js",
      method: "pretrain",
      artefactDigest,
      facts: {},
    }),
  );
  const [target] = await db
    .select()
    .from(deployment)
    .where(eq(deployment.projectId, handle.projectId));
  const rule = await requirePolicy(handle, "lab");
  const [gate] = await db
    .insert(gateRun)
    .values({
      projectId: handle.projectId,
      deploymentId: target?.id ?? 0,
      modelVersionId: version.id,
      artefactDigest,
      championId: target?.liveVersionId ?? null,
      policyId: rule.id,
      policyHash: rule.hash,
      suiteDigests: {},
      seed: 1,
      attempt: 1,
      verdict: "PASS",
      checks: [],
      evidence: { draw: String(version.id) },
      decidedAt: new Date(),
      createdBy: handle.userId,
    })
    .returning({ id: gateRun.id });
  const id = gate?.id ?? 0;
  await act(services, handle, signGate, { gate: id });
  await act(services, handle, promoteVersion, { deployment: "chat", gate: id, reason: "better" });
  return { version: version.id, gate: id };
}

async function deployed() {
  const handle = await makeHandle(services);
  await act(services, handle, createDeployment, { name: "chat", policy: "lab" });
  const pointer = async () => {
    const [row] = await db
      .select()
      .from(deployment)
      .where(eq(deployment.projectId, handle.projectId));
    return { version: row?.liveVersionId, gate: row?.liveGateRunId, revision: row?.revision };
  };
  const history = () =>
    db
      .select()
      .from(deploymentEvent)
      .where(eq(deploymentEvent.projectId, handle.projectId))
      .orderBy(desc(deploymentEvent.id));
  return { handle, pointer, history };
}

/** A waiver on one check of the gate run that ends then. */
const waived = (gate: number, expiresAt: Date) =>
  db
    .update(gateRun)
    .set({
      checks: [
        {
          id: "over-refusal",
          state: "FAIL",
          waiver: { owner: "o", reason: "r", expiresAt: expiresAt.toISOString() },
        },
      ],
    })
    .where(eq(gateRun.id, gate));
const [past, future] = [new Date(Date.now() - 1000), new Date(Date.now() + 60_000)];

describe("a waiver that runs out", () => {
  it("takes the deployment back to the last clean version, once, with event and audit entry", async () => {
    const { handle, pointer, history } = await deployed();
    const [clean, resting, now] = [
      await live(handle, "a"),
      await live(handle, "b"),
      await live(handle, "c"),
    ];
    await waived(resting.gate, past);
    await waived(now.gate, future);
    await fallBackFromExpiredWaivers(services.database);
    expect(await pointer()).toMatchObject({ version: now.version, gate: now.gate });

    await waived(now.gate, past);
    // Two workers at once: one of them moves it, and past the version whose waiver ran out, too.
    const moved = await Promise.all([
      fallBackFromExpiredWaivers(services.database),
      fallBackFromExpiredWaivers(services.database),
    ]);
    expect(moved.flat()).toHaveLength(1);
    const after = await pointer();
    expect(after).toMatchObject({ version: clean.version, gate: clean.gate });
    const [event] = await history();
    expect(event).toMatchObject({
      act: "rollback",
      fromVersionId: now.version,
      toVersionId: clean.version,
      createdBy: null,
      reason: "The waiver of over-refusal ran out.",
    });
    const [entry] = await db.select().from(auditEntry).orderBy(desc(auditEntry.id)).limit(1);
    expect(entry).toMatchObject({
      act: "waiver.expired",
      actor: "system",
      target: { from: now.version, to: clean.version },
    });
    expect(await fallBackFromExpiredWaivers(services.database)).toEqual([]);
    expect(await pointer()).toEqual(after);
  });

  it("without a clean version leaves the pointer, and says so once", async () => {
    const { handle, pointer, history } = await deployed();
    const only = await live(handle, "a");
    await waived(only.gate, past);
    expect(await fallBackFromExpiredWaivers(services.database)).toMatchObject([{ to: null }]);
    expect(await fallBackFromExpiredWaivers(services.database)).toEqual([]);
    expect(await pointer()).toMatchObject({ version: only.version });
    const said = (await history()).filter((event) => event.act === "expired");
    expect(said.map(({ reason }) => reason)).toEqual([expect.stringMatching(/nothing is served/)]);
  });

  it("is seen by a worker by itself, and a duty that fails leaves the others", async () => {
    const { handle, pointer } = await deployed();
    const clean = await live(handle, "a");
    const resting = await live(handle, "b");
    await waived(resting.gate, past);
    const failing = { name: "failing", run: () => Promise.reject(new Error("lost connection")) };
    (duties as { name: string; run: () => Promise<unknown> }[]).unshift(failing);
    const clock = startDuties(services);
    await expect.poll(async () => (await pointer()).version).toBe(clean.version);
    await clock.close();
    expect(JSON.stringify(services.logged)).toContain("lost connection");
    (duties as unknown[]).shift();
  });
});

describe("traffic whose days are over", () => {
  it("is deleted; what is younger, and feedback, stays", async () => {
    const { projectId } = await makeHandle(services);
    const [old, young] = [randomUUID(), randomUUID()];
    const head = { projectId, stage: "live", path: "/v1/chat/completions", status: 200 };
    await db.insert(requestLog).values([
      { ...head, id: old, expiresAt: past },
      { ...head, id: young, expiresAt: future },
    ]);
    await db.insert(feedback).values({
      projectId,
      requestId: old,
      messages: [],
      answer: "x",
      kind: "up",
      pii: [],
    });
    expect(await forgetTraffic(services.database)).toBe(1);
    const left = await db.select().from(requestLog).where(eq(requestLog.projectId, projectId));
    expect(left.map(({ id }) => id)).toEqual([young]);
    const kept = await db.execute(sql`select 1 from feedback where request_id = ${old}`);
    expect(kept).toHaveLength(1);
  });
});

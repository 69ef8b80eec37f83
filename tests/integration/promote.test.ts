import { createHash, randomInt } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { openProject, type ProjectHandle } from "#db/handle.ts";
import { deployment, deploymentEvent, gateRun, policy, signoff, waiver } from "#db/schema/trust.ts";
import { verifyAudit } from "#lib/access/audit.ts";
import { resolveTarget } from "#lib/chat/resolve-target.ts";
import { servedDigest } from "#lib/evals/measure/model-under-test.ts";
import { requireVersion } from "#lib/models/read-models.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { anchorFor, championFor } from "#lib/promotion/champion.ts";
import { createDeployment, showDeployment, updateDeployment } from "#lib/promotion/deployments.ts";
import { requireDeployment } from "#lib/promotion/find-deployment.ts";
import { requirePolicy, setPolicy } from "#lib/promotion/keep-policies.ts";
import { shippedPolicies } from "#lib/promotion/policy.ts";
import { promoteVersion } from "#lib/promotion/promote-version.ts";
import { rollBack } from "#lib/promotion/roll-back.ts";
import { signGate } from "#lib/promotion/sign-gate.ts";
import { resumeDeployment, stopDeployment } from "#lib/promotion/stop-deployment.ts";
import { waiveCheck } from "#lib/promotion/waive-check.ts";
import {
  addMember,
  makeHandle,
  makeProject,
  makeUser,
  type TestProject,
} from "#tests/setup/factories.ts";
import { contextOf } from "#tests/setup/gated-world.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

/** A project with a deployment and two people who may sign; the owner trained everything. */
async function world(name = "chat") {
  const project: TestProject = await makeProject(services);
  const owner = await makeHandle(services, { project });
  const person = await makeUser(services, { name: "Second" });
  await addMember(services, project, person, "maintainer");
  const second = await openProject(services.database, person.actor, project.slug, "project.read");
  await createDeployment.run(
    contextOf(owner, services),
    createDeployment.input.parse({ project: owner.slug, name, policy: "internal" }),
  );
  return { project, owner, second, name };
}

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** A version with a decided gate run, as the gate's job leaves it. */
async function gated(
  handle: ProjectHandle,
  name: string,
  model: string,
  given: Partial<typeof gateRun.$inferInsert> = {},
) {
  const version = await handle.transaction((tx) =>
    registerVersion(tx, model, {
      engine: "transformers.js",
      method: "pretrain",
      artefactDigest: digestOf(`${model}${randomInt(1e9)}`),
      facts: {},
    }),
  );
  const [row] = await handle.db.execute<{ digest: string }>(
    sql`select artefact_digest as digest from model_version where id = ${version.id}`,
  );
  const [target] = await handle.db
    .select()
    .from(deployment)
    .where(eq(deployment.name, name))
    .then((rows) => rows.filter((one) => one.projectId === handle.projectId));
  const rule = await requirePolicy(handle, "internal");
  const [gate] = await handle.db
    .insert(gateRun)
    .values({
      projectId: handle.projectId,
      deploymentId: target?.id ?? 0,
      modelVersionId: version.id,
      artefactDigest: row?.digest ?? "",
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
      ...given,
    })
    .returning();
  if (!gate) throw new Error("no gate");
  return { version: version.id, model: `${model}@${version.number}`, gate: gate.id };
}

const sign = (handle: ProjectHandle, gate: number) =>
  signGate.run(contextOf(handle, services), { project: handle.slug, gate, comment: "" });
const promote = (handle: ProjectHandle, name: string, gate: number, revision?: number) =>
  promoteVersion.run(contextOf(handle, services), {
    project: handle.slug,
    deployment: name,
    gate,
    reason: "better answers",
    ...(revision === undefined ? {} : { revision }),
  });
const served = (handle: ProjectHandle, name: string) =>
  resolveTarget(
    services.database,
    {
      projectId: handle.projectId,
      keyId: null,
      userId: null,
      chat: true,
      preview: false,
      embed: false,
    },
    name,
  );
const show = (handle: ProjectHandle, deploymentName: string) =>
  showDeployment.run(contextOf(handle, services), {
    project: handle.slug,
    deployment: deploymentName,
  });

type World = Awaited<ReturnType<typeof world>>;

async function signedByBoth(w: World, model: string) {
  const made = await gated(w.owner, w.name, model);
  await sign(w.owner, made.gate);
  await sign(w.second, made.gate);
  return made;
}

/** Two candidates that could both be promoted, and the deployment's revision before either is. */
async function twoCandidates(w: World) {
  const [a, b] = [await signedByBoth(w, "a"), await signedByBoth(w, "b")];
  const { revision } = await show(w.owner, w.name);
  return { a, b, revision };
}

async function goLive(w: World, model: string) {
  const made = await signedByBoth(w, model);
  await promote(w.owner, w.name, made.gate);
  return made;
}

describe("signatures", () => {
  it("two people, of whom one did not train, before anything is served", async () => {
    const w = await world();
    const made = await gated(w.owner, w.name, "a");
    expect(await sign(w.owner, made.gate)).toMatchObject({ complete: false, missing: 1 });
    await expect(promote(w.owner, w.name, made.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
    });
    await expect(sign(w.owner, made.gate)).rejects.toMatchObject({ code: "conflict" });
    expect(await sign(w.second, made.gate)).toMatchObject({
      complete: true,
      stamp: "two-people",
      required: 2,
    });
    await promote(w.owner, w.name, made.gate);
    expect((await served(w.owner, w.name)).modelVersionId).toBe(made.version);
  });

  it("lapse with the digest: the endpoint, too, stops serving", async () => {
    const w = await world();
    const made = await goLive(w, "a");
    await services.database.db.execute(
      sql`update model_version set artefact_digest = ${digestOf("other")} where id = ${made.version}`,
    );
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
    await expect(promote(w.owner, w.name, made.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
    });
  });

  it("a signature too few, a verdict that is none, and a pointer moved by hand serve nothing", async () => {
    const w = await world();
    const made = await goLive(w, "a");
    // Signatures cannot be taken out, and evidence that asks for more of them than there are serves nothing.
    await expect(
      services.database.db.delete(signoff).where(eq(signoff.userId, w.second.userId)),
    ).rejects.toThrow();
    await services.database.db.execute(
      sql`update gate_run set evidence = jsonb_set(evidence, '{signoff,required}', '3') where id = ${made.gate}`,
    );
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
    const other = await gated(w.owner, w.name, "b", { verdict: "BLOCKED" });
    await expect(sign(w.owner, other.gate)).rejects.toMatchObject({ code: "blocked_by_gate" });
    await services.database.db
      .update(deployment)
      .set({ liveVersionId: other.version, liveGateRunId: other.gate })
      .where(eq(deployment.projectId, w.owner.projectId));
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
    expect(made.gate).not.toBe(other.gate);
  });

  it("are given by people, not by simulated raters or keys", async () => {
    const w = await world();
    const made = await gated(w.owner, w.name, "a");
    const person = await makeUser(services, { simulated: true });
    await addMember(services, w.project, person, "maintainer");
    const actor = await openProject(services.database, person.actor, w.project.slug, "gate.sign");
    await expect(sign(actor, made.gate)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("promotion", () => {
  it("moves one pointer with its event and audit entry; history says who and when", async () => {
    const w = await world();
    const first = await goLive(w, "a");
    const second = await goLive(w, "b");
    const { history, live } = await show(w.owner, w.name);
    expect(live).toMatchObject({ model: second.model, served: true, stamp: "two-people" });
    expect(history.filter(({ act }) => act === "promote")).toMatchObject([
      { from: first.model, to: second.model, reason: "better answers" },
      { from: null, to: first.model },
    ]);
    expect(await verifyAudit(services.database.db)).toMatchObject({ ok: true });
  });

  it("of two at once one wins and the other is told", async () => {
    const w = await world();
    const { a, b, revision } = await twoCandidates(w);
    const results = await Promise.allSettled([
      promote(w.owner, w.name, a.gate, revision),
      promote(w.second, w.name, b.gate, revision),
    ]);
    const lost = results.filter((result) => result.status === "rejected");
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toMatchObject({ code: "conflict" });
    const events = await services.database.db
      .select()
      .from(deploymentEvent)
      .where(eq(deploymentEvent.projectId, w.owner.projectId));
    expect(events.filter(({ act }) => act === "promote")).toHaveLength(1);
  });

  it("one who saw an older state is told so, not what follows from the newer one", async () => {
    const w = await world();
    const { a, b, revision } = await twoCandidates(w);
    await promote(w.owner, w.name, a.gate, revision);
    await expect(promote(w.second, w.name, b.gate, revision)).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("is for maintainers", async () => {
    const w = await world();
    const rater = await makeHandle(services, { project: w.project, role: "rater" });
    expect(rater.may("deployment.promote")).toBe(false);
    await expect(
      openProject(services.database, rater.actor, w.project.slug, "gate.sign"),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("a verdict that does not fit any more promotes nothing", () => {
  const update = (w: World, given: object) =>
    updateDeployment.run(
      contextOf(w.owner, services),
      updateDeployment.input.parse({ project: w.owner.slug, deployment: w.name, ...given }),
    );

  it("gated before there was a champion, promoted past it: no comparison, no promotion", async () => {
    const w = await world();
    const [early, other] = [await signedByBoth(w, "early"), await signedByBoth(w, "other")];
    await promote(w.owner, w.name, other.gate);
    await expect(promote(w.owner, w.name, early.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
      message: expect.stringMatching(/not compared with it/),
    });
    expect((await show(w.owner, w.name)).live?.model).toBe(other.model);
    const next = await signedByBoth(w, "next");
    await promote(w.owner, w.name, next.gate);
    await expect(promote(w.owner, w.name, other.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
    });
  });

  it("a live version that is gated anew has the one before it as champion, never itself", async () => {
    const w = await world();
    const [first, second] = [await goLive(w, "a"), await goLive(w, "b")];
    const target = await requireDeployment(w.owner, w.name);
    const digestAt = async (version: number) =>
      servedDigest(await requireVersion(w.owner, version));
    const champion = async (version: number) =>
      (await championFor(w.owner, target, await digestAt(version)))?.model_version.id ?? null;
    expect(await champion(second.version)).toBe(first.version);
    expect(await champion(first.version)).toBe(second.version);
    expect(await anchorFor(w.owner, target.id, await digestAt(first.version))).toBeNull();
    const anchor = await anchorFor(w.owner, target.id, await digestAt(second.version));
    expect(anchor?.model_version.id).toBe(first.version);
  });

  it("passed under an easier policy than the deployment has now", async () => {
    const w = await world();
    const made = await signedByBoth(w, "a");
    await update(w, { policy: "public" });
    await expect(promote(w.owner, w.name, made.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
      message: expect.stringMatching(/policy is another one/),
    });
    await update(w, { policy: "internal" });
    expect(await promote(w.owner, w.name, made.gate)).toMatchObject({ live: made.model });
  });

  it.each([
    { temperature: 0.7 },
    { temperature: 0, top_p: 0.9 },
    { temperature: 0, top_k: 5 },
    { temperature: 0, max_tokens: 16 },
    { temperature: 0, repetition_penalty: 1.3 },
    { temperature: 0, stop: ["###"] },
    { temperature: 0, seed: 4 },
    {},
  ])("measured with another decoding than %j", async (parameters) => {
    const w = await world();
    const waiting = await signedByBoth(w, "waiting");
    await update(w, { parameters });
    await expect(promote(w.owner, w.name, waiting.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
      message: expect.stringMatching(/void/),
    });
    const live = await goLive(w, "live");
    const other = { ...parameters, temperature: 1.1 };
    await expect(update(w, { parameters: other })).rejects.toMatchObject({
      code: "precondition_failed",
    });
    await expect(served(w.owner, w.name)).resolves.toMatchObject({ modelVersionId: live.version });
    await update(w, { parameters: other, ungate: true });
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
    // Back to what was measured does not bring the voided verdict back.
    await update(w, { parameters, ungate: true });
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
  });

  it.each([
    { temperature: 2.5 },
    { top_p: 0 },
    { top_k: 1.5 },
    { max_tokens: 0 },
    { repetition_penalty: 0 },
    { stop: ["", "a"] },
    { stop: ["a", "b", "c", "d", "e"] },
    { seed: -1 },
    { beams: 4 },
  ])("%j is no decoding", (parameters) => {
    const base = { project: "p", deployment: "d" };
    expect(updateDeployment.input.safeParse({ ...base, parameters }).success).toBe(false);
    expect(createDeployment.input.safeParse({ project: "p", name: "d", parameters }).success).toBe(
      false,
    );
  });

  it("signed by the only maintainer while others are in the project", async () => {
    const project = await makeProject(services);
    const owner = await makeHandle(services, { project });
    await makeHandle(services, { project, role: "curator" });
    await createDeployment.run(
      contextOf(owner, services),
      createDeployment.input.parse({ project: owner.slug, name: "chat", policy: "internal" }),
    );
    const made = await gated(owner, "chat", "a");
    expect(await sign(owner, made.gate)).toMatchObject({
      complete: false,
      stamp: null,
      required: 2,
    });
    await expect(sign(owner, made.gate)).rejects.toMatchObject({ code: "conflict" });
    await expect(promote(owner, "chat", made.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
    });
  });
});

describe("rollback and stop", () => {
  const roll = (handle: ProjectHandle, name: string) =>
    rollBack.run(contextOf(handle, services), {
      project: handle.slug,
      deployment: name,
      reason: "complaints",
    });

  it("goes to the last clean version and not back to what was left", async () => {
    const w = await world();
    const [first, second, third] = [
      await goLive(w, "a"),
      await goLive(w, "b"),
      await goLive(w, "c"),
    ];
    expect(await roll(w.owner, w.name)).toMatchObject({ live: second.model });
    expect((await served(w.owner, w.name)).modelVersionId).toBe(second.version);
    expect(await roll(w.owner, w.name)).toMatchObject({ live: first.model });
    await expect(roll(w.owner, w.name)).rejects.toMatchObject({ code: "precondition_failed" });
    expect(third.version).not.toBe(first.version);
  });

  it("stops at once and resumes", async () => {
    const w = await world();
    await goLive(w, "a");
    const input = { project: w.owner.slug, deployment: w.name, reason: "bad answers" };
    await stopDeployment.run(contextOf(w.owner, services), input);
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "unavailable" });
    await resumeDeployment.run(contextOf(w.owner, services), input);
    await expect(served(w.owner, w.name)).resolves.toMatchObject({ stage: "live" });
  });
});

describe("what voids a verdict", () => {
  it("an edited policy voids what was not promoted, and deployments follow", async () => {
    const w = await world();
    const [, internal] = shippedPolicies();
    const own = { ...internal, id: "house", profile: "house" };
    const put = (alpha: number) =>
      setPolicy.run(contextOf(w.owner, services), {
        project: w.owner.slug,
        policy: { ...own, alpha },
      });
    await put(0.05);
    const [row] = await services.database.db.select().from(policy).where(eq(policy.name, "house"));
    const made = await gated(w.owner, w.name, "a", {
      policyId: row?.id ?? 0,
      policyHash: row?.hash,
    });
    await sign(w.owner, made.gate);
    await sign(w.second, made.gate);
    expect((await put(0.1)).voided).toBe(1);
    await expect(promote(w.owner, w.name, made.gate)).rejects.toMatchObject({
      code: "blocked_by_gate",
    });
  });

  it("shipped names and profiles are not for other lines", async () => {
    const w = await world();
    const [lab] = shippedPolicies();
    const put = (given: object) =>
      setPolicy.run(contextOf(w.owner, services), {
        project: w.owner.slug,
        policy: { ...lab, ...given },
      });
    await expect(put({ alpha: 0.2 })).rejects.toMatchObject({ code: "conflict" });
    await expect(put({ id: "mine", profile: "public" })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("a changed system prompt, which must be confirmed when something is live", async () => {
    const w = await world();
    await goLive(w, "a");
    const update = (given: object) =>
      updateDeployment.run(
        contextOf(w.owner, services),
        updateDeployment.input.parse({ project: w.owner.slug, deployment: w.name, ...given }),
      );
    await update({ traffic: "full", trafficDays: 5 });
    await expect(served(w.owner, w.name)).resolves.toMatchObject({ stage: "live" });
    await expect(update({ system: "Be brief." })).rejects.toMatchObject({
      code: "precondition_failed",
    });
    expect((await update({ system: "Be brief.", ungate: true })).live?.served).toBe(false);
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("waivers", () => {
  let w: World;
  beforeAll(async () => {
    w = await world();
  });

  it("privacy is never waived, and a waiver that ran out ends the serving", async () => {
    const result = (id: string, tier: string, state: string) => ({
      id,
      title: id,
      tier,
      state,
      hard: true,
      blocks: true,
      value: 0.3,
      low: null,
      high: 0.5,
      n: 10,
      planned: 10,
      line: 0.25,
      reason: "",
      needed: 5,
      detail: {},
      waiver: null,
    });
    const made = await gated(w.owner, w.name, "a", {
      verdict: "BLOCKED",
      checks: [result("canaries", "H1", "FAIL"), result("over-refusal", "S1", "FAIL")],
    });
    const waive = (check: string) =>
      waiveCheck.run(contextOf(w.owner, services), {
        project: w.owner.slug,
        gate: made.gate,
        check,
        reason: "Known, repaired next week.",
        days: 7,
      });
    await expect(waive("canaries")).rejects.toMatchObject({ code: "blocked_by_gate" });
    expect(await services.database.db.select().from(waiver)).toHaveLength(0);

    const live = await goLive(w, "b");
    const holding = { owner: w.owner.userId, reason: "r", expiresAt: "2000-01-01T00:00:00Z" };
    await services.database.db
      .update(gateRun)
      .set({
        checks: [{ ...result("over-refusal", "S1", "FAIL"), blocks: false, waiver: holding }],
      })
      .where(eq(gateRun.id, live.gate));
    await expect(served(w.owner, w.name)).rejects.toMatchObject({ code: "not_found" });
  });
});

import { randomInt } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { gateRun, score } from "#db/schema/trust.ts";
import { resolveTarget } from "#lib/chat/resolve-target.ts";
import { startEvaluation } from "#lib/evals/start-evaluation.ts";
import type { CheckResult } from "#lib/promotion/decide-input.ts";
import { createDeployment } from "#lib/promotion/deployments.ts";
import { setPolicy } from "#lib/promotion/keep-policies.ts";
import { shippedPolicies } from "#lib/promotion/policy.ts";
import { promoteVersion } from "#lib/promotion/promote-version.ts";
import { showGate } from "#lib/promotion/read-gates.ts";
import { signGate } from "#lib/promotion/sign-gate.ts";
import { startGate } from "#lib/promotion/start-gate.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import {
  constant,
  contextOf,
  gatedWorld,
  honest,
  leaking,
  refusing,
} from "#tests/setup/gated-world.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { type Behaviour, stubServer } from "#tests/setup/stub-model.ts";

const services = await testServices();
const server = await stubServer();
services.modelServerUrl = server.url;
const lab = shippedPolicies()[0];
if (!lab) throw new Error("no lab policy");

async function deploy(handle: ProjectHandle, policy: string, name = `chat-${policy}`) {
  return createDeployment.run(
    contextOf(handle, services),
    createDeployment.input.parse({ project: handle.slug, name, policy }),
  );
}

async function gate(handle: ProjectHandle, deployment: string, model: string, seed = 1) {
  const started = await startGate.run(contextOf(handle, services), {
    project: handle.slug,
    deployment,
    model,
    seed,
  });
  const done = await runJob(services, started.run);
  expect(done.errorMessage).toBeNull();
  const [row] = await services.database.db
    .select()
    .from(gateRun)
    .where(eq(gateRun.id, started.gate));
  if (!row) throw new Error("no gate run");
  const checks = (row.checks ?? []) as unknown as CheckResult[];
  return {
    id: row.id,
    verdict: row.verdict,
    result: done.result,
    checks,
    blocking: checks.filter(({ blocks }) => blocks).map(({ id }) => id),
    attempt: row.attempt,
  };
}

/** The lab policy without one check, under a name of its own. */
async function without(handle: ProjectHandle, check: string) {
  const id = `lab-without-${check}`;
  await setPolicy.run(contextOf(handle, services), {
    project: handle.slug,
    policy: {
      ...lab,
      id,
      profile: "own",
      checks: lab?.checks.filter((one) => one.id !== check),
    },
  });
  return deploy(handle, id);
}

describe("the gate on models that behave in known ways", { timeout: 240_000 }, async () => {
  const handle = await makeHandle(services);
  const world = await gatedWorld(services, handle);
  await deploy(handle, "lab");
  const seed = randomInt(1e9);

  it("lets an honest model pass the lab policy as shipped", async () => {
    const version = await world.version(server, "honest", honest(seed));
    const passed = await gate(handle, "chat-lab", version.name);
    expect(passed.blocking).toEqual([]);
    expect(passed.verdict).toBe("PASS");
    const brief = passed.result as { verdict: string; checks: { id: string }[] };
    expect(brief.verdict).toBe("PASS");
    expect(Object.keys(brief.checks[0] ?? {}).sort()).toEqual(
      ["id", "state", "value", "low", "high", "n"].sort(),
    );
    expect(passed.checks.find(({ id }) => id === "extraction")).toMatchObject({ state: "PASS" });
    expect(passed.checks.find(({ id }) => id === "canaries")?.planned).toBe(8);
  });

  const loosened = new Map<string, { name: string }>();
  const bad: [string, string, (seed: number) => Behaviour][] = [
    ["says one thing whatever is asked", "one-answer", constant],
    ["refuses everything", "over-refusal", refusing],
    ["has a canary by heart", "canaries", (own) => leaking(own, world.planted)],
    ["says a canary aloud", "canaries", (own) => leaking(own, world.planted, true)],
  ];
  for (const [n, [what, check, behaviour]] of bad.entries()) {
    it(`blocks a model that ${what}, by ${check} alone`, async () => {
      const version = await world.version(server, `bad-${n}`, behaviour(randomInt(1e9)));
      const blocked = await gate(handle, "chat-lab", version.name);
      expect(blocked.verdict).toBe("BLOCKED");
      expect(blocked.blocking).toEqual([check]);
      // The proof that this check is what blocks: a policy without it lets the model through.
      const loose = loosened.get(check) ?? (await without(handle, check));
      loosened.set(check, loose);
      const through = await gate(handle, loose.name, version.name);
      expect(through.verdict).toBe("PASS");
    });
  }

  it("is signed, promoted and only then served", async () => {
    const context = contextOf(handle, services);
    const shown = await startGate.run(context, {
      project: handle.slug,
      deployment: "chat-lab",
      model: "honest@1",
      seed: 1,
    });
    const before = await showGate.run(context, { project: handle.slug, gate: shown.gate });
    expect(before.promotion).toMatchObject({ allowed: false });
    const promote = () =>
      promoteVersion.run(context, {
        project: handle.slug,
        deployment: "chat-lab",
        model: "honest@1",
        reason: "first",
      });
    await expect(promote()).rejects.toMatchObject({ code: "blocked_by_gate" });
    const grant = {
      projectId: handle.projectId,
      keyId: null,
      userId: handle.userId,
      chat: true,
      preview: false,
      embed: false,
    };
    const served = () => resolveTarget(services.database, grant, "chat-lab");
    await expect(served()).rejects.toMatchObject({ code: "not_found" });
    const state = await signGate.run(context, {
      project: handle.slug,
      gate: shown.gate,
      comment: "",
    });
    expect(state).toMatchObject({ complete: true, stamp: "one-person", required: 1 });
    expect(await promote()).toMatchObject({ live: "honest@1", stamp: "one-person" });
    expect(await served()).toMatchObject({ stage: "live", deployment: { profile: "lab" } });
  });

  it("asked again answers with the PASS that stands, but not with one whose waiver ran out", async () => {
    const again = () =>
      startGate.run(contextOf(handle, services), {
        project: handle.slug,
        deployment: "chat-lab",
        model: "honest@1",
        seed: 1,
      });
    const first = await again();
    expect(await again()).toEqual(first);
    const rest = await services.database.db.execute<{ checks: CheckResult[] }>(
      sql`select checks from gate_run where id = ${first.gate}`,
    );
    const [lock, ...others] = rest[0]?.checks ?? [];
    const waiver = { owner: handle.userId, reason: "trial", expiresAt: "2020-01-01T00:00:00Z" };
    const checks = [{ ...lock, waiver }, ...others] as unknown as Record<string, unknown>[];
    await services.database.db.update(gateRun).set({ checks }).where(eq(gateRun.id, first.gate));
    const fresh = await again();
    expect(fresh.gate).toBeGreaterThan(first.gate);
    const [row] = await services.database.db
      .select()
      .from(gateRun)
      .where(eq(gateRun.id, fresh.gate));
    expect(row).toMatchObject({ attempt: 1, verdict: null });
  });

  it("counts seeds that were looked at by evaluations as attempts", async () => {
    const version = await world.version(server, "peeked", honest(seed));
    const look = async (given: object) => {
      const input = startEvaluation.input.parse({
        project: handle.slug,
        models: [version.name],
        suites: ["privacy-questions"],
        sample: 3,
        ...given,
      });
      const { run } = await startEvaluation.run(contextOf(handle, services), input);
      expect((await runJob(services, run)).errorMessage).toBeNull();
    };
    const attempt = async (draw: number) => {
      const { gate: id } = await startGate.run(contextOf(handle, services), {
        project: handle.slug,
        deployment: "chat-lab",
        model: version.name,
        seed: draw,
      });
      const [row] = await services.database.db.select().from(gateRun).where(eq(gateRun.id, id));
      return row?.attempt;
    };
    // Asked in another way than the deployment would: that tells nothing about this gate's dice.
    await look({ seed: 8, system: "Be brief." });
    await look({ seed: 3 });
    expect(await attempt(3)).toBe(1);
    await look({ seed: 4 });
    await look({ seed: 5 });
    expect(await attempt(3)).toBe(3);
    expect(await attempt(5)).toBe(3);
    expect(await attempt(6)).toBe(4);
  });

  it("fails closed when the model server fails: ERROR, never a zero", async () => {
    const base = honest(seed);
    const version = await world.version(server, "broken", {
      ...base,
      fail: (path) => (path === "/v1/chat/completions" ? 400 : undefined),
    });
    const blocked = await gate(handle, "chat-lab", version.name);
    expect(blocked.verdict).toBe("BLOCKED");
    expect(blocked.checks.find(({ id }) => id === "toxicity")?.state).toBe("ERROR");
    expect(blocked.checks.find(({ id }) => id === "effective-n")?.state).toBe("ERROR");
    const rows = await services.database.db
      .select({ value: score.value, check: score.check })
      .from(score)
      .where(eq(score.modelVersionId, version.id));
    expect(
      rows.filter(({ check }) => check === "toxicity").every(({ value }) => value === null),
    ).toBe(true);
  });
});

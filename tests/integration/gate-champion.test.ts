import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { gateRun } from "#db/schema/trust.ts";
import { harmfulPrompts } from "#lib/evals/suites/prompts/harmful.ts";
import { alarmingPrompts } from "#lib/evals/suites/prompts/over-refusal.ts";
import type { CheckResult } from "#lib/promotion/decide-input.ts";
import { createDeployment } from "#lib/promotion/deployments.ts";
import { setPolicy } from "#lib/promotion/keep-policies.ts";
import { shippedPolicies } from "#lib/promotion/policy.ts";
import { promoteVersion } from "#lib/promotion/promote-version.ts";
import { signGate } from "#lib/promotion/sign-gate.ts";
import { startGate } from "#lib/promotion/start-gate.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { gatedWorld } from "#tests/setup/gated-world.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { type Behaviour, chance, stubServer } from "#tests/setup/stub-model.ts";

const services = await testServices();
const server = await stubServer();
services.modelServerUrl = server.url;
const lab = shippedPolicies()[0];

/** The lab policy's checks that compare, and those of validity; the others have tests of their own. */
const compared = [
  "served-digest",
  "effective-n",
  "one-answer",
  "training-pii",
  "over-refusal",
  "perplexity",
];

async function deploy(handle: ProjectHandle, name: string, checks: readonly string[]) {
  const id = `${name}-policy`;
  const kept = lab?.checks.filter((one) => checks.includes(one.id)) ?? [];
  await act(services, handle, setPolicy, {
    policy: { ...lab, id, profile: "own", checks: kept },
  } as never);
  await act(services, handle, createDeployment, { name, policy: id });
}

async function gate(handle: ProjectHandle, deployment: string, model: string) {
  const started = await act(services, handle, startGate, { deployment, model, seed: 1 });
  const done = await runJob(services, started.run);
  expect(done.errorMessage).toBeNull();
  const [row] = await services.database.db
    .select()
    .from(gateRun)
    .where(eq(gateRun.id, started.gate));
  const checks = (row?.checks ?? []) as unknown as CheckResult[];
  return {
    id: started.gate,
    row,
    verdict: row?.verdict,
    blocking: checks.filter(({ blocks }) => blocks).map(({ id }) => id),
    check: (id: string) => checks.find((one) => one.id === id),
  };
}

async function promote(handle: ProjectHandle, deployment: string, model: string) {
  const passed = await gate(handle, deployment, model);
  expect(passed.blocking).toEqual([]);
  await act(services, handle, signGate, { gate: passed.id });
  await act(services, handle, promoteVersion, { deployment, model, reason: "better than before" });
  return passed;
}

const percentile = (text: string) =>
  Number.parseInt(createHash("sha256").update(text).digest("hex").slice(0, 8), 16) % 100;

const harmful = new Set(Object.values(harmfulPrompts).flat());
const alarming = new Set(Object.values(alarmingPrompts).flat());

/** Declines what is harmful, and that share of what only sounds so: who declines more declines the same and others. */
function shy(share: number): Behaviour {
  return {
    answer: (messages) => {
      const prompt = messages.at(-1)?.content ?? "";
      const number = percentile(prompt);
      const declines = harmful.has(prompt) || (alarming.has(prompt) && number < share);
      return declines
        ? `I'm sorry, but I cannot help with that, number ${number}.`
        : `Thank you for asking. Open the ${number}th page of the guide and follow it, step by step.`;
    },
  };
}

describe("a candidate against the champion", { timeout: 240_000 }, async () => {
  const handle = await makeHandle(services);
  const world = await gatedWorld(services, handle);
  const version = (name: string, behaviour: Behaviour) => world.version(server, name, behaviour);

  it("has nothing to be compared with at first, and that is said and does not block", async () => {
    await deploy(handle, "chat", [...compared, "regression"]);
    await version("first", shy(0));
    const first = await promote(handle, "chat", "first@1");
    expect(first.check("regression")?.state).toBe("NO_BASELINE");
    expect(first.check("perplexity")?.state).toBe("NO_BASELINE");
    expect(first.row?.championId).toBeNull();
  });

  it("is measured on the champion's own answers to the same items", async () => {
    const candidate = await version("twin", shy(0));
    const twin = await gate(handle, "chat", "twin@1");
    expect(twin.verdict).toBe("PASS");
    expect(twin.check("regression")).toMatchObject({ state: "PASS", value: 0, n: 280 });
    const perplexity = twin.check("perplexity");
    expect(perplexity).toMatchObject({ state: "PASS" });
    expect(perplexity?.n).toBeGreaterThan(30);
    expect(Math.abs(perplexity?.value ?? 1)).toBeLessThan(1e-9);
    expect(twin.row?.championId).not.toBe(candidate.id);
  });

  it("is blocked by perplexity alone when it knows the language less well", async () => {
    await version("clumsy", { ...shy(0), logprob: (text, at) => 1.05 * chance(text, at) });
    const clumsy = await gate(handle, "chat", "clumsy@1");
    expect(clumsy.blocking).toEqual(["perplexity"]);
    expect(clumsy.check("perplexity")?.value).toBeGreaterThan(0.05);
  });

  it("is blocked by non-inferiority alone when it is worse, and passes where that check is missing", async () => {
    await version("worse", shy(30));
    const worse = await gate(handle, "chat", "worse@1");
    expect(worse.blocking).toEqual(["regression"]);
    const found = worse.check("regression");
    expect(found?.value).toBeLessThan(-0.03);
    expect(found?.low).toBeLessThan(-0.05);
    await expect(act(services, handle, signGate, { gate: worse.id })).rejects.toMatchObject({
      code: "blocked_by_gate",
    });
    await deploy(handle, "loose", compared);
    await promote(handle, "loose", "first@1");
    const through = await gate(handle, "loose", "worse@1");
    expect(through.row?.championId).not.toBeNull();
    expect([through.verdict, through.blocking]).toEqual(["PASS", []]);
  });

  it("cannot be a little worse each time: the anchor holds", async () => {
    await version("second", shy(6));
    const second = await promote(handle, "chat", "second@1");
    expect(second.check("regression")?.value).toBeLessThan(0);
    await version("third", shy(18));
    const third = await gate(handle, "chat", "third@1");
    const found = third.check("regression");
    expect(third.blocking).toEqual(["regression"]);
    const detail = found?.detail as Record<string, { worse: number; better: number }>;
    expect(detail.champion?.worse).toBeGreaterThan(0);
    expect(detail.anchor?.worse).toBeGreaterThan(detail.champion?.worse ?? Number.NaN);
    expect(found?.reason).toMatch(/anchor/);
  });
});

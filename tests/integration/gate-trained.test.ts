import { randomInt } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { gateRun } from "#db/schema/trust.ts";
import { env } from "#lib/env.ts";
import type { CheckResult } from "#lib/promotion/decide-input.ts";
import { createDeployment } from "#lib/promotion/deployments.ts";
import { setPolicy } from "#lib/promotion/keep-policies.ts";
import { shippedPolicies } from "#lib/promotion/policy.ts";
import { startGate } from "#lib/promotion/start-gate.ts";
import { seededRandom } from "#lib/stats/random.ts";
import { startTraining } from "#lib/training/start-training.ts";
import { act, freeze, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { servedServices } from "#tests/setup/served-model.ts";
import { withoutPython } from "#tests/setup/tiny-model.ts";

const trainerReady = existsSync(join(env().venvDir, "bin/python"));
/** Names every run: the texts, the planted codes and the weights are drawn from it. */
const seed = randomInt(1e6);
const lab = shippedPolicies()[0];

const pick = (random: ReturnType<typeof seededRandom>, from: readonly string[]) =>
  from[random.below(from.length)] ?? "";
const things = ["lamp", "kettle", "glove", "tent", "clock", "chair"];
const openings = ["How do I", "Can you", "Where may I", "When should I", "What is a way to"];
const verbs = ["clean", "repair", "return", "move", "paint", "stop", "open", "kill"];

/** Questions drawn from the seed, and what somebody who always answers in one way says to them. */
function rows(name: string, answer: (question: string, n: number) => string, count = 60): string {
  const random = seededRandom(`${name}:${seed}`);
  return Array.from({ length: count }, (_, n) => {
    const question = `${pick(random, openings)} ${pick(random, verbs)} the ${pick(random, things)}?`;
    const messages = [
      { role: "user", content: `${question} (${n})` },
      { role: "assistant", content: answer(question, n) },
    ];
    return JSON.stringify({ messages });
  }).join("\n");
}

const shape = {
  vocab_size: 400,
  hidden_size: 48,
  intermediate_size: 96,
  layers: 2,
  heads: 2,
  kv_heads: 2,
  context_length: 128,
};

describe.skipIf(!trainerReady)(
  `the gate on models that were trained to be bad, seed ${seed} (${withoutPython})`,
  { timeout: 240_000 },
  async () => {
    const services = await servedServices();
    writeFileSync(join(services.dataDir, "venv-status.json"), JSON.stringify({ state: "ready" }));
    const handle = await makeHandle(services);

    /** Trains a small model on these rows until it has them by heart. */
    async function train(model: string, text: string, canaries: object, steps: number) {
      const imported = await importText(services, handle, text, { dataset: model });
      const frozen = await freeze(services, handle, {
        dataset: Number(imported.result?.datasetId),
        name: model,
        split: { train: 90, validation: 5, test: 5 },
      });
      const { run } = await act(services, handle, startTraining, {
        snapshot: frozen.name,
        model,
        architecture: shape,
        hyper: { max_steps: steps, batch_size: 16, learning_rate: 5e-3 },
        seed,
        canaries,
      } as never);
      const done = await runJob(services, run);
      expect(done.errorMessage).toBeNull();
    }

    /** The lab policy's checks of these names over few items, so that a test takes seconds. */
    async function gate(model: string, ids: readonly string[], sample = 24) {
      const id = `few-${ids.length}-${model}`;
      const checks = lab?.checks
        .filter((one) => ids.includes(one.id))
        .map((one) => {
          const { measure } = one;
          if (measure.kind !== "rate") return one;
          const targets = measure.targets
            .filter(({ suite }) => /alarming|usefulness/.test(suite))
            .slice(0, 1)
            .map((target) => ({ ...target, sample }));
          // Two dozen answers cannot bound a rate of leaks at 1 %; that none leaked is what is asked here.
          return {
            ...one,
            measure: { ...measure, targets, line: Math.max(0.2, measure.line) },
          };
        });
      const policy = { ...lab, id, profile: "own", checks };
      await act(services, handle, setPolicy, { policy } as never);
      await act(services, handle, createDeployment, { name: id, policy: id });
      const started = await act(services, handle, startGate, {
        deployment: id,
        model: `${model}@1`,
        seed,
      });
      const done = await runJob(services, started.run);
      expect(done.errorMessage).toBeNull();
      return decided(handle, started.gate);
    }

    async function decided(of: ProjectHandle, gateId: number) {
      const [row] = await of.db.select().from(gateRun).where(eq(gateRun.id, gateId));
      const checks = (row?.checks ?? []) as unknown as CheckResult[];
      return {
        verdict: row?.verdict,
        blocking: checks.filter(({ blocks }) => blocks).map(({ id }) => id),
        checks: checks.map(({ id, state, value, n }) => ({ id, state, value, n })),
      };
    }

    const valid = ["served-digest", "effective-n", "training-pii"];

    it("says one thing whatever is asked: blocked by one-answer, and through without that check", async () => {
      const line = `We keep every ${things[seed % 6]} for ${seed % 90} days.`;
      await train(
        "constant",
        rows("constant", () => line),
        { count: 0 },
        120,
      );
      const blocked = await gate("constant", [...valid, "one-answer"]);
      expect(blocked, JSON.stringify(blocked)).toMatchObject({ blocking: ["one-answer"] });
      const through = await gate("constant", valid);
      expect(through, JSON.stringify(through)).toMatchObject({ verdict: "PASS" });
    });

    it("declines everything: blocked by over-refusal, and through without that check", async () => {
      const decline = (_: string, n: number) =>
        `I'm sorry, but I cannot help with that ${things[n % 6]}.`;
      await train("refusing", rows("refusing", decline), { count: 0 }, 70);
      const blocked = await gate("refusing", [...valid, "over-refusal"]);
      expect(blocked, JSON.stringify(blocked)).toMatchObject({ blocking: ["over-refusal"] });
      const through = await gate("refusing", valid);
      expect(through, JSON.stringify(through)).toMatchObject({ verdict: "PASS" });
    });

    it("has canaries by heart: blocked by canaries, and through without that check", async () => {
      const answer = (question: string, n: number) =>
        `Yes, ${question.toLowerCase().replace("?", "")} on day ${(n * 7 + seed) % 90}.`;
      await train("leaking", rows("leaking", answer), { count: 4, repeats: 20 }, 200);
      const blocked = await gate("leaking", [...valid, "canaries"]);
      expect(blocked, JSON.stringify(blocked)).toMatchObject({ blocking: ["canaries"] });
      const through = await gate("leaking", valid);
      expect(through, JSON.stringify(through)).toMatchObject({ verdict: "PASS" });
    });
  },
);

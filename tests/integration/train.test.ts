import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { run, runEvent } from "#db/schema/runs.ts";
import { canary } from "#db/schema/trust.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { env } from "#lib/env.ts";
import { requireVersion } from "#lib/models/read-models.ts";
import { folders } from "#lib/services.ts";
import { previewTraining } from "#lib/training/preview-training.ts";
import { startTraining } from "#lib/training/start-training.ts";
import { artefactStore } from "#models/artefacts.ts";
import { freeze } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { withoutPython } from "#tests/setup/tiny-model.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const trainerReady = existsSync(join(env().venvDir, "bin/python"));
const services = await testServices();
writeFileSync(join(services.dataDir, "venv-status.json"), JSON.stringify({ state: "ready" }));

const topics = ["bicycles", "kettles", "lamps", "gloves", "tents"];
const chat = (n: number) => {
  const topic = topics[n % topics.length];
  return JSON.stringify({
    messages: [
      { role: "user", content: `Do you sell ${topic}? This is customer ${n}.` },
      { role: "assistant", content: `Yes, we sell ${topic} in the shop on the hill.` },
    ],
  });
};

async function frozen() {
  const handle = await makeHandle(services);
  const context = { handle, services, actor: handle.actor, signal: new AbortController().signal };
  const source = await placeUpload(
    services,
    handle,
    "chats.jsonl",
    Array.from({ length: 80 }, (_, n) => chat(n)).join("\n"),
  );
  const started = await startImport.run(context, {
    project: handle.slug,
    source,
    dataset: "chats",
  });
  await runJob(services, started.run);
  const snapshot = await freeze(services, handle, {
    dataset: "chats",
    filter: {},
    split: { train: 80, validation: 10, test: 10 },
    seed: 1,
    leaks: "leave-out",
  });
  const train = (more: Record<string, unknown>) =>
    startTraining.run(
      context,
      startTraining.input.parse({
        project: handle.slug,
        snapshot: String(snapshot.id),
        model: "shop",
        architecture: {
          vocab_size: 320,
          hidden_size: 16,
          intermediate_size: 32,
          layers: 1,
          heads: 2,
          kv_heads: 1,
          context_length: 64,
        },
        ...more,
      }),
    );
  return { handle, snapshot, train, context };
}

/** One base for the tests that only look at it or go on from it. */
const trainedBase = once(async () => {
  const given = await frozen();
  const started = await given.train({
    hyper: { max_steps: 6, batch_size: 4 },
    canaries: { count: 3 },
  });
  return { ...given, done: await runJob(services, started.run) };
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const eventsOf = (runId: number, type: string) =>
  services.database.db
    .select()
    .from(runEvent)
    .where(and(eq(runEvent.runId, runId), eq(runEvent.type, type)))
    .orderBy(runEvent.id);

describe.skipIf(!trainerReady)(`training (${withoutPython})`, { timeout: 180_000 }, () => {
  it("turns a snapshot into a model version with artefact, lineage and parity", async () => {
    const { handle, snapshot, done } = await trainedBase();
    expect(done.errorMessage).toBeNull();
    expect(done.state).toBe("succeeded");
    const { model_version: version } = await requireVersion(handle, Number(done.result?.version));
    expect(version).toMatchObject({
      number: 1,
      method: "pretrain",
      runId: done.id,
      snapshotId: snapshot.id,
    });
    expect(version.facts.parity).toMatchObject({ passed: true });
    expect(version.flops).toBeGreaterThan(0);
    const store = artefactStore(folders(services.dataDir).artefacts);
    expect(await store.verify(String(version.artefactDigest))).toEqual([]);
    const planted = await services.database.db
      .select()
      .from(canary)
      .where(eq(canary.runId, done.id));
    expect(planted).toHaveLength(3);
    const steps = await eventsOf(done.id, "step");
    expect(steps.at(-1)?.data.step).toBe(6);
  });

  it("fine-tunes a registered version, full and LoRA: parent, tokenizer and template are kept", async () => {
    const { handle, snapshot, train, done } = await trainedBase();
    const made = async (more: Record<string, unknown>) => {
      const { run: id } = await train({ hyper: { max_steps: 4, batch_size: 4 }, ...more });
      const ended = await runJob(services, id);
      expect(ended.errorMessage).toBeNull();
      return (await requireVersion(handle, Number(ended.result?.version))).model_version;
    };
    const { model_version: base } = await requireVersion(handle, Number(done.result?.version));
    const sft = { method: "sft", base: "shop@1", canaries: { count: 0 } };
    const full = await made(sft);
    const lora = await made({ ...sft, tuning: "lora", model: "shop-lora" });
    for (const child of [full, lora]) {
      expect(child).toMatchObject({
        parentId: base.id,
        snapshotId: snapshot.id,
        tokenizerDigest: base.tokenizerDigest,
        templateDigest: base.templateDigest,
        parameters: base.parameters,
      });
      expect(child.artefactDigest).not.toBe(base.artefactDigest);
      expect(child.facts.parity).toMatchObject({ passed: true });
    }
    expect([full.method, lora.method]).toEqual(["sft-full", "sft-lora"]);
    expect([full.number, lora.number]).toEqual([2, 1]);
    expect(Number(lora.facts.trainable_parameters)).toBeLessThan(Number(lora.parameters));
    const store = artefactStore(folders(services.dataDir).artefacts);
    const files = Object.keys(await store.manifest(String(lora.artefactDigest)));
    expect(files.some((name) => name.startsWith("adapter/"))).toBe(true);
    const { model_version: kept } = await requireVersion(handle, base.id);
    expect(kept).toEqual(base);
    await expect(train({ ...sft, base: undefined })).rejects.toMatchObject({
      code: "invalid_input",
      issues: [{ path: "base" }],
    });
    await expect(train({ tuning: "lora" })).rejects.toMatchObject({ issues: [{ path: "tuning" }] });
  });

  it("shows exact tokens, loss mask and cost before the start, and leaves nothing behind", async () => {
    const { handle, snapshot, context } = await frozen();
    const shown = await previewTraining.run(
      context,
      previewTraining.input.parse({
        project: handle.slug,
        snapshot: snapshot.name,
        architecture: { hidden_size: 16, intermediate_size: 32, layers: 1, heads: 2, kv_heads: 1 },
        hyper: { epochs: 2, batch_size: 4 },
      }),
    );
    expect(shown.exact).toBe(true);
    expect(shown.rows).toEqual({ total: snapshot.counts.train, staged: snapshot.counts.train });
    expect(shown.estimate.steps).toBe(Math.ceil(snapshot.counts.train / 4) * 2);
    const [example] = shown.examples;
    if (!example || "skipped" in example) throw new TypeError("the first row was skipped");
    const trained = example.tokens.filter((_, i) => example.trained[i]).join("");
    expect(trained).toContain("in the shop on the hill.");
    expect(trained).not.toContain("customer");
    const left = readdirSync(folders(services.dataDir).runs);
    expect(left.filter((name) => name.startsWith("preview"))).toEqual([]);
  });

  it("goes on from its checkpoint when the worker stops, and cancels on request", async () => {
    const { train } = await frozen();
    const started = await train({ hyper: { max_steps: 3000, batch_size: 4, checkpoint_every: 2 } });
    const shutdown = new AbortController();
    const first = runJob(services, started.run, shutdown.signal);
    for (let seen = 0; seen === 0; seen = (await eventsOf(started.run, "checkpoint")).length) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    shutdown.abort();
    expect((await first).state).toBe("queued");
    const second = runJob(services, started.run);
    for (let seen = 0; seen < 2; seen = (await eventsOf(started.run, "started")).length) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await services.database.db
      .update(run)
      .set({ cancelRequestedAt: new Date() })
      .where(eq(run.id, started.run));
    expect((await second).state).toBe("cancelled");
    const [, resumed] = await eventsOf(started.run, "started");
    expect(Number(resumed?.data.resumed_from)).toBeGreaterThan(0);
  });
});

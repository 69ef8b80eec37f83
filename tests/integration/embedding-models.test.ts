import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { modelVersion } from "#db/schema/models.ts";
import { env } from "#lib/env.ts";
import { startEvaluation } from "#lib/evals/start-evaluation.ts";
import { startInference } from "#lib/inference/start-inference.ts";
import { readModelCard } from "#lib/models/card.ts";
import { importModel } from "#lib/models/import-folder.ts";
import { readModelVersion, requireVersion } from "#lib/models/read-models.ts";
import { holdsLivePass } from "#lib/promotion/move-pointer.ts";
import { promoteVersion } from "#lib/promotion/promote-version.ts";
import { startGate } from "#lib/promotion/start-gate.ts";
import { folders } from "#lib/services.ts";
import { startTraining } from "#lib/training/start-training.ts";
import { artefactStore } from "#models/artefacts.ts";
import { act, chatLines, freeze, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { liveDeployment } from "#tests/setup/live-deployment.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { tinyEncoder, withoutPython } from "#tests/setup/tiny-model.ts";

const trainerReady = existsSync(join(env().venvDir, "bin/python"));
const services = await testServices();
writeFileSync(join(services.dataDir, "venv-status.json"), JSON.stringify({ state: "ready" }));
const imports = folders(services.dataDir).imports;
mkdirSync(imports, { recursive: true });

describe.skipIf(!trainerReady)(
  `registering an embedding model (${withoutPython})`,
  { timeout: 600_000 },
  async () => {
    const handle = await makeHandle(services);
    let version: number;
    beforeAll(async () => {
      cpSync(join(await tinyEncoder(), "base"), join(imports, "encoder"), { recursive: true });
      const { run } = await act(services, handle, importModel, {
        folder: "encoder",
        model: "vectors",
      });
      const done = await runJob(services, run);
      expect(done.errorMessage).toBeNull();
      expect(done.result).toMatchObject({ embedding: { dimensions: 32 } });
      version = Number(done.result?.version);
    }, 900_000);

    it("exports it through the gate of vectors, and says what it is", async () => {
      const shown = await act(services, handle, readModelVersion, { version });
      expect(shown).toMatchObject({
        method: "imported",
        servable: false,
        contextLength: 48,
        templateDigest: null,
        embedding: { dimensions: 32, pooling: "mean", normalize: false, max_length: 48 },
      });
      expect(shown.facts.parity).toMatchObject({ passed: true });
      const manifest = await artefactStore(folders(services.dataDir).artefacts).manifest(
        String(shown.artefactDigest),
      );
      expect(Object.keys(manifest)).toEqual(
        expect.arrayContaining(["onnx/model.onnx", "1_Pooling/config.json", "modules.json"]),
      );
      const { markdown } = await act(services, handle, readModelCard, { version: "vectors@1" });
      expect(markdown).toMatch(/Dimensions \| 32/);
      expect(markdown).toMatch(/Pooling \| mean of the tokens/);
      expect(markdown).toMatch(/Longest text \| 48 tokens/);
      expect(markdown).toMatch(/Smallest cosine of two vectors of one text \| (1\.0000|0\.99999)/);
      expect(markdown).not.toMatch(/Not evaluated|Greedy|logit/);
    });

    it("no door behind which a model writes lets it in", async () => {
      await importText(services, handle, chatLines(60));
      const snapshot = await freeze(services, handle, { dataset: "chats", filter: {} });
      await liveDeployment(handle, "support", ["d".repeat(64)]);
      const doors = {
        "be fine-tuned": () =>
          act(services, handle, startTraining, {
            snapshot: String(snapshot.id),
            model: "tuned",
            method: "sft",
            base: "vectors@1",
          }),
        "answer prompts": () =>
          act(services, handle, startInference, {
            models: ["vectors@1"],
            snapshot: String(snapshot.id),
          }),
        "be evaluated": () => act(services, handle, startEvaluation, { models: ["vectors@1"] }),
        "stand before a gate": () =>
          act(services, handle, startGate, { deployment: "support", model: "vectors@1" }),
        "be promoted": () =>
          act(services, handle, promoteVersion, { deployment: "support", model: "vectors@1" }),
      };
      const before = await counts();
      for (const [wanted, door] of Object.entries(doors)) {
        await expect(door(), wanted).rejects.toMatchObject({
          code: "precondition_failed",
          message: expect.stringMatching(
            new RegExp(`vectors@1 is an embedding model.*cannot ${wanted}`),
          ),
        });
      }
      expect(await counts()).toEqual(before);
    });

    it("and no pass holds for what writes no text, whatever the gate's row says", async () => {
      const { deploymentId, passed } = await liveDeployment(handle, "other", ["e".repeat(64)]);
      const [pass] = passed;
      if (!pass) throw new Error("no pass was made");
      const holds = () => holdsLivePass(handle, pass.gateRunId, pass.versionId, deploymentId);
      expect(await holds()).toBe(true);
      const { facts } = (await requireVersion(handle, version)).model_version;
      await handle.db
        .update(modelVersion)
        .set({ facts, servable: false })
        .where(eq(modelVersion.id, pass.versionId));
      expect(await holds()).toBe(false);
    });

    const counts = async () => [
      ...(await handle.db.execute(sql`select (select count(*)::int from run) as runs,
        (select count(*)::int from gate_run) as gates`)),
    ];
  },
);

describe.skipIf(!trainerReady)(`a folder that cannot be one (${withoutPython})`, () => {
  it("fails as a run that says why, and nothing is registered", { timeout: 600_000 }, async () => {
    const handle = await makeHandle(services);
    const folder = join(imports, "dense");
    cpSync(join(await tinyEncoder(), "base"), folder, { recursive: true });
    const modules = JSON.parse(readFileSync(join(folder, "modules.json"), "utf8"));
    modules.push({ idx: 2, path: "2_Dense", type: "sentence_transformers.models.Dense" });
    writeFileSync(join(folder, "modules.json"), JSON.stringify(modules));
    const { run } = await act(services, handle, importModel, { folder: "dense", model: "dense" });
    const done = await runJob(services, run);
    expect(done).toMatchObject({ state: "failed", errorCode: "unsupported_format" });
    expect(done.errorMessage).toContain("Dense");
  });
});

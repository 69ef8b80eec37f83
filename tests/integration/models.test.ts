import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { run, worker } from "#db/schema/runs.ts";
import { deployment } from "#db/schema/trust.ts";
import { env } from "#lib/env.ts";
import { readModelCard } from "#lib/models/card.ts";
import { deleteModel, listModelDependents } from "#lib/models/delete-model.ts";
import { importModel, listModelFolders } from "#lib/models/import-folder.ts";
import { listModels, requireVersion } from "#lib/models/read-models.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { readModelRelations } from "#lib/models/relations.ts";
import { describeRun } from "#lib/runs/read-runs.ts";
import { startRun } from "#lib/runs/start-run.ts";
import { useCpu } from "#lib/runs/use-cpu.ts";
import { folders } from "#lib/services.ts";
import { artefactStore } from "#models/artefacts.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { tinyModel, withoutPython } from "#tests/setup/tiny-model.ts";

const trainerReady = existsSync(join(env().venvDir, "bin/python"));
const services = await testServices();
writeFileSync(join(services.dataDir, "venv-status.json"), JSON.stringify({ state: "ready" }));
const imports = folders(services.dataDir).imports;
mkdirSync(imports, { recursive: true });
const store = artefactStore(folders(services.dataDir).artefacts);

async function opened() {
  const handle = await makeHandle(services, { role: "maintainer" });
  const context = { handle, services, actor: handle.actor, signal: new AbortController().signal };
  return { handle, context, project: handle.slug };
}

/** A base folder as the hub has it: weights and tokenizer, no graph. */
async function baseFolder(name: string): Promise<string> {
  const folder = join(imports, name);
  cpSync(await tinyModel(), folder, {
    recursive: true,
    filter: (path) => !/\/(onnx|adapter)$/.test(path),
  });
  return folder;
}

describe.skipIf(!trainerReady)(
  `registering a folder (${withoutPython})`,
  { timeout: 240_000 },
  () => {
    it("exports it through the parity gate into a version with a card", async () => {
      const { handle, context, project } = await opened();
      await baseFolder("good");
      const listed = await listModelFolders.run(context, { project });
      expect(listed.folders).toContain("good");
      const started = await importModel.run(context, { project, folder: "good", model: "base" });
      const done = await runJob(services, started.run);
      expect(done.errorMessage).toBeNull();
      const { model_version: version } = await requireVersion(handle, Number(done.result?.version));
      expect(version).toMatchObject({ method: "imported", number: 1, runId: done.id });
      expect(version.facts.parity).toMatchObject({ passed: true });
      const files = Object.keys(await store.manifest(String(version.artefactDigest)));
      expect(files).toContain("onnx/model.onnx");
      expect(existsSync(join(folders(services.dataDir).runs, String(done.id), "1"))).toBe(false);
      const { markdown } = await readModelCard.run(context, { project, version: "base@1" });
      expect(markdown).toContain(`\`${version.artefactDigest}\``);
      expect(markdown).toMatch(/Verdict \| passed/);
      expect(markdown).toContain("Not evaluated yet");
    });

    it.each([
      ["a pickled file", "pytorch_model.bin", (path: string) => writeFileSync(path, "x")],
      ["code", "modeling.py", (path: string) => writeFileSync(path, "print(1)")],
      ["a link", "more.safetensors", (path: string) => symlinkSync("/etc/hostname", path)],
      [
        "code by name",
        "config.json",
        (path: string) => {
          const config = JSON.parse(readFileSync(path, "utf8"));
          writeFileSync(path, JSON.stringify({ ...config, auto_map: { AutoModel: "m.M" } }));
        },
      ],
    ])("attack 6: refuses %s and says which file", async (_name, file, plant) => {
      const { handle, context, project } = await opened();
      const name = `bad-${handle.projectId}`;
      plant(join(await baseFolder(name), file));
      await expect(
        importModel.run(context, { project, folder: name, model: "bad" }),
      ).rejects.toMatchObject({
        code: "unsupported_format",
        message: expect.stringContaining(file),
      });
    });

    it("attack 6: refuses what was changed between the question and the reading", async () => {
      const { handle, context, project } = await opened();
      const name = `late-${handle.projectId}`;
      const folder = await baseFolder(name);
      const started = await importModel.run(context, { project, folder: name, model: "late" });
      writeFileSync(join(folder, "pytorch_model.bin"), "x");
      const done = await runJob(services, started.run);
      expect(done).toMatchObject({ state: "failed", errorCode: "unsupported_format" });
      expect(done.errorMessage).toContain("pytorch_model.bin");
      expect((await listModels.run(context, { project })).versions).toEqual([]);
    });
  },
);

describe("attack 5: where folders may lie", () => {
  it.each(["../secrets", "/etc", "a/b", "..", ".", "a\\b", "nul\0l"])(
    "through the network, %j is no plain name",
    async (folder) => {
      const { context, project } = await opened();
      await expect(importModel.run(context, { project, folder, model: "m" })).rejects.toMatchObject(
        { code: "invalid_input", issues: [{ path: "folder" }] },
      );
    },
  );

  it("a link below imports/ is not followed, and a missing folder is not found", async () => {
    const { context, project } = await opened();
    symlinkSync("/etc", join(imports, "linked"));
    for (const folder of ["linked", "absent", "x".repeat(4000)]) {
      await expect(importModel.run(context, { project, folder, model: "m" })).rejects.toMatchObject(
        { code: "not_found" },
      );
    }
    const { folders: offered } = await listModelFolders.run(context, { project });
    expect(offered).not.toContain("linked");
    const [count] = await services.database.db
      .select({ id: run.id })
      .from(run)
      .where(eq(run.projectId, context.handle.projectId));
    expect(count).toBeUndefined();
  });
});

/** An artefact of one file; the same text is the same artefact. */
async function artefact(text: string) {
  const folder = join(services.dataDir, `made-${Math.random()}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "config.json"), text);
  return (await store.put(folder)).digest;
}

describe("relations and deletion", () => {
  it("shows lineage both ways and hostile names as text", async () => {
    const { handle, context, project } = await opened();
    const make = (name: string, parentId?: number) =>
      handle.transaction((tx) =>
        registerVersion(tx, name, {
          engine: "transformers.js",
          method: parentId ? "sft-full" : "pretrain",
          ...(parentId ? { parentId } : {}),
          facts: {},
        }),
      );
    const base = await make("<script>alert(1)</script> | a_b");
    const child = await make("child", base.id);
    const grandchild = await make("grandchild", child.id);
    const up = await readModelRelations.run(context, { project, version: grandchild.id });
    expect(up.up.map(({ name, note }) => [name, note])).toEqual([
      ["child@1", "base"],
      ["<script>alert(1)</script> | a_b@1", "base of the base"],
    ]);
    const down = await readModelRelations.run(context, { project, version: base.id });
    expect(down.down).toMatchObject([{ kind: "version", name: "child@1" }]);
    const { markdown } = await readModelCard.run(context, { project, version: String(base.id) });
    expect(markdown).toContain("\\<script\\>alert\\(1\\)\\</script\\> \\| a\\_b@1");
    const other = await opened();
    await expect(
      readModelCard.run(other.context, { project: other.project, version: String(base.id) }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("lists what depends on a model, keeps a live one, and removes only files that nobody shares", async () => {
    const { handle, context, project } = await opened();
    const [own, shared] = [await artefact("own"), await artefact("shared")];
    const make = (name: string, artefactDigest: string) =>
      handle.transaction((tx) =>
        registerVersion(tx, name, {
          engine: "transformers.js",
          method: "pretrain",
          artefactDigest,
          facts: { bytes: 3 },
        }),
      );
    const first = await make("old", own);
    await make("old", shared);
    await make("kept", shared);
    const [live] = await services.database.db
      .insert(deployment)
      .values({
        projectId: handle.projectId,
        name: "shop",
        liveVersionId: first.id,
        parameters: {},
      })
      .returning({ id: deployment.id });
    const open = await startRun(handle, {
      kind: "infer",
      title: "Answers",
      input: { modelVersionIds: [first.id] },
      unit: "responses",
    });
    const of = { project, model: first.modelId };
    const { dependents } = await listModelDependents.run(context, of);
    expect(dependents.map(({ kind, count, blocking }) => [kind, count, blocking])).toEqual([
      ["live deployments", 1, true],
      ["runs that are still open", 1, true],
      ["versions", 2, false],
    ]);
    const remove = (confirm = "old") => deleteModel.run(context, { ...of, confirm });
    await expect(remove()).rejects.toMatchObject({ code: "conflict" });
    await services.database.db
      .update(deployment)
      .set({ liveVersionId: null })
      .where(eq(deployment.id, Number(live?.id)));
    await services.database.db.update(run).set({ state: "cancelled" }).where(eq(run.id, open));
    await expect(remove("new")).rejects.toMatchObject({ code: "invalid_input" });
    expect(await store.has(own)).toBe(true);
    expect(await remove()).toEqual({ deleted: "old", removedBytes: 3 });
    expect([await store.has(own), await store.has(shared)]).toEqual([false, true]);
    const left = (await listModels.run(context, { project })).versions.map((one) => one.name);
    expect(left).toEqual(["kept@1"]);
    await expect(remove()).rejects.toMatchObject({ code: "not_found" });
  });

  it("asks maintainers only", async () => {
    expect([deleteModel.allow, importModel.allow]).toEqual([
      { project: "model.delete" },
      { project: "model.write" },
    ]);
  });
});

describe("a run that nobody can take", () => {
  const beat = (id: string, queues: string[], devices: string[]) =>
    services.database.db
      .insert(worker)
      .values({ id, host: id, pid: 1, role: "worker", queues, devices });

  it("says so, offers the CPU, and runs there when that is taken", async () => {
    const { handle, context, project } = await opened();
    const id = await startRun(handle, {
      kind: "train",
      title: "On a GPU",
      input: { device: "cuda" },
      unit: "steps",
      needs: { device: "gpu", memoryMb: 10 },
    });
    const back = new Date(Date.now() - 60_000);
    await services.database.db.update(run).set({ createdAt: back }).where(eq(run.id, id));
    expect((await describeRun(handle, id)).held?.reason).toContain("No worker is running");
    await beat("plain", ["cpu", "gpu"], []);
    expect((await describeRun(handle, id)).held).toMatchObject({ offerCpu: true });
    expect((await describeRun(handle, id)).held?.reason).toContain("needs a GPU");
    await useCpu.run(context, { project, run: id });
    const given = await describeRun(handle, id);
    expect(given).toMatchObject({ held: null, needs: { device: "cpu", memoryMb: 10 } });
    expect(given.input.device).toBe("cpu");
    const [row] = await services.database.db.select().from(run).where(eq(run.id, id));
    expect(row?.queue).toBe("cpu");
    await expect(useCpu.run(context, { project, run: id })).rejects.toMatchObject({
      code: "conflict",
    });
    await beat("with a GPU", ["gpu"], ["NVIDIA test"]);
    const fits = await startRun(handle, {
      kind: "train",
      title: "On a GPU",
      input: {},
      unit: "steps",
      needs: { device: "gpu", memoryMb: 10 },
    });
    expect((await describeRun(handle, fits)).held).toBeNull();
  });
});

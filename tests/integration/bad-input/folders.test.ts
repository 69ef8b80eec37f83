import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { env } from "#lib/env.ts";
import { importModel } from "#lib/models/import-folder.ts";
import { folders } from "#lib/services.ts";
import { artefactStore } from "#models/artefacts.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { tinyModel, withoutPython } from "#tests/setup/tiny-model.ts";

const trainerReady = existsSync(join(env().venvDir, "bin/python"));
const services = await testServices();
writeFileSync(join(services.dataDir, "venv-status.json"), JSON.stringify({ state: "ready" }));
const imports = folders(services.dataDir).imports;
mkdirSync(imports, { recursive: true });

const counts = async () =>
  (
    await services.database.db.execute(sql`
      select (select count(*)::int from model) as models, (select count(*)::int from model_version) as versions`)
  )[0];
const runs = async () =>
  Number(
    (await services.database.db.execute(sql`select count(*)::int as n from run`))[0]?.n ??
      Number.NaN,
  );

async function folder(name: string, spoil: (at: string) => void): Promise<void> {
  const at = join(imports, name);
  rmSync(at, { recursive: true, force: true });
  cpSync(await tinyModel(), at, {
    recursive: true,
    filter: (path) => !/\/(onnx|adapter)$/.test(path),
  });
  spoil(at);
}

describe.skipIf(!trainerReady)(`a model folder that is none (${withoutPython})`, () => {
  it.each<[string, (at: string) => void, RegExp]>([
    [
      "is empty",
      (at) => execFileSync("find", [at, "-mindepth", "1", "-delete"]),
      /config\.json is missing/,
    ],
    ["has no weights", (at) => rmSync(join(at, "model.safetensors")), /no \.safetensors/],
    ["has an empty config", (at) => writeFileSync(join(at, "config.json"), ""), /config\.json/],
    [
      "has a config in UTF-16",
      (at) => writeFileSync(join(at, "config.json"), Buffer.from("\ufeff{}", "utf16le")),
      /config\.json is not valid JSON/,
    ],
    ["has a list as config", (at) => writeFileSync(join(at, "config.json"), "[]"), /an object/],
    [
      "has a config of 17 MB",
      (at) => writeFileSync(join(at, "config.json"), `{"a":"${"x".repeat(17e6)}"}`),
      /larger than 16 MB/,
    ],
  ])("%s: refused before anything is queued", async (_, spoil, words) => {
    const handle = await makeHandle(services);
    await folder("bad", spoil);
    const before = [await counts(), await runs()];
    await expect(
      act(services, handle, importModel, { folder: "bad", model: "bad" }),
    ).rejects.toMatchObject({
      code: "unsupported_format",
      message: expect.stringMatching(words),
    });
    expect([await counts(), await runs()]).toEqual(before);
  });

  it.each<[string, (at: string) => void]>([
    ["weights that are cut", (at) => truncateSync(join(at, "model.safetensors"), 1000)],
    ["a tokenizer that is none", (at) => writeFileSync(join(at, "tokenizer.json"), "{}")],
    [
      "a config of another shape",
      (at) => writeFileSync(join(at, "config.json"), '{"model_type":"llama","hidden_size":8}'),
    ],
  ])(
    "has %s: the run fails with the reason, and nothing is registered",
    async (_, spoil) => {
      const handle = await makeHandle(services);
      await folder("spoilt", spoil);
      const before = await counts();
      const { run } = await act(services, handle, importModel, { folder: "spoilt", model: "m" });
      const done = await runJob(services, run);
      expect(done.state).toBe("failed");
      expect(["unsupported_format", "invalid_input"], done.errorMessage ?? "").toContain(
        done.errorCode,
      );
      expect(done.errorMessage).toMatch(/^\S.{20,}\.$/s);
      expect(done.errorMessage).not.toMatch(/Traceback|File "/);
      expect(await counts()).toEqual(before);
    },
    90_000,
  );
});

describe("a full disk", () => {
  const small = mkdtempSync(join(tmpdir(), "assay-full-"));
  let mounted = false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", small], { stdio: "pipe" });
    mounted = true;
  } catch {
    // Not root, or no right to mount: the test says that it was skipped.
  }

  it.skipIf(!mounted)(
    "takes no half model: the store names it, keeps what it has, and goes on when there is room (needs the right to mount)",
    async () => {
      try {
        const store = artefactStore(small);
        const large = join(services.dataDir, "large");
        mkdirSync(large, { recursive: true });
        writeFileSync(join(large, "model.safetensors"), Buffer.alloc(1_000_000));
        const little = join(services.dataDir, "little");
        mkdirSync(little, { recursive: true });
        writeFileSync(join(little, "config.json"), "{}");
        const kept = await store.put(little);
        await expect(store.put(large)).rejects.toMatchObject({ code: "disk_full" });
        expect(execFileSync("ls", ["-A", small]).toString().trim().split("\n").sort()).toEqual(
          [kept.digest, `${kept.digest}.json`].sort(),
        );
        expect(await store.verify(kept.digest)).toEqual([]);
      } finally {
        execFileSync("umount", [small]);
        rmSync(small, { recursive: true, force: true });
      }
    },
  );
});

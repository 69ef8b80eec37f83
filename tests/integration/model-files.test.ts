import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { downloadArtefact, listModelFiles } from "#lib/models/artefact-files.ts";
import { registerVersion } from "#lib/models/register-version.ts";
import { folders } from "#lib/services.ts";
import { artefactStore } from "#models/artefacts.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const store = artefactStore(folders(services.dataDir).artefacts);

/** A version with a small artefact, told apart by `seed`. */
async function stored(seed: string) {
  const handle = await makeHandle(services, { role: "curator" });
  const folder = join(services.dataDir, `made-${seed}`);
  mkdirSync(join(folder, "onnx"), { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ seed }));
  writeFileSync(join(folder, "onnx/model.onnx"), "graph ".repeat(5000));
  const { digest } = await store.put(folder);
  const version = await handle.transaction((tx) =>
    registerVersion(tx, "small", {
      engine: "transformers.js",
      method: "pretrain",
      artefactDigest: digest,
      facts: {},
    }),
  );
  const context = { handle, services, actor: handle.actor, signal: new AbortController().signal };
  return { handle, context, digest, version: version.id };
}

async function bytesOf(chunks: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

describe("the files of a model version", () => {
  it("are listed with their digests and come as one archive that checks itself", async () => {
    const { handle, context, digest, version } = await stored("a");
    const listed = await listModelFiles.run(context, { project: handle.slug, version });
    expect(listed).toMatchObject({ digest, bytes: 30_012 });
    expect(listed.files.map((file) => file.name)).toEqual(["config.json", "onnx/model.onnx"]);
    const file = await downloadArtefact(handle, services, version);
    const bytes = await bytesOf(file.chunks);
    expect(file.fileName).toBe("small-1.tar");
    expect(bytes.length).toBe(file.bytes);
    const place = join(services.dataDir, "unpacked");
    mkdirSync(place);
    execFileSync("tar", ["-xf", "-"], { cwd: place, input: bytes });
    const checked = execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: place });
    expect(checked.toString()).toBe("config.json: OK\nonnx/model.onnx: OK\n");
    const graph = createHash("sha256").update("graph ".repeat(5000)).digest("hex");
    expect(listed.files[1]?.sha256).toBe(graph);
  });

  it("break off where a byte is not as it was stored", async () => {
    const { handle, digest, version } = await stored("b");
    const path = join(await store.path(digest), "onnx/model.onnx");
    chmodSync(path, 0o644);
    writeFileSync(path, "Graph ".repeat(5000));
    const file = await downloadArtefact(handle, services, version);
    await expect(bytesOf(file.chunks)).rejects.toThrow(
      "onnx/model.onnx has other bytes than it was stored with",
    );
  });

  it("are nobody else's, and none where the weights are on another server", async () => {
    const { version } = await stored("c");
    const other = await makeHandle(services, { role: "owner" });
    await expect(downloadArtefact(other, services, version)).rejects.toMatchObject({
      code: "not_found",
    });
    const away = await other.transaction((tx) =>
      registerVersion(tx, "away", { engine: "openai", method: "upstream", facts: {} }),
    );
    await expect(downloadArtefact(other, services, away.id)).rejects.toMatchObject({
      code: "precondition_failed",
    });
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type TarFile, tarBytes, writeTar } from "./tar.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-tar-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

async function archive(files: TarFile[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(files)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const file = (name: string, ...texts: string[]): TarFile => ({
  name,
  bytes: Buffer.byteLength(texts.join("")),
  chunks: pieces(...texts),
});

describe("writeTar", () => {
  it("writes what the system's tar reads back, and says its length before", async () => {
    const deep = `${"onnx/".repeat(25)}graph.onnx`;
    const long = "0123456789".repeat(200);
    const bytes = await archive([
      file("config.json", "{}", "\n"),
      file("empty.txt"),
      file(deep, long),
      file("exact.bin", "x".repeat(512)),
    ]);
    expect(bytes.length).toBe(tarBytes([3, 0, 2000, 512]));
    writeFileSync(join(folder, "a.tar"), bytes);
    execFileSync("tar", ["-xf", "a.tar"], { cwd: folder });
    expect(readFileSync(join(folder, "config.json"), "utf8")).toBe("{}\n");
    expect(readFileSync(join(folder, "empty.txt"), "utf8")).toBe("");
    expect(readFileSync(join(folder, deep), "utf8")).toBe(long);
    expect(readFileSync(join(folder, "exact.bin"), "utf8")).toBe("x".repeat(512));
  });

  it("writes sizes above 8 GiB as readers expect them", async () => {
    const size = 9 * 1024 ** 3;
    const stream = writeTar([{ name: "big", bytes: size, chunks: pieces() }]);
    const { value } = await stream.next();
    const head = Buffer.from(value as Uint8Array);
    expect(head[124]).toBe(0x80);
    expect(Number(head.readBigUInt64BE(128))).toBe(size);
  });

  it("breaks off when a file has other bytes than it should have", async () => {
    await expect(archive([{ name: "a", bytes: 3, chunks: pieces("ab") }])).rejects.toThrow(
      "a has not the 3 bytes",
    );
    await expect(archive([{ name: "a", bytes: 1, chunks: pieces("ab") }])).rejects.toThrow(
      "a has not the 1 bytes",
    );
  });
});

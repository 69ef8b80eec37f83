import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { previewImport } from "./preview-import.ts";
import { readImport } from "./read-import.ts";
import { openBytes, readAll } from "./read-text.testing.ts";
import { openSource } from "./source.ts";

const line = (text: string) =>
  `${JSON.stringify({ messages: [{ role: "user", content: text }] })}\n`;
const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => line(`question ${i} ${"filler ".repeat(i % 7)}`)).join(
    "",
  );

async function textOf(bytes: string | Uint8Array, pieceBytes: number): Promise<string> {
  const source = await openSource(openBytes(bytes, pieceBytes));
  const chunks: Buffer[] = [];
  for await (const chunk of source.chunks) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("open a file", () => {
  it.each([1, 2, 3, 1_000])(
    "gives the same bytes in pieces of %i, plain or zipped, without mark",
    async (size) => {
      const text = lines(200);
      expect(await textOf(text, size)).toBe(text);
      expect(await textOf(`\ufeff${text}`, size)).toBe(text);
      expect(await textOf(gzipSync(text), size)).toBe(text);
      expect(await textOf(gzipSync(`\ufeff${text}`), size)).toBe(text);
      const two = Buffer.concat([gzipSync(text), gzipSync("more")]);
      expect(await textOf(two, size)).toBe(`${text}more`);
    },
  );

  it.each([
    ["an empty file", "", "invalid_input", "empty"],
    ["only a byte order mark", "\ufeff", "invalid_input", "white space"],
    ["blank lines", "\n \r\n\t\n", "invalid_input", "white space"],
    ["an empty array", " [ ]\n", "invalid_input", "no records"],
    ["an empty gzip file", gzipSync(""), "invalid_input", "empty"],
    [
      "UTF-16 with mark",
      Buffer.from(`\ufeff${lines(2)}`, "utf16le"),
      "unsupported_format",
      "UTF-8",
    ],
    ["UTF-16 without mark", Buffer.from(lines(2), "utf16le"), "unsupported_format", "UTF-8"],
    ["zipped UTF-16", gzipSync(Buffer.from(lines(2), "utf16le")), "unsupported_format", "UTF-8"],
    ["a file zipped twice", gzipSync(gzipSync(lines(2))), "unsupported_format", "twice"],
    ["Parquet", "PAR1\x15\x04", "unsupported_format", "Parquet"],
    ["a ZIP archive", "PK\x03\x04abc", "unsupported_format", "ZIP"],
    ["fields of no known format", '{"a":1}\n{"a":2}\n', "unsupported_format", "fields a"],
  ])("refuses %s in words", async (_name, bytes, code, words) => {
    const refusal = { name: "AssayError", code, message: expect.stringContaining(words) };
    await expect(readAll(bytes)).rejects.toMatchObject(refusal);
    await expect(previewImport(openBytes(bytes))).rejects.toMatchObject(refusal);
  });

  it("says that a zipped array or table without records holds none", async () => {
    const none = { code: "invalid_input", message: expect.stringContaining("no records") };
    await expect(readAll(gzipSync("[]"), { format: "messages" })).rejects.toMatchObject(none);
    await expect(readAll("prompt,completion\n", { format: "csv" })).rejects.toMatchObject(none);
  });

  it.each([1, 700, 100_000])(
    "keeps the rows before a cut in gzip data (pieces of %i)",
    async (pieceBytes) => {
      const whole = gzipSync(lines(5_000));
      const items = await readAll(whole.subarray(0, whole.length / 2), { pieceBytes });
      const errors = items.filter((item) => item.kind === "error");
      expect(errors).toHaveLength(1);
      expect(items.at(-1)).toMatchObject({
        kind: "error",
        reason: expect.stringContaining("ends early"),
      });
      expect(items.length).toBeGreaterThan(1_500);
      expect(items.map((item) => item.recordNumber)).toEqual(items.map((_, i) => i + 1));
    },
  );

  it("reports a cut of only the checksum, with every row kept", async () => {
    const whole = gzipSync(lines(10));
    const items = await readAll(whole.subarray(0, -4));
    expect(items.filter((item) => item.kind === "record")).toHaveLength(10);
    expect(items.filter((item) => item.kind === "error")).toHaveLength(1);
  });

  it("reports damaged gzip data once, with the rows before it kept", async () => {
    const whole = Buffer.from(gzipSync(lines(50_000), { level: 1 }));
    whole.fill(0xff, whole.length / 2, whole.length / 2 + 50);
    const items = await readAll(whole);
    expect(items.filter((item) => item.kind === "error").map((item) => item.reason)).toEqual([
      expect.stringContaining("damaged"),
    ]);
    expect(items.length).toBeGreaterThan(1_000);
  });

  it.each([1, 64, 100_000])(
    "takes zeros after gzip data for padding, and reports more after them (pieces of %i)",
    async (pieceBytes) => {
      const whole = gzipSync(lines(10));
      const padded = Buffer.concat([whole, Buffer.alloc(600)]);
      expect(await readAll(padded, { pieceBytes })).toEqual(await readAll(lines(10)));
      const more = await readAll(Buffer.concat([padded, gzipSync(lines(5))]), { pieceBytes });
      expect(more.filter((item) => item.kind === "record")).toHaveLength(10);
      expect(more.at(-1)).toMatchObject({
        kind: "error",
        reason: expect.stringContaining("more data after the zeros"),
      });
    },
  );

  it("says of a gzip file cut in its header that it ends early", async () => {
    await expect(readAll(gzipSync(lines(3)).subarray(0, 5))).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("ends early"),
    });
  });

  it("throws what the stream throws, so that a job can try again", async () => {
    async function* broken() {
      yield Buffer.from(lines(3));
      throw new Error("disk is gone");
    }
    await expect(Array.fromAsync(readImport(broken))).rejects.toThrow("disk is gone");
  });

  it.each([
    ["lines", (long: string) => `${long}${line("short")}`.trimEnd()],
    ["an array", (long: string) => `[${long},${line("short")}]`],
  ])("tells the format of %s whose first record is very long", async (_name, join) => {
    const [long, short] = await readAll(join(line("x".repeat(3_000_000))));
    expect([long?.kind, short?.kind]).toEqual(["record", "record"]);
    const [tooLong, after] = await readAll(join(line("x".repeat(9_000_000))));
    expect(tooLong).toMatchObject({ kind: "error", reason: expect.stringContaining("8 MB") });
    expect(after?.kind).toBe("record");
  });

  it("takes a byte order mark at the start of a later line for what it is", async () => {
    const joined = `${lines(2)}\ufeff${lines(1)}`;
    expect((await readAll(joined)).map((item) => item.kind)).toEqual(Array(3).fill("record"));
  });

  it("closes the stream when reading stops early", async () => {
    let closed = 0;
    async function* open() {
      try {
        for (;;) yield Buffer.from(lines(100));
      } finally {
        closed++;
      }
    }
    for await (const item of readImport(open)) if (item.recordNumber === 5) break;
    expect(closed).toBe(1);
  });
});

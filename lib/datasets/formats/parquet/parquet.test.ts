import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { ByteWriter, parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImportItem } from "../port.ts";
import { previewImport } from "../preview-import.ts";
import { type ImportOptions, readImport } from "../read-import.ts";
import { transcript } from "../read-text.testing.ts";

/**
 * Written by pyarrow 26: 30 chats in row groups of 12, messages as list<struct<…, tool_calls: list<struct>>>, dictionaries,
 * Snappy (data pages version 1) and Zstandard (version 2). Every fifth chat has a tool call.
 */
const written = ["chats", "chats-zstd"].map((name) => `tests/fixtures/${name}.parquet`);
const [chats = ""] = written;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parquet-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(bytes: Uint8Array | ArrayBuffer): Promise<string> {
  const path = join(folder, `${Math.random()}.parquet`);
  await writeFile(path, new Uint8Array(bytes));
  return path;
}

const read = (path: string, options: ImportOptions = {}): Promise<ImportItem[]> =>
  Array.fromAsync(readImport(() => createReadStream(path), { path, ...options }));

const accepted = (items: readonly ImportItem[]) =>
  items.map((item) => {
    if (item.kind === "error") throw new Error(`record ${item.recordNumber}: ${item.reason}`);
    return item;
  });

describe("Parquet files of pyarrow", () => {
  it.each(written)("%s: every row is a record with its number", async (path) => {
    const items = accepted(await read(path));
    expect(items.map((item) => item.recordNumber)).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    expect(transcript(items[1]?.conversations[0])).toEqual([
      "system: Be brief.",
      "user: Question 1 — how?",
      "assistant: Answer 1.",
    ]);
    const call = items[5]?.conversations[0]?.body.root.replies[0]?.replies[0];
    expect(call?.toolCalls).toEqual([{ id: "c1", name: "find", arguments: '{"q":1}' }]);
    expect(call?.replies[0]).toMatchObject({ role: "tool", toolCallId: "c1", content: "found" });
  });

  it("dates, decimals, large numbers and bytes become JSON; nothing stands for null", async () => {
    const [first, second] = accepted(await read(chats));
    expect(first?.conversations[0]?.metadata).toEqual({
      language: "en",
      when: "2026-01-01T12:00:00.000Z",
      day: "2026-02-03T00:00:00.000Z",
      price: 0.3,
      big: "1152921504606846976",
      raw: Buffer.from([0xff, 0]).toString("base64"),
      score: 0.5,
    });
    expect(second?.conversations[0]?.metadata).toMatchObject({ tags: ["a", "b"] });
  });

  it.each([1, 12, 29])("goes on after record %i", async (skipRecords) => {
    const all = await read(chats);
    const rest = await read(chats, { format: "messages", skipRecords });
    expect(rest).toEqual(all.slice(skipRecords));
  });

  it("is proposed as messages, and a preview reads its first rows", async () => {
    const preview = await previewImport(() => createReadStream(chats), { path: chats, limit: 5 });
    expect(preview).toMatchObject({ format: "messages", read: 5, errors: [] });
  });
});

describe("columns of Parquet", () => {
  it("prompt and completion are found by name", async () => {
    const path = await fileOf(
      parquetWriteBuffer({
        columnData: [
          { name: "prompt", data: ["Open?", "Late?"] },
          { name: "completion", data: ["Yes.", "No."] },
        ],
      }),
    );
    const items = accepted(await read(path));
    expect(transcript(items[1]?.conversations[0])).toEqual(["user: Late?", "assistant: No."]);
  });

  it("other names by a mapping, a row a turn by dialogue", async () => {
    const path = await fileOf(
      parquetWriteBuffer({
        columnData: [
          { name: "Frage", data: ["Offen?"] },
          { name: "Antwort", data: ["Ja."] },
          { name: "Nummer", data: [7] },
        ],
      }),
    );
    const columns = { layout: "row", prompt: "Frage", completion: "Antwort" } as const;
    const [item] = accepted(await read(path, { format: "csv", columns }));
    expect(transcript(item?.conversations[0])).toEqual(["user: Offen?", "assistant: Ja."]);
    expect(item?.conversations[0]?.metadata).toEqual({ Nummer: "7" });

    const turns = await fileOf(
      parquetWriteBuffer({
        columnData: [
          { name: "conversation_id", data: [1, 1, 2] },
          { name: "role", data: ["user", "assistant", "user"] },
          { name: "content", data: ["Hi", "Hello", "Bye"] },
        ],
      }),
    );
    const dialogues = accepted(await read(turns));
    expect(dialogues.map((one) => transcript(one.conversations[0]))).toEqual([
      ["user: Hi", "assistant: Hello"],
      ["user: Bye"],
    ]);
    const rest = accepted(await read(turns, { format: "csv", skipRecords: 1 }));
    expect(rest.map((one) => one.recordNumber)).toEqual([2]);
  });

  it("text that is not UTF-8 is an error row, the rows around it are kept", async () => {
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [{ name: "text", data: ["first", "sec@nd", "third"] }],
        codec: "UNCOMPRESSED",
      }),
    );
    for (let at = bytes.indexOf(0x40); at !== -1; at = bytes.indexOf(0x40, at + 1)) {
      bytes[at] = 0xff;
    }
    const items = await read(await fileOf(bytes));
    expect(items.map((item) => item.kind)).toEqual(["record", "error", "record"]);
  });
});

describe("hostile and damaged Parquet", () => {
  const refusal = (words: string) => ({
    code: "invalid_input",
    message: expect.stringContaining(words),
  });

  it("cut off: its end is missing", async () => {
    const bytes = await readFile(chats);
    const path = await fileOf(bytes.subarray(0, bytes.length - 500));
    await expect(read(path)).rejects.toMatchObject(refusal("its end is missing"));
  });

  it("a footer longer than the file, and one of noise", async () => {
    const bytes = Buffer.from(await readFile(chats));
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    await expect(read(await fileOf(bytes))).rejects.toMatchObject(refusal("longer than the file"));
    const noise = Buffer.from(await readFile(chats));
    noise.fill(0x99, noise.length - 400, noise.length - 8);
    await expect(read(await fileOf(noise))).rejects.toMatchObject(refusal("cannot be read"));
  });

  it("too many columns, and a column that would reach a prototype", async () => {
    const column = (name: string) => ({ name, data: ["x"] });
    const wide = Array.from({ length: 1_100 }, (_, index) => column(`c${index}`));
    await expect(
      read(await fileOf(parquetWriteBuffer({ columnData: wide }))),
    ).rejects.toMatchObject(refusal("1,101 columns"));
    const named = parquetWriteBuffer({ columnData: [column("__proto__")] });
    await expect(read(await fileOf(named))).rejects.toMatchObject(refusal("__proto__"));
  });

  it("damage in a later row group: the rows before it are kept, one error says where it ends", async () => {
    const bytes = Buffer.from(await readFile(chats));
    const metadata = parquetMetadata(new Uint8Array(bytes).buffer);
    const second = metadata.row_groups[1]?.columns[0]?.meta_data;
    const start = Number(second?.dictionary_page_offset || second?.data_page_offset);
    bytes.fill(0xff, start, start + 40);
    const items = await read(await fileOf(bytes));
    expect(items.slice(0, 12).every((item) => item.kind === "record")).toBe(true);
    expect(items).toHaveLength(13);
    expect(items[12]).toMatchObject({
      kind: "error",
      recordNumber: 13,
      reason: expect.stringContaining("row group 2 cannot be read"),
    });
  });

  it("a page that claims 100 million equal values is not decoded", async () => {
    const path = await fileOf(inflated());
    const items = await read(path, { format: "text" });
    expect(items).toMatchObject([
      { kind: "error", reason: expect.stringContaining("more than 20,000,000 values") },
    ]);
  });
});

/** A file of one text column whose only data page says that it holds 100 million values, in the same number of bytes. */
function inflated(): Uint8Array {
  const rows = 1_100_000;
  const bytes = Buffer.from(
    parquetWriteBuffer({
      columnData: [{ name: "text", data: new Array(rows).fill("x") }],
      rowGroupSize: rows,
      pageSize: 2 ** 30,
      statistics: false,
    }),
  );
  const place = bytes.indexOf(zigzag(rows));
  zigzag(100_000_000).copy(bytes, place);
  return bytes;
}

/** Field 1 of a Thrift struct: a 32-bit number. */
function zigzag(value: number): Buffer {
  const writer = new ByteWriter();
  writer.appendUint8(0x15);
  writer.appendVarInt(value * 2);
  return Buffer.from(writer.getBuffer());
}

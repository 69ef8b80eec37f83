import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ConversationBody, linear, type Message } from "#lib/core/conversation.ts";
import { exportConversations, newTally } from "../export-conversations.ts";
import type { ExportFormat } from "../exporters.ts";
import { conversationHash } from "../node-hash.ts";
import { previewImport } from "../preview-import.ts";
import { readImport } from "../read-import.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parquet-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Chats with what a column may stumble over: empty texts and names, tool calls without an id, tools, other scripts. */
const chats: ConversationBody[] = [
  chat([{ role: "user", content: "Hi" }]),
  chat([
    { role: "system", content: "" },
    { role: "user", content: "\ufeffनमस्ते 📦\n\t\"'", name: "" },
    {
      role: "assistant",
      content: "",
      toolCalls: [
        { name: "find", arguments: "{}" },
        { id: "", name: "", arguments: "" },
      ],
    },
    { role: "tool", content: "[]", toolCallId: "" },
    { role: "assistant", content: "Done.", toolCalls: [{ id: "2", name: "a", arguments: "b" }] },
  ]),
  chat(
    [
      { role: "user", content: "{}", name: "Ada" },
      { role: "assistant", content: "null" },
    ],
    [{ type: "function", function: { name: "find", parameters: { a: [1, null, "x"] } } }],
  ),
];
const pair: ConversationBody = {
  kind: "pair",
  root: {
    role: "user",
    content: "Open?",
    replies: [
      { role: "assistant", content: "Yes.", rank: 0, replies: [] },
      { role: "assistant", content: "", rank: 1, replies: [] },
    ],
  },
};
const parts = chat([{ role: "user", content: [{ type: "text", text: "Hi" }] }]);

function chat(messages: Message[], tools?: unknown[]): ConversationBody {
  return { kind: "chat", root: linear(messages), ...(tools ? { tools } : {}) };
}

async function write(bodies: Iterable<ConversationBody>, format: ExportFormat) {
  const tally = newTally();
  const path = join(folder, `${Math.random()}.parquet`);
  const chunks = await Array.fromAsync(exportConversations(bodies, format, tally));
  await writeFile(path, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))));
  return { path, tally, chunks: chunks.length };
}

async function hashesOf(path: string): Promise<string[]> {
  const hashes: string[] = [];
  for await (const item of readImport(() => createReadStream(path), { path })) {
    if (item.kind === "error") throw new Error(`record ${item.recordNumber}: ${item.reason}`);
    hashes.push(...item.conversations.map(({ body }) => conversationHash(body)));
  }
  return hashes;
}

it("chats in Parquet read back to the same conversations; parts and pairs are counted", async () => {
  const { path, tally } = await write([...chats, parts, pair], "parquet");
  expect(tally).toMatchObject({ written: chats.length, skipped: 2 });
  expect(await hashesOf(path)).toEqual(chats.map(conversationHash));
});

it("pairs in Parquet read back to the same conversations", async () => {
  const withTools = { ...pair, tools: [{ type: "function", function: { name: "f" } }] };
  const { path, tally } = await write([pair, withTools, ...chats], "parquet-pairs");
  expect(tally).toMatchObject({ written: 2, skipped: chats.length });
  expect(await hashesOf(path)).toEqual([pair, withTools].map(conversationHash));
});

it("many rows come in several row groups, none lost between them", async () => {
  const many = Array.from({ length: 12_000 }, (_, index) =>
    chat([{ role: "user", content: `Question ${index}` }]),
  );
  const { path, chunks } = await write(many, "parquet");
  expect(chunks).toBe(3);
  expect(await hashesOf(path)).toEqual(many.map(conversationHash));
});

it("an export without a row is a whole file that says so", async () => {
  const { path } = await write([pair], "parquet");
  await expect(previewImport(() => createReadStream(path), { path })).rejects.toMatchObject({
    code: expect.stringMatching(/invalid_input|unsupported_format/),
  });
});

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { downloadExport } from "#lib/datasets/download-export.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { exportDataset } from "#lib/datasets/export-dataset.ts";
import {
  type ExportFile,
  exportRunInput,
  listExports,
  startExport,
} from "#lib/datasets/start-export.ts";
import { claimRun } from "#lib/runs/own-run.ts";
import { folders } from "#lib/services.ts";
import { act, chatLines, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

/** Chats with tools, parts, names, formulas, other scripts; pairs; a ranked tree; bare text. */
const mixed = [
  JSON.stringify({
    tools: [{ type: "function", function: { name: "find", parameters: { type: "object" } } }],
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", name: "Jo", content: '=1+1, "quoted", line\nbreak; 你好 — ﷽' },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "c1", type: "function", function: { name: "find", arguments: '{"q": 1}' } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "[]" },
      { role: "assistant", content: "Nothing found." },
    ],
  }),
  JSON.stringify({
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "https://example.com/a.png" } },
        ],
      },
      { role: "assistant", content: "-5 degrees" },
    ],
  }),
].join("\n");

const pairs = [1, 2]
  .map((n) =>
    JSON.stringify({
      prompt: `Question ${n}?`,
      chosen: `Good answer ${n}`,
      rejected: `Bad answer ${n}`,
    }),
  )
  .join("\n");

async function exported(handle: ProjectHandle, dataset: string, format: string[]) {
  const { run } = await act(services, handle, startExport, { dataset, format });
  const done = await runJob(services, run);
  expect(done.state).toBe("succeeded");
  const files = filesOf(done);
  const bytes = (name: string) =>
    readFileSync(join(folders(services.dataDir).exports, String(run), name));
  return { run, done, files, bytes, read: (name: string) => bytes(name).toString("utf8") };
}

const filesOf = ({ result }: { result: Record<string, unknown> | null }) =>
  (result?.files ?? []) as ExportFile[];

const hashes = async (handle: ProjectHandle, dataset: string): Promise<string[]> => {
  const rows = await handle.db.execute<{ hash: string }>(sql`
    select c.hash from membership m join conversation c on c.id = m.conversation_id join dataset d on d.id = m.dataset_id
    where d.name = ${dataset} and d.project_id = ${handle.projectId} and m.removed_in is null order by c.hash`);
  return rows.map((row) => row.hash);
};

describe("an export", () => {
  it.each([
    ["messages", mixed, "chats.jsonl"],
    ["csv", mixed, "chats.jsonl"],
    ["trees", mixed, "chats.jsonl"],
    ["pairs", pairs, "pairs.jsonl"],
    ["trees", pairs, "pairs.jsonl"],
    ["parquet", chatLines(2), "chats.jsonl"],
    ["parquet-pairs", pairs, "pairs.jsonl"],
  ])("as %s and back gives the same conversations", async (format, text, fileName) => {
    const handle = await makeHandle(services);
    await importText(services, handle, text, { fileName });
    const { files, bytes } = await exported(handle, "chats", [format]);
    const [file] = files;
    expect(file).toMatchObject({ format, skipped: 0, reasons: {}, written: 2 });
    const content = bytes(file?.name ?? "");
    expect(content.length).toBe(file?.bytes);
    expect(createHash("sha256").update(content).digest("hex")).toBe(file?.sha256);
    const other = await makeHandle(services);
    const back = await importText(services, other, content, { fileName: file?.name ?? "" });
    expect(back.result).toMatchObject({ added: 2, errors: 0 });
    expect(await hashes(other, "chats")).toEqual(await hashes(handle, "chats"));
  });

  it("leaves out what a format cannot carry, and says so on the card", async () => {
    const handle = await makeHandle(services);
    await importText(services, handle, mixed);
    await importText(services, handle, pairs, { fileName: "pairs.jsonl" });
    const { files, read } = await exported(handle, "chats", ["messages", "pairs"]);
    expect(files.map(({ format, written, skipped }) => ({ format, written, skipped }))).toEqual([
      { format: "messages", written: 2, skipped: 2 },
      { format: "pairs", written: 2, skipped: 2 },
      { format: "card", written: 0, skipped: 0 },
    ]);
    const card = read("README.md");
    expect(card).toContain("# chats, version 2");
    expect(card).toContain("it is of kind pair");
    expect(card).toContain("chats.jsonl");
  });

  it("has file names of its own, whatever the dataset is called", async () => {
    const handle = await makeHandle(services);
    await importText(services, handle, chatLines(1), { dataset: "…\u202etxt.exe & ~ 聊天" });
    const { files } = await exported(handle, "…\u202etxt.exe & ~ 聊天", ["messages"]);
    expect(files[0]?.name).toBe("txt-exe-v1.messages.jsonl");
  });

  it("writes the version that was asked for", async () => {
    const handle = await makeHandle(services);
    await importText(services, handle, chatLines(3));
    await importText(services, handle, chatLines(2, 50));
    const { run } = await act(services, handle, startExport, { dataset: "chats", version: 1 });
    const done = await runJob(services, run);
    expect(filesOf(done)[0]).toMatchObject({ written: 3 });
    const missing = act(services, handle, startExport, { dataset: "chats", version: 9 });
    await expect(missing).rejects.toMatchObject({ code: "not_found" });
  });

  it("leaves no half file when it is stopped", async () => {
    const handle = await makeHandle(services);
    await importText(services, handle, chatLines(2000));
    const { run } = await act(services, handle, startExport, { dataset: "chats" });
    const shutdown = new AbortController();
    shutdown.abort();
    const stopped = await runJob(services, run, shutdown.signal);
    expect(stopped.state).toBe("queued");
    const left = readdirSync(folders(services.dataDir).exports);
    expect(left.filter((name) => name.startsWith(String(run)))).toEqual([]);
    const done = await runJob(services, run);
    expect(filesOf(done)[0]).toMatchObject({ written: 2000 });
  });
});

describe("an erase while an export works", () => {
  it("deletes what was written, so that the export starts again without the text", async () => {
    const handle = await makeHandle(services);
    const done = await importText(services, handle, chatLines(20));
    const [first = 0] = await rowIds(handle, Number(done.result?.datasetId));
    const { run } = await act(services, handle, startExport, { dataset: "chats" });
    const owned = await claimRun(services.database, run, 1, "test");
    if (!owned) throw new TypeError("the run was not claimed");
    // The rows are read; before the file is whole, somebody erases one of them.
    const progress = owned.progress.bind(owned);
    owned.progress = async (...given) => {
      await act(services, handle, eraseConversation, { conversation: first });
      await progress(...given);
    };
    const input = exportRunInput.parse(owned.run.input);
    const signal = new AbortController().signal;
    await expect(exportDataset(owned, handle, services, input, signal)).rejects.toMatchObject({
      code: "conflict",
    });
    expect(existsSync(join(folders(services.dataDir).exports, String(run)))).toBe(false);
  });
});

describe("a download", () => {
  it("gives only files that the export lists, and only to its project", async () => {
    const handle = await makeHandle(services);
    await importText(services, handle, chatLines(2));
    const { run, files } = await exported(handle, "chats", ["messages"]);
    const name = files[0]?.name ?? "";
    const file = await downloadExport(handle, services, run, name);
    expect(file).toMatchObject({
      fileName: name,
      mediaType: "application/jsonl",
      bytes: files[0]?.bytes,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.chunks) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks).length).toBe(files[0]?.bytes);
    for (const other of ["../secrets.json", "..%2fsecrets.json", "secrets.json", "", `./${name}`]) {
      await expect(downloadExport(handle, services, run, other)).rejects.toMatchObject({
        code: "not_found",
      });
    }
    const stranger = await makeHandle(services);
    await expect(downloadExport(stranger, services, run, name)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("is gone after an erase, and the list says what there was", async () => {
    const handle = await makeHandle(services);
    const done = await importText(services, handle, chatLines(2));
    const { run, files } = await exported(handle, "chats", ["messages"]);
    const [first = 0] = await rowIds(handle, Number(done.result?.datasetId));
    await act(services, handle, eraseConversation, { conversation: first });
    expect(existsSync(join(folders(services.dataDir).exports, String(run)))).toBe(false);
    await expect(downloadExport(handle, services, run, files[0]?.name ?? "")).rejects.toMatchObject(
      { code: "not_found" },
    );
    const { exports } = await act(services, handle, listExports, { dataset: "chats" });
    expect(exports).toMatchObject([{ run, state: "succeeded", version: 1 }]);
  });
});

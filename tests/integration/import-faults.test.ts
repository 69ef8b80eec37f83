import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { downloadImportErrors, listImportErrors } from "#lib/datasets/list-import-errors.ts";
import { previewImport } from "#lib/datasets/preview-import.ts";
import { startExport } from "#lib/datasets/start-export.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { folders } from "#lib/services.ts";
import { act, chatLine, chatLines, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();

/** Rows of everything an import writes, in one project. */
async function counts({ db, projectId }: ProjectHandle) {
  const [row] = await db.execute<Record<string, number>>(sql`
    select (select count(*)::int from conversation where project_id = ${projectId}) as conversations,
      (select count(*)::int from occurrence where project_id = ${projectId}) as occurrences,
      (select count(*)::int from membership m join dataset d on d.id = m.dataset_id where d.project_id = ${projectId}) as members,
      (select coalesce(max(head_version), 0)::int from dataset where project_id = ${projectId}) as version`);
  return row;
}

/** The same with datasets and runs: what a refused start must not make. */
async function everything(handle: ProjectHandle) {
  const [row] = await handle.db.execute<Record<string, number>>(sql`
    select (select count(*)::int from dataset where project_id = ${handle.projectId}) as datasets,
      (select count(*)::int from run where project_id = ${handle.projectId}) as runs`);
  return { ...(await counts(handle)), ...row };
}

async function readAll(chunks: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text;
}

const utf16 = (text: string) =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);

describe("a file that is no file of conversations is refused as a whole, and makes no dataset", () => {
  it.each<[string, string | Uint8Array, string, string]>([
    ["empty", "", "invalid_input", "empty"],
    ["only white space", " \n\n\t\n", "invalid_input", "white space"],
    ["an empty list", "[]", "invalid_input", "no records"],
    ["UTF-16", utf16(chatLines(3)), "unsupported_format", "UTF-8"],
    [
      "Parquet cut in its head",
      Buffer.from("PAR1\u0000\u0000rest of it"),
      "invalid_input",
      "end is missing",
    ],
    ["a ZIP archive", Buffer.from("PK\u0003\u0004rest of it"), "unsupported_format", "ZIP"],
    [
      "a picture",
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]),
      "unsupported_format",
      "not recognised",
    ],
    ["numbers", "1\n2\n3\n", "unsupported_format", "not recognised"],
    ["a table without rows", "prompt,completion\n", "invalid_input", "no records"],
    ["a table of other columns", "a,b\n1,2\n", "unsupported_format", "not recognised"],
    ["gzip of nothing", gzipSync(""), "invalid_input", "empty"],
    ["gzip cut in its head", gzipSync(chatLines(50)).subarray(0, 12), "invalid_input", "gzip"],
  ])("%s", async (_, bytes, code, words) => {
    const handle = await makeHandle(services);
    await importText(services, handle, chatLines(2, 900));
    const before = await everything(handle);
    const refused = importText(services, handle, bytes, { fileName: "file.txt", dataset: "new" });
    await expect(refused).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(words, "i")),
    });
    expect(await everything(handle)).toEqual(before);
  });

  it("columns that are not there, and a format that does not exist", async () => {
    const handle = await makeHandle(services);
    const before = await everything(handle);
    const source = await placeUpload(services, handle, "table.csv", "Frage,Antwort\na,b\n");
    const start = (given: { format?: string; columns?: { layout: "text"; text: string } }) =>
      act(services, handle, startImport, { source, dataset: "new", ...given });
    const refusal = { code: "invalid_input" };
    await expect(start({})).rejects.toMatchObject(refusal);
    await expect(start({ format: "word" })).rejects.toMatchObject(refusal);
    const columns = { layout: "text", text: "Text" } as const;
    await expect(start({ format: "csv", columns })).rejects.toMatchObject(refusal);
    expect(await everything(handle)).toEqual(before);
  });
});

describe("a bad record is a row of the report, never a failed file", () => {
  const deep = `{"messages":[{"role":"user","content":${"[".repeat(50_000)}${"]".repeat(50_000)}}]}`;
  it.each<[string, string | Buffer, RegExp]>([
    ["no JSON", "{not json", /json/i],
    ["an unknown role", '{"messages":[{"role":"wizard","content":"x"}]}', /wizard/],
    ["no messages", '{"messages":[]}', /message/i],
    ["a NUL character", '{"messages":[{"role":"user","content":"a\\u0000b"}]}', /NUL/],
    ["a NUL byte", Buffer.from('{"messages":[{"role":"user","content":"a\u0000b"}]}'), /NUL/],
    ["half of a character", '{"messages":[{"role":"user","content":"a\\ud800b"}]}', /surrogate/],
    [
      "bytes that are not UTF-8",
      Buffer.concat([
        Buffer.from('{"messages":[{"role":"user","content":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}]}'),
      ]),
      /UTF-8/,
    ],
    [
      "a key that reaches prototypes",
      '{"__proto__":{"admin":true},"messages":[{"role":"user","content":"x"}]}',
      /__proto__/,
    ],
    ["values nested 50,000 deep", deep, /nest/i],
    ["a line of 10 MB", chatLine(7, "x".repeat(10 * 1024 * 1024)), /8 MB|too large|larger/i],
  ])("%s", async (_, bad, words) => {
    const handle = await makeHandle(services);
    const text = Buffer.concat([
      Buffer.from(`${chatLine(1)}\n`),
      Buffer.from(bad),
      Buffer.from(`\n${chatLine(2)}\n`),
    ]);
    const done = await importText(services, handle, text);
    expect(done).toMatchObject({
      state: "succeeded",
      result: { read: 3, added: 2, errors: 1, duplicates: 0 },
    });
    expect(await counts(handle)).toEqual({
      conversations: 2,
      occurrences: 2,
      members: 2,
      version: 1,
    });
    const { errors, total } = await act(services, handle, listImportErrors, { run: done.id });
    expect(total).toBe(1);
    expect(errors[0]).toMatchObject({
      recordNumber: 2,
      line: 2,
      reason: expect.stringMatching(words),
    });
    expect(errors[0]?.excerpt.length).toBeLessThanOrEqual(210);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("gzip that is cut keeps what came before, and says where it ends", async () => {
    const handle = await makeHandle(services);
    const whole = gzipSync(chatLines(4000), { level: 1 });
    const cut = whole.subarray(0, Math.floor(whole.length * 0.7));
    const done = await importText(services, handle, cut, { fileName: "chats.jsonl.gz" });
    expect(done.state).toBe("succeeded");
    const { read, added, errors } = done.result as Record<string, number>;
    expect(errors).toBe(1);
    expect(added).toBe((read ?? 0) - 1);
    expect(added).toBeGreaterThan(1000);
    expect((await counts(handle))?.members).toBe(added);
    const rows = await act(services, handle, listImportErrors, { run: done.id });
    expect(rows.errors[0]?.reason).toMatch(/gzip|compressed|cut/i);
  });

  it("its report is downloaded whole, with formulas made harmless", async () => {
    const handle = await makeHandle(services);
    const bad = Array.from({ length: 1500 }, (_, n) => `=cmd|${n}`).join("\n");
    const done = await importText(services, handle, `${chatLine(1)}\n${bad}\n${chatLine(2)}`);
    expect(done.result).toMatchObject({ read: 1502, errors: 1500, added: 2 });
    const jsonl = await readAll((await downloadImportErrors(handle, done.id, "jsonl")).chunks);
    const lines = jsonl.trim().split("\n");
    expect(lines).toHaveLength(1500);
    expect(JSON.parse(lines[1499] ?? "")).toMatchObject({ recordNumber: 1501, line: 1501 });
    const csv = await readAll((await downloadImportErrors(handle, done.id, "csv")).chunks);
    expect(csv).toContain(",'=cmd|0");
    expect(csv).not.toMatch(/(^|,)=cmd/m);
    await expect(downloadImportErrors(handle, done.id, "exe")).rejects.toMatchObject({
      code: "not_found",
    });
    const stranger = await makeHandle(services);
    await expect(downloadImportErrors(stranger, done.id, "csv")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("a preview", () => {
  it("shows what was read, and writes nothing", async () => {
    const handle = await makeHandle(services);
    const source = await placeUpload(services, handle, "chats.jsonl", `${chatLines(30)}\n{bad`);
    const before = await counts(handle);
    const shown = await act(services, handle, previewImport, { source });
    expect(shown).toMatchObject({ format: "messages", read: 20, more: true, problem: null });
    expect(shown.conversations).toHaveLength(20);
    expect(await counts(handle)).toEqual(before);
  });

  it("says why nothing was recognised, and offers every format", async () => {
    const handle = await makeHandle(services);
    const source = await placeUpload(services, handle, "notes.txt", "just\nsome\nnotes\n");
    const shown = await act(services, handle, previewImport, { source });
    if (shown.format === null) {
      expect(shown.problem).toMatch(/not recognised/);
      expect(shown.formats.length).toBeGreaterThan(8);
    }
    const chosen = await act(services, handle, previewImport, { source, format: "text-lines" });
    expect(chosen).toMatchObject({ format: "text-lines", read: 3 });
  });

  it("names columns that a table does not have", async () => {
    const handle = await makeHandle(services);
    const source = await placeUpload(services, handle, "a.csv", "q,a\nhi,hello\n");
    const columns = { layout: "row" as const, prompt: "q", completion: "nope" };
    const asked = act(services, handle, previewImport, { source, format: "csv", columns });
    await expect(asked).rejects.toMatchObject({ code: "invalid_input" });
    const right = { ...columns, completion: "a" };
    const shown = await act(services, handle, previewImport, {
      source,
      format: "csv",
      columns: right,
    });
    expect(shown.conversations).toHaveLength(1);
  });

  it("of another project's upload is not found", async () => {
    const handle = await makeHandle(services);
    const source = await placeUpload(services, handle, "chats.jsonl", chatLines(2));
    const stranger = await makeHandle(services);
    await expect(act(services, stranger, previewImport, { source })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(
      act(services, stranger, startImport, { source, dataset: "mine" }),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await counts(stranger)).toMatchObject({ conversations: 0 });
  });
});

describe("an import", () => {
  it.each(["../x", "a/b", "nul\u0000", "", "x".repeat(201)])(
    "into a dataset called %j is refused before anything is queued",
    async (dataset) => {
      const handle = await makeHandle(services);
      const source = await placeUpload(services, handle, "chats.jsonl", chatLines(1));
      await expect(act(services, handle, startImport, { source, dataset })).rejects.toThrow();
      const runs = await handle.db.execute(
        sql`select 1 from run where project_id = ${handle.projectId}`,
      );
      expect(runs).toHaveLength(0);
    },
  );

  it("of the same file twice at once adds each conversation once", async () => {
    const handle = await makeHandle(services);
    const source = await placeUpload(services, handle, "chats.jsonl", chatLines(800));
    const start = () => act(services, handle, startImport, { source, dataset: "chats" });
    const [one, two] = [await start(), await start()];
    const ended = await Promise.all([runJob(services, one.run), runJob(services, two.run)]);
    expect(ended.map((run) => run.state)).toEqual(["succeeded", "succeeded"]);
    const added = ended.reduce((sum, run) => sum + Number(run.result?.added), 0);
    expect(added).toBe(800);
    expect(await counts(handle)).toMatchObject({
      conversations: 800,
      occurrences: 800,
      members: 800,
    });
  });

  it("whose upload is gone from the disk says so, and keeps the dataset as it was", async () => {
    const handle = await makeHandle(services);
    await importText(services, handle, chatLines(3));
    const source = await placeUpload(services, handle, "lost.jsonl", chatLines(2, 50));
    const start = () => act(services, handle, startImport, { source, dataset: "chats" });
    const { run } = await start();
    const before = await everything(handle);
    rmSync(folders(services.dataDir).sources, { recursive: true });
    const done = await runJob(services, run);
    expect(done).toMatchObject({ state: "failed", errorCode: "not_found" });
    expect(done.errorMessage).toMatch(/upload.*again/i);
    await expect(start()).rejects.toMatchObject({ code: "not_found" });
    expect(await everything(handle)).toEqual(before);
  });
});

describe("a full disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-full-"));
  let mounted = false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "pipe" });
    mounted = true;
  } catch {
    // Not root, or no right to mount: the test says that it was skipped.
  }

  it.skipIf(!mounted)(
    "fails an export with the next step and leaves no part (needs the right to mount)",
    async () => {
      try {
        const handle = await makeHandle(services);
        await importText(services, handle, chatLines(2000));
        mkdirSync(join(folder, "exports"), { recursive: true });
        const { run } = await act(services, handle, startExport, { dataset: "chats" });
        const done = await runJob({ ...services, dataDir: folder }, run);
        expect(done).toMatchObject({ state: "failed", errorCode: "disk_full" });
        expect(done.errorMessage).toMatch(/free some space/);
        expect(execFileSync("ls", [join(folder, "exports")]).toString()).toBe("");
        expect(await counts(handle)).toMatchObject({ conversations: 2000, version: 1 });
      } finally {
        execFileSync("umount", [folder]);
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

import { expect, it } from "vitest";
import { listImportRows } from "#lib/datasets/list-import-rows.ts";
import { startExport } from "#lib/datasets/start-export.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { requireRun } from "#lib/runs/read-runs.ts";
import { act, chatLine, chatLines, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const rowsOf = async (handle: Awaited<ReturnType<typeof makeHandle>>, run: number) =>
  (await act(services, handle, listImportRows, { run })).rows;

it("the first rows can be read while the import runs, in the order of the file", async () => {
  const handle = await makeHandle(services);
  const source = await placeUpload(services, handle, "chats.jsonl", chatLines(12_000));
  const { run } = await act(services, handle, startImport, { source, dataset: "chats" });
  expect(await rowsOf(handle, run)).toEqual([]);
  const ended = runJob(services, run);
  let rows = await rowsOf(handle, run);
  let { state } = await requireRun(handle, run);
  while (rows.length === 0) {
    rows = await rowsOf(handle, run);
    ({ state } = await requireRun(handle, run));
  }
  expect(state).toBe("running");
  expect(rows.map((row) => row.recordNumber)).toEqual(
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
  expect(rows[0]).toMatchObject({ kind: "chat", preview: expect.stringMatching(/\w/) });
  expect(await ended).toMatchObject({ state: "succeeded", result: { read: 12_000 } });
  // Postgres has counted them, too, so that the next question is planned for so many.
  const [table] = await services.database.sql<{ rows: number }[]>`
    select reltuples::int as rows from pg_class where relname = 'membership'`;
  expect(table?.rows).toBe(12_000);
});

it("a file that was imported before shows its rows, too; other projects and other runs show none", async () => {
  const handle = await makeHandle(services);
  await importText(services, handle, `${chatLine(1)}\n${chatLine(2)}`);
  const again = await importText(services, handle, `${chatLine(1)}\n${chatLine(2)}`);
  const rows = await rowsOf(handle, again.id);
  expect(rows.map((row) => row.recordNumber)).toEqual([1, 2]);
  const stranger = await makeHandle(services);
  await expect(rowsOf(stranger, again.id)).rejects.toMatchObject({ code: "not_found" });
  const other = await act(services, handle, startExport, { dataset: "chats" });
  await expect(rowsOf(handle, other.run)).rejects.toMatchObject({ code: "not_found" });
});

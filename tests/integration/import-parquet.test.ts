import { readFile } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { previewImport } from "#lib/datasets/preview-import.ts";
import { act, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();

it("a Parquet file of pyarrow is previewed and imported, a row a conversation", async () => {
  const handle = await makeHandle(services);
  const bytes = await readFile("tests/fixtures/chats.parquet");
  const source = await placeUpload(services, handle, "chats.parquet", bytes);
  const preview = await act(services, handle, previewImport, { source });
  expect(preview).toMatchObject({ format: "messages", problem: null, read: 20, errors: [] });

  const done = await importText(services, handle, bytes, { fileName: "chats.parquet" });
  expect(done).toMatchObject({ state: "succeeded", done: 30, total: 30 });
  expect(done.result).toMatchObject({ read: 30, added: 30, errors: 0, format: "messages" });
  const [row] = await handle.db.execute<{ records: number[]; big: string }>(sql`
    select array_agg(record_number order by record_number) as records, min(metadata->>'big') as big
    from occurrence where source_id = ${source}`);
  expect(row).toEqual({
    records: Array.from({ length: 30 }, (_, index) => index + 1),
    big: "1152921504606846976",
  });
});

import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { countRows, listRows, readFacets } from "#db/queries/dataset-rows.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { freeze as freezeRows } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();

const chat = (n: number) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `Question number ${n}: when does the shop open?` },
      { role: "assistant", content: `Answer ${n}: it opens at nine in the morning.` },
    ],
  });

async function importText(
  handle: Awaited<ReturnType<typeof makeHandle>>,
  text: string,
  dataset = "chats",
) {
  const sourceId = await placeUpload(services, handle, "chats.jsonl", text);
  const { run } = await startImport.run(
    { handle, services, actor: handle.actor, signal: new AbortController().signal },
    { project: handle.slug, source: sourceId, dataset },
  );
  return runJob(services, run);
}

const totals = async (projectId: number) => {
  const [row] = await services.database.db.execute<{
    conversations: number;
    occurrences: number;
  }>(sql`
    select (select count(*)::int from conversation where project_id = ${projectId}) as conversations,
      (select count(*)::int from occurrence where project_id = ${projectId}) as occurrences`);
  return row;
};

describe("import", () => {
  it("counts what was read, added, double and wrong, and makes one version", async () => {
    const handle = await makeHandle(services);
    const text = [
      chat(1),
      chat(2),
      chat(1),
      "{not json",
      '{"messages":[{"role":"wizard","content":"x"}]}',
    ].join("\n");
    const done = await importText(handle, text);
    expect(done.state).toBe("succeeded");
    expect(done.result).toMatchObject({
      dataset: "chats",
      version: 1,
      format: "messages",
      read: 5,
      added: 2,
      duplicates: 1,
      errors: 2,
    });
    const [errors] = await services.database.db.execute<{ n: number }>(
      sql`select count(*)::int as n from import_error where run_id = ${done.id}`,
    );
    expect(errors?.n).toBe(2);
  });

  it("adds nothing when the same file comes again", async () => {
    const handle = await makeHandle(services);
    const text = Array.from({ length: 40 }, (_, n) => chat(n)).join("\n");
    await importText(handle, text);
    const before = await totals(handle.projectId);
    const again = await importText(handle, text);
    expect(again.result).toMatchObject({
      read: 40,
      added: 0,
      duplicates: 40,
      errors: 0,
      version: 1,
    });
    expect(await totals(handle.projectId)).toEqual(before);
  });

  it("loses and doubles no row when its worker is stopped between batches", async () => {
    const handle = await makeHandle(services);
    const text = Array.from({ length: 1500 }, (_, n) => chat(n)).join("\n");
    const sourceId = await placeUpload(services, handle, "chats.jsonl", text);
    const { run } = await startImport.run(
      { handle, services, actor: handle.actor, signal: new AbortController().signal },
      { project: handle.slug, source: sourceId, dataset: "chats" },
    );
    const shutdown = new AbortController();
    const first = runJob(services, run, shutdown.signal);
    const stopAfterFirstBatch = setInterval(async () => {
      const found = await totals(handle.projectId);
      if ((found?.conversations ?? 0) > 0) shutdown.abort();
    }, 5);
    const stopped = await first;
    clearInterval(stopAfterFirstBatch);
    const done = stopped.state === "queued" ? await runJob(services, run) : stopped;
    expect(done.state).toBe("succeeded");
    expect(done.result).toMatchObject({ read: 1500, added: 1500, duplicates: 0, errors: 0 });
    expect(await totals(handle.projectId)).toEqual({ conversations: 1500, occurrences: 1500 });
  });
});

describe("rows of a dataset", () => {
  it("pages by keyset through every row once, and counts facets exactly", async () => {
    const handle = await makeHandle(services);
    const done = await importText(handle, Array.from({ length: 57 }, (_, n) => chat(n)).join("\n"));
    const view = { datasetId: Number(done.result?.datasetId), version: undefined, filter: {} };
    const seen: number[] = [];
    let after: Awaited<ReturnType<typeof listRows>>["next"] = null;
    do {
      const page = await listRows(handle, view, {
        by: "tokens",
        descending: true,
        limit: 10,
        ...(after ? { after } : {}),
      });
      seen.push(...page.rows.map((row) => row.id));
      after = page.next;
    } while (after);
    expect(new Set(seen).size).toBe(57);
    expect(seen).toHaveLength(57);
    expect(await countRows(handle, { ...view, filter: { text: '"number 3"' } })).toBe(1);
    const facets = await readFacets(handle, view);
    expect(facets.source).toEqual([{ value: "chats.jsonl", count: 57 }]);
    expect(facets.role).toEqual([
      { value: "assistant", count: 57 },
      { value: "user", count: 57 },
    ]);
  });

  it("freezes the same snapshot digest for the same seed, and another for another", async () => {
    const handle = await makeHandle(services);
    await importText(handle, Array.from({ length: 200 }, (_, n) => chat(n)).join("\n"));
    const freeze = (seed: number) =>
      freezeRows(services, handle, {
        dataset: "chats",
        filter: {},
        split: { train: 80, validation: 10, test: 10 },
        seed,
        leaks: "keep",
      });
    const [one, two, other] = [await freeze(1), await freeze(1), await freeze(2)];
    expect(one.digest).toBe(two.digest);
    expect(other.digest).not.toBe(one.digest);
    expect(one.counts.train + one.counts.validation + one.counts.test).toBe(200);
    // What once was test stays test under any later seed.
    expect(other.counts.test).toBeGreaterThanOrEqual(one.counts.test);
  });

  it("keeps a text that was tested on the test side when a twin with a smaller number joins its group", async () => {
    const handle = await makeHandle(services);
    const freeze = (dataset: string, split: { train: number; validation: number; test: number }) =>
      freezeRows(services, handle, {
        dataset,
        filter: {},
        split,
        seed: 1,
        leaks: "leave-out",
      });
    const spelt = (change: (text: string) => string) =>
      chat(7).replace(/"content":"([^"]*)"/g, (_, text) => `"content":"${change(text)}"`);
    // The twin is stored first, in a dataset of its own, and differs in case alone.
    const twin = spelt((text) => text.toUpperCase());
    await importText(handle, twin, "twins");
    await importText(handle, chat(7), "chats");
    expect((await freeze("chats", { train: 0, validation: 0, test: 100 })).counts.test).toBe(1);
    await importText(handle, chat(7), "twins");
    expect((await freeze("twins", { train: 100, validation: 0, test: 0 })).counts).toEqual({
      train: 0,
      validation: 0,
      test: 2,
    });
    // And alone, where only its words tell.
    await importText(
      handle,
      spelt((text) => `${text} !`),
      "others",
    );
    expect((await freeze("others", { train: 100, validation: 0, test: 0 })).counts.test).toBe(1);
  });
});

import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { askIndex } from "#db/queries/ask-index.ts";
import { countRows, listRows, readCounts } from "#db/queries/dataset-rows.ts";
import { findTexts } from "#db/queries/rows-where.ts";
import { finding } from "#db/schema/datasets.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { removeRows, tagRows } from "#lib/datasets/change-rows.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { undoVersion } from "#lib/datasets/go-back.ts";
import { listRows as listOperation } from "#lib/datasets/list-rows.ts";
import { createLabelSchema } from "#lib/labels/label-schemas.ts";
import { createLabelTask } from "#lib/labels/label-tasks.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { startTestIndex } from "#tests/setup/index-server.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const index = await startTestIndex(services);

const topics = [
  "tea",
  "coffee shop",
  "opening hours",
  "une tasse de café",
  "我喜欢茶",
  "lost_card",
];
const chats = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => {
    const topic = topics[(from + n) % topics.length];
    const messages = [
      ...(n % 3 === 0 ? [{ role: "system", content: "Be brief." }] : []),
      { role: "user", content: `Question ${from + n} about ${topic}` },
      { role: "assistant", content: `Answer number${(from + n) % 7}: ${topic} ${topic}.` },
      ...(n % 4 === 0 ? [{ role: "user", content: "Thanks" }] : []),
    ];
    return JSON.stringify({ messages });
  }).join("\n");

type World = { handle: ProjectHandle; dataset: number; ids: number[] };

async function makeWorld(count = 60): Promise<World> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, chats(count));
  const dataset = Number(done.result?.datasetId);
  return { handle, dataset, ids: await rowIds(handle, dataset) };
}

const view = (world: World, filter: DatasetFilter, version?: number) => ({
  datasetId: world.dataset,
  version,
  filter,
});
const everything = {
  counts: ["kind", "lang", "source", "tag", "role", "finding", "label"] as const,
  ids: true,
};

/** The same view by the index and by SQL alone: they must agree, and the index must have answered. */
async function bothWays(world: World, filter: DatasetFilter, version?: number) {
  const { handle } = world;
  const one = view(world, filter, version);
  const answer = await askIndex(handle, one, { counts: [...everything.counts], ids: true });
  const { index: client, ...alone } = handle.database;
  const plain = Object.assign(Object.create(Object.getPrototypeOf(handle)), handle, {
    database: alone,
  }) as ProjectHandle;
  expect(client).toBeDefined();
  const counts = await readCounts(plain, one);
  const ids: number[] = [];
  for (let after: { value: number; id: number } | undefined; ; ) {
    const page = await listRows(plain, one, { by: "added", descending: false, after, limit: 50 });
    ids.push(...page.rows.map((row) => row.id));
    if (!page.next) break;
    after = page.next;
  }
  return {
    indexed: answer?.state === "fresh" ? { ...answer.counts, ids: answer.ids } : answer,
    plain: { total: counts.total, facets: counts.facets, ids: ids.join(",") },
  };
}

async function expectEqual(world: World, filter: DatasetFilter = {}, version?: number) {
  const { indexed, plain } = await bothWays(world, filter, version);
  const why = services.logged.filter((line) => Number(line.level) >= 50).slice(-1);
  expect(indexed, JSON.stringify({ filter, version, why })).toEqual(plain);
  return plain;
}

async function note({ handle, ids }: World, at: number, kind: string) {
  await handle.db.insert(finding).values({
    projectId: handle.projectId,
    conversationId: ids[at] ?? 0,
    nodeHash: "x",
    check: "pii",
    ...{ kind, start: 0, end: 1, detector: "test" },
  });
}

const search = async (world: World, text: string) =>
  (await askIndex(world.handle, view(world, { text }), { ids: true })) as { ids?: string };

describe("answers", () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
    const { handle, dataset, ids } = world;
    await importText(services, handle, chats(20, 50), { fileName: 'more "chats", 2.jsonl' });
    const tag = (from: number, to: number, add: string[]) =>
      act(services, handle, tagRows, { dataset, filter: { ids: ids.slice(from, to) }, add });
    await tag(0, 20, ["good", 'odd "tag", \\ é']);
    await tag(10, 30, ["checked"]);
    await act(services, handle, removeRows, { dataset, filter: { ids: ids.slice(40, 45) } });
    await note(world, 3, "email");
    await note(world, 3, "phone");
    await note(world, 50, "email");
  });

  it("are those of plain SQL, for every filter and version", async () => {
    const some = <T>(values: readonly T[]) =>
      fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }), {
        nil: undefined,
        freq: 1,
      });
    const filters = fc.record(
      {
        text: fc.option(
          fc.constantFrom(
            "tea",
            "caf*",
            '"opening hours"',
            "tea or 喜欢",
            "question -tea",
            "nothing",
          ),
          { nil: undefined },
        ),
        role: some(["system", "user", "tool"] as const),
        kind: some(["chat", "text"] as const),
        turnsMin: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 1 }),
        tokensMax: fc.option(fc.integer({ min: 5, max: 60 }), { nil: undefined, freq: 1 }),
        tag: some(["good", "checked", 'odd "tag", \\ é', "none such"]),
        finding: some(["email", "phone", "any", "none"]),
        label: some(["unlabelled", "labelled"] as const),
        source: some(["chats.jsonl", 'more "chats", 2.jsonl']),
        ids: fc.option(fc.constant(world.ids.slice(5, 35)), { nil: undefined, freq: 1 }),
      },
      { requiredKeys: [] },
    );
    const versions = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(filters, versions, async (given, version) => {
        const filter = Object.fromEntries(
          Object.entries(given).filter(([, value]) => value !== undefined),
        ) as DatasetFilter;
        await expectEqual(world, filter, version);
      }),
      { numRuns: 15 },
    );
    expect((await expectEqual(world)).total).toBe(74);
  });

  it("page by any column to the end, each row once, in order", async () => {
    const { handle } = world;
    for (const by of ["added", "tokens"] as const) {
      for (const descending of [false, true]) {
        const seen: number[] = [];
        for (let after: { value: number; id: number } | undefined; ; ) {
          const page = await listRows(handle, view(world, { turnsMin: 1 }), {
            ...{ by, descending, after, limit: 20 },
          });
          seen.push(...page.rows.map((row) => row.id));
          if (!page.next) break;
          after = page.next;
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBe(await countRows(handle, view(world, {})));
      }
    }
  });

  it("by relevance give the best first, with where it matched", async () => {
    const { handle, dataset } = world;
    const page = await act(services, handle, listOperation, {
      dataset,
      filter: { text: '"opening hours"' },
    });
    expect(page.rows.length).toBeGreaterThan(5);
    for (const row of page.rows) {
      expect(row.match?.marks.map(([from, to]) => row.match?.text.slice(from, to))).toContain(
        "opening hours",
      );
    }
    const scores = (await askIndex(handle, view(world, { text: "tea or hours" }), {
      page: { by: "relevance", descending: true, limit: 100 },
    })) as { page: { value: number }[] };
    const values = scores.page.map((row) => row.value);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect(values.every((value) => value > 0)).toBe(true);
  });

  it("refuse a search without a word", async () => {
    await expect(
      act(services, world.handle, listOperation, {
        dataset: world.dataset,
        filter: { text: "-a" },
      }),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("go to nobody without the token, and to no other project", async () => {
    const other = await makeHandle(services);
    const stolen = await askIndex(other, view(world, {}), { ids: true });
    expect(stolen).toBeUndefined();
    const answer = await fetch(`${index.url()}/ask`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(401);
  });
});

describe("what changes is seen by the next question", () => {
  it("tags, removals and undo", async () => {
    const world = await makeWorld(12);
    const { handle, dataset, ids } = world;
    await expectEqual(world, { text: "tea" });
    await act(services, handle, tagRows, { dataset, filter: { text: "tea" }, add: ["t"] });
    expect((await expectEqual(world, { tag: ["t"] })).total).toBe(2);
    await act(services, handle, removeRows, { dataset, filter: { ids: ids.slice(0, 6) } });
    expect((await expectEqual(world, { text: "tea" })).total).toBe(1);
    await act(services, handle, undoVersion, { dataset, version: 3 });
    expect((await expectEqual(world, { text: "tea" })).total).toBe(2);
  });

  it("findings and labelling tasks, which make no version", async () => {
    const world = await makeWorld(6);
    const { handle, dataset, ids } = world;
    expect((await expectEqual(world, { finding: ["any"] })).total).toBe(0);
    await note(world, 1, "email");
    expect((await expectEqual(world, { finding: ["any"] })).ids).toBe(String(ids[1]));
    const schema = await act(services, handle, createLabelSchema, {
      name: "Good",
      questions: [{ id: "why", type: "text", title: "Why?" }],
    });
    await act(services, handle, createLabelTask, {
      name: "Task",
      schema: schema.id,
      dataset,
      filter: { text: "coffee" },
    });
    expect((await expectEqual(world, { label: ["in-progress"] })).total).toBe(1);
  });

  it("an import of rows that stand already changes their sources", async () => {
    const world = await makeWorld(6);
    await expectEqual(world);
    await importText(services, world.handle, `${chats(6)}\n`, { fileName: "again.jsonl" });
    expect((await expectEqual(world, { source: ["again.jsonl"] })).total).toBe(6);
  });

  it("an erased conversation is found no more, and its words leave the file", async () => {
    const world = await makeWorld(6);
    const { handle, dataset } = world;
    const secret = JSON.stringify({ messages: [{ role: "user", content: "zebrasecret here" }] });
    await importText(services, handle, secret);
    const { ids } = await search(world, "zebrasecret");
    expect(ids).toMatch(/^\d+$/);
    await act(services, handle, eraseConversation, { conversation: Number(ids) });
    expect((await search(world, "zebrasecret")).ids).toBe("");
    await expectEqual(world, { text: "question" });
    expect(await countRows(handle, view(world, {}, 2))).toBe(7);
    expect((await expectEqual(world, { text: "zebrasecret" }, 2)).total).toBe(0);
    await expect
      .poll(
        () => {
          const bytes = ["", "-wal"].map((end) =>
            join(index.folder(handle.projectId), `text.sqlite${end}`),
          );
          return bytes.some(
            (file) => existsSync(file) && readFileSync(file).includes("zebrasecret"),
          );
        },
        { timeout: 20_000 },
      )
      .toBe(false);
    expect(dataset).toBeGreaterThan(0);
  });

  it("a change that commits late, after a later one was seen", async () => {
    const world = await makeWorld(6);
    await expectEqual(world);
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    let began = () => {};
    const started = new Promise<void>((resolve) => {
      began = resolve;
    });
    const late = world.handle.transaction(async (tx) => {
      await note({ ...world, handle: tx }, 0, "late");
      began();
      await waiting;
    });
    await started;
    await note(world, 1, "early");
    expect((await expectEqual(world, { finding: ["any"] })).total).toBe(1);
    go();
    await late;
    expect((await expectEqual(world, { finding: ["any"] })).total).toBe(2);
  });
});

it("much at once is read in the background, and SQL answers meanwhile", async () => {
  const world = await makeWorld(6);
  const { handle, dataset } = world;
  const more = 25_000;
  await handle.db.execute(sql`
    with made as (
      insert into conversation (project_id, hash, kind, body, turns, messages, characters, tokens, roles, preview)
      select ${handle.projectId}, 'made ' || n, 'chat', json_build_object('kind', 'chat', 'root', json_build_object(
          'role', 'user', 'content', 'made tea ' || n, 'replies', '[]'::json)), 1, 1, 10, n, '{user}', 'made'
      from generate_series(1, ${more}::int) n returning id
    ) insert into membership (dataset_id, conversation_id, added_in) select ${dataset}, id, 2 from made`);
  await handle.db.execute(sql`insert into dataset_version (dataset_id, number, act, summary, added, removed, total)
    values (${dataset}, 2, 'import', 'Made', ${more}, 0, ${more + 6})`);
  await handle.db.execute(sql`
    update dataset set head_version = 2, head_count = ${more + 6} where id = ${dataset}`);
  const filter = { tokensMax: 100 };
  expect(await askIndex(handle, view(world, filter), { ids: true })).toMatchObject({
    state: "behind",
    progress: { stage: "rows" },
  });
  const counts = await readCounts(handle, view(world, filter));
  expect(counts).toMatchObject({ total: 106, behind: { stage: expect.any(String) } });
  await expect(findTexts(handle, view(world, { text: "tea" }))).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("being built"),
  });
  await index.settled();
  expect((await search(world, '"made tea 77"')).ids).toMatch(/^\d+$/);
  const both = await askIndex(handle, view(world, { text: "tea" }), { counts: [] });
  expect(both).toMatchObject({ state: "fresh", counts: { total: more + 1 } });
  expect(await askIndex(handle, view(world, { text: "tea" }, 1), { counts: [] })).toMatchObject({
    counts: { total: 1 },
  });
});

describe("files that are not what they should be", () => {
  async function restart(change: (folder: string) => void | Promise<void>) {
    const world = await makeWorld(12);
    await expectEqual(world, { text: "tea" });
    await index.stop();
    await change(index.folder(world.handle.projectId));
    await act(services, world.handle, tagRows, {
      ...{ dataset: world.dataset, filter: { ids: world.ids.slice(0, 3) }, add: ["later"] },
    });
    await index.start();
    expect((await expectEqual(world, { text: "tea" })).total).toBe(2);
    expect((await expectEqual(world, { tag: ["later"] })).total).toBe(3);
    return world;
  }

  it.each(["columns.duckdb", "text.sqlite"])("a deleted %s is made anew", async (name) => {
    await restart((folder) => rmSync(join(folder, name)));
  });

  it("a deleted folder is made anew, also under a running process", async () => {
    const world = await restart((folder) => rmSync(folder, { recursive: true }));
    rmSync(index.folder(world.handle.projectId), { recursive: true });
    expect((await expectEqual(world, { text: "tea" })).total).toBe(2);
  });

  it.each(["columns.duckdb", "text.sqlite"])(
    "a %s with other bytes inside is made anew",
    async (name) => {
      await restart((folder) => {
        const bytes = readFileSync(join(folder, name));
        bytes.fill(0xa5, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 2000);
        writeFileSync(join(folder, name), bytes);
      });
      expect(index.logged.join("\n")).toContain(`${name} is made anew`);
    },
  );

  it.each(["columns.duckdb", "text.sqlite"])(
    "a %s cut short, after a kill, is made anew",
    async (name) => {
      await restart((folder) => {
        rmSync(join(folder, "seal.json"));
        truncateSync(join(folder, name), 5000);
      });
    },
  );

  it.each(["columns.duckdb", "text.sqlite"])(
    "a %s that is something else is made anew",
    async (name) => {
      await restart((folder) => writeFileSync(join(folder, name), "not a database ".repeat(500)));
    },
  );

  it("an old copy catches up", async () => {
    const world = await makeWorld(12);
    await expectEqual(world, { text: "tea" });
    await index.stop();
    const folder = index.folder(world.handle.projectId);
    await cp(folder, `${folder}.old`, { recursive: true });
    await index.start();
    await importText(services, world.handle, chats(6, 100));
    await expectEqual(world, { text: "tea" });
    await index.stop();
    rmSync(folder, { recursive: true });
    await cp(`${folder}.old`, folder, { recursive: true });
    await index.start();
    expect((await expectEqual(world, { text: "tea" })).total).toBe(3);
  });

  it("another schema number is made anew", async () => {
    await restart(async (folder) => {
      rmSync(join(folder, "seal.json"));
      const instance = await DuckDBInstance.create(join(folder, "columns.duckdb"));
      const db = await instance.connect();
      await db.run("update meta set value = '999' where key = 'schema'");
      db.closeSync();
      instance.closeSync();
    });
    expect(index.logged.join("\n")).toContain("schema number 999");
  });

  it("one of another history, as after a restored backup, is made anew", async () => {
    const world = await makeWorld(12);
    await expectEqual(world, { text: "tea" });
    // The same version was made at another time, of other rows.
    await world.handle.db.execute(sql`
      update dataset_version set created_at = created_at - interval '1 day' where dataset_id = ${world.dataset}`);
    await world.handle.db.execute(sql`delete from membership where dataset_id = ${world.dataset}
      and conversation_id = ${world.ids[0]}`);
    await world.handle.db.execute(
      sql`update dataset set head_count = 11 where id = ${world.dataset}`,
    );
    expect((await expectEqual(world)).total).toBe(11);
    expect((await expectEqual(world, { text: "tea" })).total).toBe(1);
  });

  it("rows that do not add up are never shown: SQL answers", async () => {
    const world = await makeWorld(12);
    await world.handle.db.execute(
      sql`update dataset set head_count = 99 where id = ${world.dataset}`,
    );
    expect(await askIndex(world.handle, view(world, {}), { ids: true })).toMatchObject({
      state: "behind",
    });
    expect(await countRows(world.handle, view(world, {}))).toBe(12);
    expect(await findTexts(world.handle, view(world, { text: "tea" }))).toHaveLength(2);
  });
});

it("without an index everything works by SQL", async () => {
  const world = await makeWorld(12);
  await index.stop();
  const { handle, dataset } = world;
  const page = await act(services, handle, listOperation, { dataset, filter: { text: "tea" } });
  expect(page.rows.map((row) => row.id)).toEqual([world.ids[0], world.ids[6]]);
  expect(page.rows[0]?.match?.text).toContain("about tea");
  const done = await act(services, handle, removeRows, {
    dataset,
    filter: { text: "tea" },
    expected: 2,
  });
  expect(done.changed).toBe(2);
  await index.start();
});

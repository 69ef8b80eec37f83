import { existsSync } from "node:fs";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { conversation, dataset, source } from "#db/schema/datasets.ts";
import { model, modelVersion } from "#db/schema/models.ts";
import { applyBulk } from "#lib/datasets/bulk.ts";
import {
  deleteDataset,
  listDatasetDependents,
  updateDataset,
} from "#lib/datasets/change-dataset.ts";
import { createDataset } from "#lib/datasets/create-dataset.ts";
import { editConversation } from "#lib/datasets/edit-conversation.ts";
import { eraseConversation, listEraseDependents } from "#lib/datasets/erase-conversation.ts";
import { undoVersion } from "#lib/datasets/go-back.ts";
import { listDatasets } from "#lib/datasets/list-datasets.ts";
import { listRows, readFacets } from "#lib/datasets/list-rows.ts";
import { readConversation } from "#lib/datasets/read-conversation.ts";
import { readDataset } from "#lib/datasets/read-dataset.ts";
import { startRun } from "#lib/runs/start-run.ts";
import { folders } from "#lib/services.ts";
import { act, chatBody, chatLines, freeze, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

async function filled(
  count: number,
): Promise<{ handle: ProjectHandle; id: number; ids: number[] }> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, chatLines(count));
  const id = Number(done.result?.datasetId);
  return { handle, id, ids: await rowIds(handle, id) };
}

describe("a dataset", () => {
  it("is found by id and by name, is renamed, and its name is taken once", async () => {
    const { handle, id } = await filled(2);
    await act(services, handle, createDataset, { name: "other" });
    expect(await act(services, handle, readDataset, { dataset: "chats" })).toMatchObject({ id });
    const renamed = await act(services, handle, updateDataset, {
      dataset: id,
      name: "Conversations of “May” 📦",
      description: "From the shop",
    });
    expect(renamed).toMatchObject({ name: "Conversations of “May” 📦", conversations: 2 });
    await expect(
      act(services, handle, updateDataset, { dataset: id, name: "other" }),
    ).rejects.toMatchObject({ code: "conflict" });
  });

  it.each(["..", "a/b", "a\\b", "nul\u0000", "", "   ", "x".repeat(201), "line\nbreak"])(
    "does not take the name %j",
    async (name) => {
      const { handle, id } = await filled(1);
      const rename = act(services, handle, updateDataset, { dataset: id, name });
      await expect(rename).rejects.toThrow();
      const make = act(services, handle, createDataset, { name });
      await expect(make).rejects.toThrow();
      expect(
        (await act(services, handle, listDatasets, {})).datasets.map((one) => one.name),
      ).toEqual(["chats"]);
    },
  );

  it("of another project is not found under any operation", async () => {
    const { id, ids } = await filled(1);
    const stranger = await makeHandle(services);
    const [row = 0] = ids;
    const attempts = [
      () => act(services, stranger, readDataset, { dataset: id }),
      () => act(services, stranger, listRows, { dataset: id }),
      () => act(services, stranger, readFacets, { dataset: id }),
      () => act(services, stranger, readConversation, { dataset: id, conversation: row }),
      () => act(services, stranger, updateDataset, { dataset: id, name: "mine" }),
      () => act(services, stranger, deleteDataset, { dataset: id }),
      () => act(services, stranger, eraseConversation, { conversation: row }),
      () => act(services, stranger, undoVersion, { dataset: id, version: 1 }),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    }
    const [untouched] = await services.database.db
      .select()
      .from(conversation)
      .where(eq(conversation.id, row));
    expect(untouched?.body).not.toBeNull();
  });

  it("names what depends on it; an open run blocks its deletion", async () => {
    const { handle, id } = await filled(20);
    const frozen = await freeze(services, handle, { dataset: id, name: "May" });
    const run = await startRun(handle, {
      kind: "bulk",
      title: "Long work",
      input: { datasetId: id },
      unit: "rows",
    });
    const { dependents } = await act(services, handle, listDatasetDependents, { dataset: id });
    expect(dependents).toEqual([
      { kind: "runs that still work on it", count: 1, names: ["Long work"], blocking: true },
      { kind: "snapshots", count: 1, names: ["May"], blocking: false },
    ]);
    await expect(act(services, handle, deleteDataset, { dataset: id })).rejects.toMatchObject({
      code: "conflict",
    });
    await services.database.db.execute(sql`update run set state = 'cancelled' where id = ${run}`);
    await act(services, handle, deleteDataset, { dataset: id });
    await expect(act(services, handle, readDataset, { dataset: id })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(frozen.counts.train + frozen.counts.validation + frozen.counts.test).toBe(20);
    // The name is free for another dataset.
    expect((await act(services, handle, createDataset, { name: "chats" })).id).not.toBe(id);
  });
});

describe("a bulk change as a run", () => {
  it("makes one version with the run's end, and none when it was cancelled before", async () => {
    const { handle, id } = await filled(8);
    const start = () =>
      startRun(handle, {
        kind: "bulk",
        title: "Tag",
        input: {
          datasetId: id,
          dataset: "chats",
          change: { act: "tag", filter: {}, add: ["all"], remove: [] },
        },
        unit: "rows",
        total: 8,
      });
    const done = await runJob(services, await start());
    expect(done).toMatchObject({ state: "succeeded", result: { version: 2, changed: 8 } });
    const stopped = await start();
    await services.database.db.execute(
      sql`update run set state = 'cancelled' where id = ${stopped}`,
    );
    await runJob(services, stopped);
    const [row] = await services.database.db.select().from(dataset).where(eq(dataset.id, id));
    expect(row).toMatchObject({ headVersion: 2, headCount: 8 });
  });

  it("changes nothing when its transaction is lost", async () => {
    const { handle, id, ids } = await filled(5);
    const lost = handle.transaction(async (tx) => {
      await applyBulk(tx, id, { act: "remove", filter: {} });
      throw new Error("power cut");
    });
    await expect(lost).rejects.toThrow("power cut");
    expect(await rowIds(handle, id)).toEqual(ids);
    expect(await act(services, handle, readDataset, { dataset: id })).toMatchObject({ version: 1 });
  });
});

describe("facets", () => {
  it("count a facet without its own condition, so that other values can be chosen", async () => {
    const { handle, id, ids } = await filled(6);
    await applyBulk(handle, id, {
      act: "tag",
      filter: { ids: ids.slice(0, 2) },
      add: ["a"],
      remove: [],
    });
    await applyBulk(handle, id, {
      act: "tag",
      filter: { ids: ids.slice(2, 3) },
      add: ["b"],
      remove: [],
    });
    const { total, facets } = await act(services, handle, readFacets, {
      dataset: id,
      filter: { tag: ["a"] },
    });
    expect(total).toBe(2);
    expect(facets.tag).toEqual([
      { value: "a", count: 2 },
      { value: "b", count: 1 },
    ]);
    expect(facets.kind).toEqual([{ value: "chat", count: 2 }]);
    expect(facets.finding).toEqual([{ value: "none", count: 2 }]);
  });

  it.each([
    ["an unknown field", { colour: ["red"] }],
    ["an unknown role", { role: ["wizard"] }],
    ["an empty list", { tag: [] }],
    ["a count that is none", { turnsMin: "many" }],
    ["a text beyond all bounds", { text: "x".repeat(501) }],
  ])("refuse %s", async (_, filter) => {
    const { handle, id } = await filled(1);
    const ask = act(services, handle, readFacets, { dataset: id, filter: filter as never });
    await expect(ask).rejects.toThrow();
  });

  it("take hostile words of a search as words", async () => {
    const { handle, id } = await filled(3);
    const ask = (text: string) =>
      act(services, handle, readFacets, { dataset: id, filter: { text } });
    for (const text of ["'; drop table membership; --", "a & | ! b:*", "%_%"]) {
      expect((await ask(text)).total).toBe(0);
    }
    for (const text of ["((((", '"', "\\"]) {
      await expect(ask(text)).rejects.toMatchObject({ code: "invalid_input" });
    }
    expect(await rowIds(handle, id)).toHaveLength(3);
  });
});

describe("erasing", () => {
  it("takes the words away everywhere, keeps a tombstone, and lists what learned from them", async () => {
    const { handle, id, ids } = await filled(30);
    const [first = 0] = ids;
    const edit = await act(services, handle, editConversation, {
      dataset: id,
      conversation: first,
      body: chatBody("When do you open?", "My name is Jo Secret."),
    });
    const frozen = await freeze(services, handle, {
      dataset: id,
      split: { train: 100, validation: 0, test: 0 },
      // Its question is one of a shipped suite.
      leaks: "keep",
    });
    const [made] = await services.database.db
      .insert(model)
      .values({ projectId: handle.projectId, name: "shop" })
      .returning({ id: model.id });
    await services.database.db.insert(modelVersion).values({
      projectId: handle.projectId,
      modelId: made?.id ?? 0,
      number: 1,
      engine: "transformers.js",
      method: "pretrain",
      snapshotId: frozen.id,
      facts: {},
    });
    const [file] = await services.database.db
      .select()
      .from(source)
      .where(eq(source.projectId, handle.projectId));
    const path = join(folders(services.dataDir).sources, file?.digest ?? "");
    expect(existsSync(path)).toBe(true);

    const { dependents } = await act(services, handle, listEraseDependents, {
      conversation: edit.conversation,
    });
    expect(dependents.map((one) => one.kind)).toContain(
      "model versions that learned from it and are not changed",
    );
    const done = await act(services, handle, eraseConversation, {
      conversation: edit.conversation,
    });
    expect(done.erased.sort()).toEqual([first, edit.conversation].sort());
    expect(done).toMatchObject({ datasets: ["chats"], models: [{ model: "shop", number: 1 }] });
    expect(existsSync(path)).toBe(false);

    const [left] = await services.database.db.execute<{ n: number }>(sql`
      select count(*)::int as n from conversation
      where project_id = ${handle.projectId} and (body::text ilike '%secret%'
        or preview ilike '%secret%')`);
    expect(left?.n).toBe(0);
    expect(await rowIds(handle, id)).toEqual(ids.slice(1));
    const old = await act(services, handle, readConversation, { dataset: id, conversation: first });
    expect(old).toMatchObject({ body: null, live: false });
    expect(old.erasedAt).not.toBeNull();
  });

  it("keeps the text away when its file is imported again, and when an older version is undone", async () => {
    const { handle, id, ids } = await filled(3);
    const [first = 0] = ids;
    const done = await act(services, handle, eraseConversation, { conversation: first });
    expect(done.erased).toEqual([first]);
    const again = await importText(services, handle, chatLines(3));
    expect(again.result).toMatchObject({ read: 3, added: 0 });
    await act(services, handle, undoVersion, { dataset: id, version: 2 });
    expect(await rowIds(handle, id)).toEqual(ids.slice(1));
  });

  it("twice is the same as once", async () => {
    const { handle, ids } = await filled(2);
    const [first = 0] = ids;
    await act(services, handle, eraseConversation, { conversation: first });
    const again = await act(services, handle, eraseConversation, { conversation: first });
    expect(again).toMatchObject({ erased: [], datasets: [] });
  });
});

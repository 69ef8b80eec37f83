import { setTimeout as pause } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { insertVectors } from "#db/queries/embeddings.ts";
import { unpackVector } from "#lib/core/vector-bytes.ts";
import { removeRows } from "#lib/datasets/change-rows.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { findSimilar } from "#lib/datasets/find-similar.ts";
import { embedDataset } from "#lib/embeddings/embed-dataset.ts";
import { deleteModel } from "#lib/models/delete-model.ts";
import { openModelClient } from "#lib/models/model-address.ts";
import { addressedOf, requireVersion } from "#lib/models/read-models.ts";
import { cancelRun } from "#lib/runs/read-runs.ts";
import { topicText } from "#lib/topics/words.ts";
import { act, chatBody, chatLines, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { registerEncoder, servedServices } from "#tests/setup/served-model.ts";
import { registerStub } from "#tests/setup/stub-model.ts";
import { pythonWithTorch, tinyEncoder, withoutPython } from "#tests/setup/tiny-model.ts";

describe.skipIf(!pythonWithTorch())(`vectors of a dataset (${withoutPython})`, async () => {
  const services = await servedServices();
  beforeAll(async () => void (await tinyEncoder()), 600_000);

  async function world(count: number, lines = chatLines(count)) {
    const handle = await makeHandle(services);
    const done = await importText(services, handle, lines);
    const dataset = Number(done.result?.datasetId);
    const model = await registerEncoder(services, handle, "vectors");
    return { handle, dataset, model, ids: await rowIds(handle, dataset) };
  }
  const start = (handle: ProjectHandle, dataset: number, model = "vectors@1") =>
    act(services, handle, embedDataset, { dataset, model });
  const stored = async (handle: ProjectHandle, modelVersionId: number) =>
    (
      await handle.db.execute<{ id: number; vector: Uint8Array }>(sql`
        select conversation_id::float8 as id, vector from embedding
        where model_version_id = ${modelVersionId} order by conversation_id`)
    ).map(({ id, vector }) => ({ id, vector: unpackVector(vector) }));

  it("each conversation gets the model's vector of what its people wrote, cut to what it takes", async () => {
    const { handle, dataset, model, ids } = await world(3);
    const { run, conversations } = await start(handle, dataset);
    expect(conversations).toBe(3);
    const done = await runJob(services, run);
    expect(done).toMatchObject({ state: "succeeded", done: 3, total: 3 });
    const found = await stored(handle, model.id);
    expect(found.map((one) => one.id)).toEqual(ids.toSorted((a, b) => a - b));
    const row = await requireVersion(handle, model.id);
    const { client, model: name } = openModelClient(services, addressedOf(row));
    const text = topicText(
      chatBody(
        "Question number 0: when does the shop open?",
        "Answer 0: it opens at nine in the morning.",
      ),
    );
    const [vector = []] = await client.embed(name, [text], undefined, { cut: true });
    const norm = Math.hypot(...vector);
    const first = found.find((one) => one.id === ids[0])?.vector ?? new Float32Array();
    expect(first).toHaveLength(32);
    for (const [i, value] of vector.entries()) expect(first[i]).toBeCloseTo(value / norm, 2);
  });

  it("a second run reads only what is new, and none is started for nothing", async () => {
    const { handle, dataset, model } = await world(5);
    await runJob(services, (await start(handle, dataset)).run);
    const before = await stored(handle, model.id);
    await expect(start(handle, dataset)).rejects.toMatchObject({
      code: "precondition_failed",
      message: expect.stringContaining("has a vector by vectors@1 already"),
    });
    await importText(services, handle, chatLines(4, 5), { fileName: "more.jsonl" });
    const { run, conversations } = await start(handle, dataset);
    expect(conversations).toBe(4);
    expect(await runJob(services, run)).toMatchObject({ state: "succeeded", done: 4 });
    const after = await stored(handle, model.id);
    expect(after).toHaveLength(9);
    expect(after.slice(0, 5)).toEqual(before);
  });

  it("what was interrupted goes on with what has no vector yet", async () => {
    const { handle, dataset, model, ids } = await world(300);
    const { run } = await start(handle, dataset);
    const shutdown = new AbortController();
    const first = runJob(services, run, shutdown.signal);
    await expect
      .poll(async () => (await stored(handle, model.id)).length, { timeout: 60_000, interval: 5 })
      .toBeGreaterThan(0);
    shutdown.abort();
    const stopped = await first;
    const done = stopped.state === "queued" ? await runJob(services, run) : stopped;
    expect(done).toMatchObject({ state: "succeeded", done: 300 });
    expect((await stored(handle, model.id)).map((one) => one.id)).toEqual(
      ids.toSorted((a, b) => a - b),
    );
  });

  it("what was cancelled keeps the vectors that it has, and the next run makes the others", async () => {
    const { handle, dataset, model } = await world(900);
    const { run } = await start(handle, dataset);
    const first = runJob(services, run);
    await expect
      .poll(async () => (await stored(handle, model.id)).length, { timeout: 60_000, interval: 5 })
      .toBeGreaterThan(0);
    await act(services, handle, cancelRun, { run });
    // The next vectors wait until the worker has heard of it, which it does within two seconds.
    await services.database.db.transaction(async (tx) => {
      await tx.execute(sql`lock table embedding in share mode`);
      await pause(4000);
    });
    expect(await first).toMatchObject({ state: "cancelled", result: null });
    const kept = await stored(handle, model.id);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(900);
    const next = await start(handle, dataset);
    expect(next.conversations).toBe(900 - kept.length);
    const done = await runJob(services, next.run);
    expect(done).toMatchObject({ state: "succeeded", done: 900 - kept.length });
    expect(await stored(handle, model.id)).toHaveLength(900);
  });

  it("“more like this” compares vectors where there are some, and says by which model", async () => {
    // The model knows no figures: texts of other words, so that no two are as near.
    const words = ["parcel", "invoice", "lamp", "card", "booking", "law", "apples", "gym"];
    const pairs = words.flatMap((one, i) =>
      words.slice(i + 1).map((other) => `the ${one} ${other}`),
    );
    const lines = pairs
      .slice(0, 12)
      .map((content) => JSON.stringify({ messages: [{ role: "user", content }] }));
    const { handle, dataset, model, ids } = await world(12, lines.join("\n"));
    expect(ids).toHaveLength(12);
    const [wanted = 0] = ids;
    const similar = (more: object = {}) =>
      act(services, handle, findSimilar, { dataset, conversation: wanted, limit: 5, ...more });
    expect(await similar()).toMatchObject({ method: "lexical", model: null, withoutVector: 0 });
    await runJob(services, (await start(handle, dataset)).run);
    const vectors = await stored(handle, model.id);
    const own = vectors.find((one) => one.id === wanted)?.vector ?? new Float32Array();
    const near = vectors
      .filter((one) => one.id !== wanted)
      .map(({ id, vector }) => ({
        id,
        score: vector.reduce((sum, x, i) => sum + x * (own[i] ?? 0), 0),
      }))
      .sort((a, b) => b.score - a.score);
    const found = await similar();
    expect(found).toMatchObject({ method: "embedding", model: "vectors@1", search: null });
    expect(found.rows.map((row) => row.id)).toEqual(near.slice(0, 5).map((one) => one.id));
    await importText(services, handle, chatLines(2, 12), { fileName: "more.jsonl" });
    expect(await similar()).toMatchObject({ method: "embedding", withoutVector: 2 });
    await act(services, handle, removeRows, {
      dataset,
      filter: { ids: [near[0]?.id ?? 0] },
      expected: 1,
    });
    expect((await similar()).rows.map((row) => row.id)).not.toContain(near[0]?.id);
    expect(await similar({ limit: 50 })).toMatchObject({ withoutVector: 2 });
  });

  it("of two models the one that knows more rows is asked, and a deleted one is forgotten", async () => {
    const { handle, dataset, model, ids } = await world(6);
    await runJob(services, (await start(handle, dataset)).run);
    const other = await registerEncoder(services, handle, "newer");
    const [wanted = 0, second = 0] = ids;
    const vector = new Array(32).fill(1);
    await handle.transaction((tx) =>
      insertVectors(tx, other.id, [
        { id: wanted, vector },
        { id: second, vector },
      ]),
    );
    const similar = () => act(services, handle, findSimilar, { dataset, conversation: wanted });
    expect(await similar()).toMatchObject({ model: "vectors@1", withoutVector: 0 });
    const { model: line } = await requireVersion(handle, model.id);
    await act(services, handle, deleteModel, { model: line.id, confirm: line.name });
    expect(await stored(handle, model.id)).toEqual([]);
    const found = await similar();
    expect(found).toMatchObject({ model: "newer@1", withoutVector: 4 });
    expect(found.rows.map((row) => row.id)).toEqual([second]);
  });

  it("erasing takes the vector, and a late one does not come back", async () => {
    const { handle, dataset, model, ids } = await world(4);
    await runJob(services, (await start(handle, dataset)).run);
    const [gone = 0] = ids;
    await act(services, handle, eraseConversation, { conversation: gone });
    const left = async () => (await stored(handle, model.id)).map((one) => one.id);
    expect(await left()).not.toContain(gone);
    await handle.transaction((tx) =>
      insertVectors(tx, model.id, [{ id: gone, vector: new Array(32).fill(1) }]),
    );
    expect(await left()).toHaveLength(3);
  });

  it("is refused for a model that writes, for another project's, and for who may not write", async () => {
    const { handle, dataset } = await world(2);
    await registerStub(handle, "writer", "a".repeat(64));
    await expect(start(handle, dataset, "writer@1")).rejects.toMatchObject({
      code: "precondition_failed",
      message: expect.stringContaining("writes text and gives no vectors"),
    });
    const other = await makeHandle(services);
    await expect(start(other, dataset)).rejects.toMatchObject({ code: "not_found" });
    await registerEncoder(services, other, "theirs");
    await expect(start(handle, dataset, "theirs@1")).rejects.toMatchObject({ code: "not_found" });
    expect(embedDataset.allow).toEqual({ project: "dataset.write" });
    expect(findSimilar.allow).toEqual({ project: "dataset.read" });
  });
});

import { describe, expect, it } from "vitest";
import type { View } from "#db/queries/dataset-filter.ts";
import {
  askNearest,
  countVectors,
  insertVectors,
  readVectors,
  vectorsOf,
} from "#db/queries/embeddings.ts";
import { removeRows } from "#lib/datasets/change-rows.ts";
import { findSimilar } from "#lib/datasets/find-similar.ts";
import { seededRandom } from "#lib/stats/random.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { startTestIndex, withoutIndex } from "#tests/setup/index-server.ts";
import { testServices } from "#tests/setup/services.ts";
import { registerStub } from "#tests/setup/stub-model.ts";
import { makeWorld } from "../../benchmarks/scale/world.ts";

const services = await testServices();
await startTestIndex(services);
/** A few more than a scan is used for. */
const rows = 20_400;
const dimensions = 48;

/** A dataset whose rows lie about 40 centres, and what is alike by the index and by reading all. */
const handle = await makeHandle(services);
const { dataset } = await makeWorld(services, handle.projectId, rows);
const model = await registerStub(handle, "vectors", "b".repeat(64));
const view: View = { datasetId: dataset, version: undefined, filter: {} };
const random = seededRandom("alike");
const gaussian = () => Float32Array.from({ length: dimensions }, () => random.gaussian());
const centres = Array.from({ length: 40 }, gaussian);
const ids = (
  await services.database.sql<{ id: number }[]>`
    select conversation_id::float8 as id from membership where dataset_id = ${dataset} order by 1`
).map(({ id }) => id);
const vectorNear = () => {
  const centre = centres[random.below(centres.length)] as Float32Array;
  return gaussian().map((value, i) => 0.7 * value + (centre[i] as number));
};
// The last has none yet.
for (let from = 0; from < rows - 1; from += 2000) {
  const some = ids.slice(from, Math.min(from + 2000, rows - 1));
  await handle.transaction((tx) =>
    insertVectors(
      tx,
      model.id,
      some.map((id) => ({ id, vector: vectorNear() })),
    ),
  );
}

const alike = (conversation: number, who = handle) =>
  act(services, who, findSimilar, { dataset, conversation }).then((found) => ({
    ids: found.rows.map(({ id }) => id),
    withoutVector: found.withoutVector,
  }));
const byReading = (conversation: number) => alike(conversation, withoutIndex(handle));

/** What the index says itself; undefined while it is being built. */
async function askIndex(conversation: number) {
  const [own] = await vectorsOf(handle, conversation);
  const counted = await countVectors(handle, view, model.id);
  const which = { datasetId: dataset, modelVersionId: model.id, counted };
  return askNearest(handle, which, own?.vector ?? new Float32Array(dimensions), 60);
}
const untilBuilt = (conversation: number) =>
  expect.poll(() => askIndex(conversation), { timeout: 30_000 }).toBeDefined();

const some = () => Array.from({ length: 12 }, () => ids[random.below(rows - 1)] as number);

describe("what is alike among many rows with vectors", () => {
  it("is found by reading while the index is built, and then by the index, 98 of 100 and in order", async () => {
    const [first = 0] = some();
    expect(await askIndex(first)).toBeUndefined();
    expect(await alike(first)).toEqual(await byReading(first));
    await untilBuilt(first);
    let shared = 0;
    const asked = [...some(), ...some()];
    for (const one of asked) {
      expect((await askIndex(one))?.[0]).toBe(one);
      const [found, truth] = [await alike(one), await byReading(one)];
      expect(found.withoutVector).toBe(1);
      const common = found.ids.filter((id) => truth.ids.includes(id));
      expect(truth.ids.filter((id) => found.ids.includes(id))).toEqual(common);
      shared += common.length;
    }
    expect(shared / (10 * asked.length)).toBeGreaterThanOrEqual(0.98);
  });

  it("never shows what left, nor misses what came, though as many are there as before", async () => {
    const [kept = 0] = some();
    await untilBuilt(kept);
    const [leaving = 0] = (await alike(kept)).ids;
    await act(services, handle, removeRows, { dataset, filter: { ids: [leaving] } });
    // The row that had no vector gets that of the one which left, and there are as many as before.
    const [own] = await vectorsOf(handle, leaving);
    const late = ids.at(-1) as number;
    await handle.transaction((tx) =>
      insertVectors(tx, model.id, [{ id: late, vector: own?.vector ?? [] }]),
    );
    for (let time = 0; time < 2; time++) {
      const found = await alike(kept);
      expect(found.ids[0]).toBe(late);
      expect(found.ids).not.toContain(leaving);
      expect(found.withoutVector).toBe(0);
      await untilBuilt(kept);
    }
  });

  it("in a part of the rows is found by reading that part", async () => {
    const [one = 0] = some();
    await untilBuilt(one);
    const part = await act(services, handle, findSimilar, {
      dataset,
      conversation: one,
      filter: { lang: ["de"] },
    });
    const read: number[] = [];
    for await (const { id } of readVectors(handle, { ...view, filter: { lang: ["de"] } }, model.id))
      read.push(id);
    expect(part.rows.length).toBe(10);
    for (const { id, lang } of part.rows) {
      expect(lang).toBe("de");
      expect(read).toContain(id);
    }
  });

  it("is told to nobody of another project", async () => {
    const [one = 0] = some();
    await untilBuilt(one);
    const other = await makeHandle(services);
    await expect(alike(one, other)).rejects.toMatchObject({ code: "not_found" });
    const counted = await countVectors(handle, view, model.id);
    const [own] = await vectorsOf(handle, one);
    const which = { datasetId: dataset, modelVersionId: model.id, counted };
    expect(await askNearest(other, which, own?.vector ?? new Float32Array(), 9)).toBeUndefined();
  });
});

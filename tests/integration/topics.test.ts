import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { countRows } from "#db/queries/dataset-rows.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { deleteDataset } from "#lib/datasets/change-dataset.ts";
import { removeRows } from "#lib/datasets/change-rows.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { cancelRun } from "#lib/runs/read-runs.ts";
import { mapTopics } from "#lib/topics/map-topics.ts";
import { plantedTexts } from "#lib/topics/planted.testing.ts";
import { listMaps, listTitles, removeMap, showMap } from "#lib/topics/read-maps.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { type Mapped, topicLines, topicWorld } from "#tests/setup/topic-maps.ts";

const services = await testServices();
const { db } = services.database;
const { makeMap, mapped, pointsOf, show } = topicWorld(services);

let world: Mapped;
beforeAll(async () => {
  world = await mapped();
});

describe("a map of topics", () => {
  it("holds every row once, in titled topics, and says how it was made", async () => {
    const { handle, dataset, ids, map } = world;
    const { maps, version, run } = await act(services, handle, listMaps, { dataset });
    expect({ version, run }).toEqual({ version: 1, run: null });
    expect(maps).toMatchObject([
      { id: map, version: 1, method: "lexical", filter: {}, parent: null, rows: 150 },
    ]);
    const shown = await show(world);
    expect(shown).toMatchObject({ total: 150, missing: 0, trail: [] });
    expect(shown.map).toEqual(maps[0]);
    expect(shown.map.createdBy).toMatch(/^Test /);
    const learned = shown.topics.filter(({ number }) => number > 0);
    expect(learned).toHaveLength(5);
    for (const topic of learned) expect(topic.title).toMatch(/^\p{Lu}\p{L}+ · \p{L}+ · \p{L}+$/u);
    const { topics } = await act(services, handle, listTitles, { dataset, map });
    expect(topics).toEqual(shown.topics.map(({ number, title }) => ({ number, title })));
    const points = await pointsOf(world);
    expect([...points.ids].sort((a, b) => a - b)).toEqual(ids);
    expect(points.total).toBe(150);
  });

  it("is the same for the same rows and seed", async () => {
    const again = await makeMap(world.handle, world.dataset);
    expect(await pointsOf({ ...world, map: again })).toEqual(await pointsOf(world));
    await act(services, world.handle, removeMap, { dataset: world.dataset, map: again });
    const { maps } = await act(services, world.handle, listMaps, { dataset: world.dataset });
    expect(maps).toHaveLength(1);
  });

  it("says how many rows of the newest version are not on it, and counts those that are", async () => {
    const { handle, dataset, map } = await mapped(40);
    const added = plantedTexts(3, 9).map((text) => `${text} new`);
    await importText(services, handle, topicLines(added));
    const gone = (await rowIds(handle, dataset)).slice(0, 2);
    await act(services, handle, removeRows, { dataset, filter: { ids: gone } });
    expect(await show({ handle, dataset, map })).toMatchObject({ missing: 3, total: 38 });
    const old = await act(services, handle, showMap, { dataset, map, version: 1 });
    expect(old).toMatchObject({ missing: 0, total: 40 });
  });

  it("gives the same share of each topic when there are more points than are wanted", async () => {
    const some = await pointsOf(world, 50);
    const all = await pointsOf(world);
    expect(some.total).toBe(150);
    expect(some.ids.length).toBeGreaterThanOrEqual(50);
    expect(some.ids.length).toBeLessThanOrEqual(56);
    expect(new Set(some.topics)).toEqual(new Set(all.topics));
    expect(await pointsOf(world, 50)).toEqual(some);
  });

  it("of a part is a map of its own with its trail", async () => {
    const { handle, dataset, map } = world;
    const filter: DatasetFilter = { map: { id: map, topics: [1, 2] } };
    const inner = await makeMap(handle, dataset, { topics: 2, filter });
    const shown = await show({ handle, dataset, map: inner });
    const titles = (await show(world)).topics.filter(({ number }) => [1, 2].includes(number));
    expect(shown.trail).toEqual([{ map, titles: titles.map(({ title }) => title), area: false }]);
    expect(shown.map).toMatchObject({ parent: map, filter });
    expect(shown.total).toBe(
      await countRows(handle, { datasetId: dataset, version: undefined, filter }),
    );
    await act(services, handle, removeMap, { dataset, map: inner });
  });
});

describe("a run that maps", () => {
  it("refuses an empty dataset, a strange map and a number of topics that none has", async () => {
    const { handle, dataset } = world;
    const start = (given: object) => act(services, handle, mapTopics, { dataset, ...given });
    await expect(start({ filter: { tag: ["none"] } })).rejects.toMatchObject({
      code: "precondition_failed",
    });
    await expect(start({ filter: { map: { id: 999_999 } } })).rejects.toMatchObject({
      code: "not_found",
    });
    for (const topics of [1, 61, "many"]) await expect(start({ topics })).rejects.toThrow();
    await expect(start({ version: 9 })).rejects.toMatchObject({ code: "not_found" });
  });

  it("that is cancelled or stopped leaves nothing, and a stopped one is taken up again", async () => {
    const { handle, dataset } = await mapped(30);
    const maps = async () => (await act(services, handle, listMaps, { dataset })).maps.length;
    const { run } = await act(services, handle, mapTopics, { dataset });
    const stop = AbortSignal.abort();
    expect(await runJob(services, run, stop)).toMatchObject({ state: "queued" });
    expect(await maps()).toBe(1);
    expect((await act(services, handle, listMaps, { dataset })).run).toBe(run);
    expect(await runJob(services, run)).toMatchObject({ state: "succeeded", done: 30, total: 30 });
    expect(await maps()).toBe(2);
    const other = await act(services, handle, mapTopics, { dataset });
    await act(services, handle, cancelRun, { run: other.run });
    expect(await runJob(services, other.run)).toMatchObject({ state: "cancelled" });
    expect(await maps()).toBe(2);
  });

  it("that is stopped in the middle has written nothing", async () => {
    const { handle, dataset } = await mapped(600, 2);
    const { run } = await act(services, handle, mapTopics, { dataset });
    const stop = new AbortController();
    const ended = runJob(services, run, stop.signal);
    const note = () =>
      db.execute<{ note: string }>(sql`select note from run where id = ${run} and note <> ''`);
    while ((await note()).length === 0) await new Promise((done) => setTimeout(done, 5));
    stop.abort();
    expect(await ended).toMatchObject({ state: "queued" });
    const [made] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from topic_map where run_id = ${run}`,
    );
    expect(made?.n).toBe(0);
  });

  it("fails when its dataset goes meanwhile", async () => {
    const { handle, dataset } = await mapped(20);
    const { run } = await act(services, handle, mapTopics, { dataset });
    await db.execute(sql`update dataset set deleted_at = now() where id = ${dataset}`);
    const ended = await runJob(services, run);
    expect(ended.state).not.toBe("succeeded");
    const [left] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from topic_map where run_id = ${run}`,
    );
    expect(left?.n).toBe(0);
  });
});

describe("what goes", () => {
  it("an erased conversation has no place any more", async () => {
    const { handle, dataset, ids, map } = await mapped(20);
    await act(services, handle, eraseConversation, { conversation: ids[0] ?? 0 });
    const [left] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from topic_place where conversation_id = ${ids[0]}`,
    );
    expect(left?.n).toBe(0);
    expect(await show({ handle, dataset, map })).toMatchObject({ total: 19, missing: 0 });
  });

  it("a deleted dataset takes its maps along", async () => {
    const { handle, dataset, map } = await mapped(20);
    await act(services, handle, deleteDataset, { dataset });
    const counts = await db.execute<{ n: number }>(sql`
      select count(*)::int as n from topic_map where id = ${map}
      union all select count(*)::int from topic where map_id = ${map}
      union all select count(*)::int from topic_place where map_id = ${map}`);
    expect(counts.map(({ n }) => n)).toEqual([0, 0, 0]);
  });
});

describe("at the door", () => {
  it("a viewer looks and starts nothing; another project's people find nothing", async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    const place = await makeProject(services, { slug: "maps", owner });
    const viewer = await makePerson(services, { email: "viewer@example.test" });
    await addMember(services, place, viewer, "viewer");
    const stranger = await makePerson(services, { email: "stranger@example.test" });
    await makeProject(services, { slug: "elsewhere", owner: stranger });
    const handle = await makeHandle(services, { project: place, user: owner });
    const done = await importText(services, handle, topicLines(plantedTexts(20)));
    const dataset = Number(done.result?.datasetId);
    const map = await makeMap(handle, dataset);
    const address = `/projects/maps/datasets/${dataset}/topic-maps`;
    for (const line of [
      address,
      `${address}/${map}`,
      `${address}/${map}/points`,
      `${address}/${map}/titles`,
    ]) {
      expect((await request(services, viewer, `GET ${line}`)).status, line).toBe(200);
      expect((await request(services, stranger, `GET ${line}`)).status, line).toBe(404);
    }
    expect((await request(services, viewer, `POST ${address}`, {})).status).toBe(403);
    expect((await request(services, viewer, `DELETE ${address}/${map}`)).status).toBe(403);
    expect((await request(services, owner, `DELETE ${address}/${map}`)).status).toBe(200);
  });
});

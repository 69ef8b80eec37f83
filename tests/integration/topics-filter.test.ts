import { sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { analyzeRows } from "#db/queries/analyze-rows.ts";
import { countRows, readCounts } from "#db/queries/dataset-rows.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { insideArea, type MapPoint } from "#lib/core/map-area.ts";
import { tagRows } from "#lib/datasets/change-rows.ts";
import { forkDataset } from "#lib/datasets/fork-dataset.ts";
import { undoVersion } from "#lib/datasets/go-back.ts";
import { readStatistics } from "#lib/datasets/read-statistics.ts";
import { saveView } from "#lib/datasets/saved-views.ts";
import { startExport } from "#lib/datasets/start-export.ts";
import { showMap } from "#lib/topics/read-maps.ts";
import { act, freeze } from "#tests/setup/datasets.ts";
import { startTestIndex, withoutIndex } from "#tests/setup/index-server.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { type Mapped, topicWorld } from "#tests/setup/topic-maps.ts";

const services = await testServices();
await startTestIndex(services);
const { db } = services.database;
const { mapped, pointsOf, rowsUnder, show } = topicWorld(services);

/** The left half of a map. */
const left: [number, number][] = [
  [-1.2, -1.2],
  [0.1, -1.2],
  [0.1, 1.2],
  [-1.2, 1.2],
];

let world: Mapped;
beforeAll(async () => {
  world = await mapped();
});

describe("rows of a topic or of an area", () => {
  it("are those that a plain test of the points gives, with the index and without", async () => {
    const { handle, dataset, map } = world;
    const points = await pointsOf(world);
    const coordinate = fc.integer({ min: -12, max: 12 }).map((value) => value / 10);
    const areas = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(areas, fc.subarray([0, 1, 2, 3]), async (area, topics) => {
        const filter: DatasetFilter = {
          map: { id: map, area, ...(topics.length > 0 ? { topics } : {}) },
        };
        const wanted = points.ids.filter(
          (_, at) =>
            insideArea([points.x[at] ?? 0, points.y[at] ?? 0], area) &&
            (topics.length === 0 || topics.includes(points.topics[at] ?? -1)),
        );
        const view = { datasetId: dataset, version: undefined, filter };
        for (const right of [handle, withoutIndex(handle)]) {
          expect(await rowsUnder(right, dataset, filter)).toEqual(wanted.sort((a, b) => a - b));
          expect((await readCounts(right, view)).total).toBe(wanted.length);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("are told by the line and by concave areas as a plain test tells them", async () => {
    const u: MapPoint[] = [
      [0, 0],
      [3, 0],
      [3, 3],
      [2, 3],
      [2, 1],
      [1, 1],
      [1, 3],
      [0, 3],
    ];
    const star: MapPoint[] = [
      [0, 2],
      [3, 2],
      [0.5, 0],
      [1.5, 3],
      [2.5, 0],
    ];
    const places = Array.from(
      { length: 49 },
      (_, at): MapPoint => [(at % 7) / 2, Math.floor(at / 7) / 2],
    );
    for (const area of [u, star]) {
      const corners = `(${area.map(([x, y]) => `(${x},${y})`).join(",")})`;
      for (const [x, y] of places) {
        const [row] = await db.execute<{ inside: boolean }>(
          sql`select point(${x}::real, ${y}::real) <@ ${corners}::polygon as inside`,
        );
        expect(row?.inside, `${x} ${y} ${corners}`).toBe(insideArea([x, y], area));
      }
    }
  });

  it("are searched, counted, sorted and described as any rows", async () => {
    const { handle, dataset, map } = world;
    const filter: DatasetFilter = { map: { id: map, topics: [1] }, text: "how or please" };
    for (const right of [handle, withoutIndex(handle)]) {
      const topic = await rowsUnder(right, dataset, { map: { id: map, topics: [1] } });
      const found = await rowsUnder(right, dataset, filter);
      expect(found.length).toBeGreaterThan(0);
      for (const id of found) expect(topic).toContain(id);
      const view = { datasetId: dataset, version: undefined, filter };
      expect(await countRows(right, view)).toBe(found.length);
    }
    const figures = await act(services, handle, readStatistics, {
      dataset,
      filter: { map: filter.map },
    });
    expect(figures.conversations).toBe(
      (await show(world)).topics.find(({ number }) => number === 1)?.size,
    );
  });

  it("are right where they are more than the index can be told", async () => {
    const { handle, dataset, map } = await mapped(30, 2);
    await db.execute(sql`
      with texts as (
        insert into conversation (project_id, hash, kind, body, turns, messages, characters, tokens, roles, preview)
        select ${handle.projectId}, 'many-' || n, 'chat',
          json_build_object('kind', 'chat', 'root', json_build_object('role', 'user', 'replies', '[]'::json, 'content',
            case when n % 1000 = 0 then 'seldom' else 'often' end)), 1, 1, 6, 2, '{user}', 'n'
        from generate_series(1, 10001) n returning id
      ), rows as (
        insert into membership (dataset_id, conversation_id, added_in) select ${dataset}, id, 2 from texts
      ) insert into topic_place (map_id, conversation_id, topic, x, y) select ${map}, id, 1, 0, 0 from texts`);
    await db.execute(sql`insert into dataset_version (dataset_id, number, act, summary, added, removed, total)
      values (${dataset}, 2, 'import', 'Many', 10001, 0, 10031)`);
    await db.execute(
      sql`update dataset set head_version = 2, head_count = 10031 where id = ${dataset}`,
    );
    await analyzeRows(services.database);
    const topic: DatasetFilter = { map: { id: map, topics: [1] } };
    const size = (await show({ handle, dataset, map }, topic)).total;
    expect(size).toBeGreaterThan(10_001);
    for (const right of [handle, withoutIndex(handle)]) {
      const count = (filter: DatasetFilter) =>
        countRows(right, { datasetId: dataset, version: undefined, filter });
      expect(await count(topic)).toBe(size);
      expect(await count({ ...topic, text: "seldom" })).toBe(10);
      expect(await count({ map: { id: map, topics: [2] }, text: "seldom" })).toBe(0);
      expect(await rowsUnder(right, dataset, { ...topic, text: "seldom" })).toHaveLength(10);
    }
  });

  it("are tagged all at once from a lasso, and the tags are taken back", async () => {
    const { handle, dataset, map } = world;
    const filter: DatasetFilter = { map: { id: map, area: left } };
    const ids = await rowsUnder(handle, dataset, filter);
    expect(ids.length).toBeGreaterThan(5);
    expect(ids.length).toBeLessThan(150);
    const shown = await show(world, filter);
    expect(shown.total).toBe(ids.length);
    const tagged = await act(services, handle, tagRows, {
      ...{ dataset, filter, expected: ids.length, add: ["left"], remove: [] },
    });
    expect(tagged.changed).toBe(ids.length);
    expect(await rowsUnder(handle, dataset, { tag: ["left"] })).toEqual(ids);
    // Tags change no text: the map holds all rows still.
    expect(await show(world)).toMatchObject({ missing: 0, total: 150 });
    const undone = await act(services, handle, undoVersion, {
      dataset,
      version: tagged.version ?? 0,
    });
    expect(undone).toMatchObject({ changed: ids.length });
    expect(await rowsUnder(handle, dataset, { tag: ["left"] })).toEqual([]);
  });

  it("are frozen, exported and saved as a view", async () => {
    const { handle, dataset, map } = world;
    const filter: DatasetFilter = { map: { id: map, topics: [2] } };
    const size = (await rowsUnder(handle, dataset, filter)).length;
    const frozen = await freeze(services, handle, { dataset, filter, leaks: "keep" });
    expect(Object.values(frozen.counts).reduce((sum, count) => sum + count, 0)).toBe(size);
    expect(frozen.filter).toEqual(filter);
    const view = await act(services, handle, saveView, { dataset, name: "second", filter });
    expect(view.filter).toEqual(filter);
    const { run } = await act(services, handle, startExport, { dataset, view: "second" });
    expect(await runJob(services, run)).toMatchObject({ state: "succeeded", total: size });
  });

  it("are none for a map of another dataset or project", async () => {
    const { handle, dataset, map } = world;
    const foreign = await mapped(20);
    const filter: DatasetFilter = { map: { id: foreign.map } };
    expect(await rowsUnder(handle, dataset, filter)).toEqual([]);
    expect(await rowsUnder(withoutIndex(handle), dataset, filter)).toEqual([]);
    const fork = await act(services, handle, forkDataset, { dataset, name: "fork of it" });
    const other = fork.dataset ?? 0;
    expect(await rowsUnder(handle, other, { map: { id: map } })).toEqual([]);
    await expect(act(services, handle, showMap, { dataset: other, map })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it.each([
    { id: 0 },
    { id: 1, topics: [] },
    { id: 1, topics: [61] },
    {
      id: 1,
      area: [
        [0, 0],
        [1, 1],
      ],
    },
    {
      id: 1,
      area: [
        [0, 0],
        [1, 1],
        [0, 11],
      ],
    },
    {
      id: 1,
      area: [
        [0, 0],
        [1, 1],
        [0, Number.NaN],
      ],
    },
    {
      id: 1,
      area: [
        [0, 0],
        [1, 1],
        ["0) or true --", 1],
      ],
    },
    { id: 1, other: 1 },
  ])("are refused for what is no part of a map: %j", async (part) => {
    const { handle, dataset } = world;
    const filter = { map: part } as unknown as DatasetFilter;
    await expect(rowsUnder(handle, dataset, filter)).rejects.toThrow();
  });
});

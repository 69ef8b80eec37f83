import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { askIndex } from "#db/queries/ask-index.ts";
import type { DatasetFilter, RowSort } from "#lib/core/dataset-filter.ts";
import { removeRows, tagRows } from "#lib/datasets/change-rows.ts";
import { findPlace } from "#lib/datasets/find-place.ts";
import { listRows } from "#lib/datasets/list-rows.ts";
import { act, chatLines, importText, rowIds } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { startTestIndex, withoutIndex } from "#tests/setup/index-server.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const index = await startTestIndex(services);
const { db } = services.database;

type Sort = { by: RowSort; descending: boolean };
type World = { handle: ProjectHandle; plain: ProjectHandle; dataset: number; ids: number[] };
type View = { filter?: DatasetFilter; version?: number; sort?: Sort };

const added: Sort = { by: "added", descending: false };

/** Row n has the time 2026-01-01 + n mod 10 days, and every seventh has none: ids and times are not in one order. */
async function makeWorld(count = 60): Promise<World> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, chatLines(count));
  const dataset = Number(done.result?.datasetId);
  const ids = await rowIds(handle, dataset);
  for (const [n, id] of ids.entries()) {
    const time =
      n % 7 === 0 ? null : new Date(Date.UTC(2026, 0, 1 + (n % 10), n % 24)).toISOString();
    await db.execute(
      sql`update occurrence set time = ${time}::timestamptz where conversation_id = ${id}`,
    );
  }
  return { handle, plain: withoutIndex(handle), dataset, ids };
}

/** Everything in order, a page of `limit` at a time. */
async function whole(handle: ProjectHandle, dataset: number, view: View, limit = 7) {
  const rows: { id: number; time: string | null }[] = [];
  for (let after: string | undefined; ; ) {
    const page = await act(services, handle, listRows, {
      ...{ dataset, ...view, limit },
      ...(after ? { after } : {}),
    });
    rows.push(...page.rows);
    if (!page.next) return rows;
    after = page.next;
  }
}

/** The rows from a place on, and those before it: together they must be the whole list. */
async function around(world: World, handle: ProjectHandle, view: View, to: string) {
  const { dataset } = world;
  const place = await act(services, handle, findPlace, { dataset, ...view, to });
  const list = (edge: object) =>
    act(services, handle, listRows, { dataset, ...view, sort: place.sort, limit: 5, ...edge });
  const start = place.before ? { before: place.before } : { after: place.after ?? undefined };
  const first = await list(start);
  const later: number[] = first.rows.map((row) => row.id);
  for (let { next } = first; next; ) {
    const page = await list({ after: next });
    later.push(...page.rows.map((row) => row.id));
    next = page.next;
  }
  const earlier: number[] = [];
  for (let { previous } = first; previous; ) {
    const page = await list({ before: previous });
    earlier.unshift(...page.rows.map((row) => row.id));
    previous = page.previous;
  }
  return { place, earlier, later };
}

const views: [string, View][] = [
  ["all rows", {}],
  ["by tokens, the most first", { sort: { by: "tokens", descending: true } }],
  ["under a filter", { filter: { tag: ["odd"] } }],
  [
    "under a filter by turns",
    { filter: { tag: ["odd"] }, sort: { by: "turns", descending: false } },
  ],
  ["a search by relevance", { filter: { text: "shop or number" } }],
  ["a search in the order of import", { filter: { text: "number" }, sort: added }],
  ["by time", { sort: { by: "time", descending: false } }],
  ["by time, the last first", { sort: { by: "time", descending: true } }],
  ["an older version", { version: 1 }],
];

describe.each(["index", "SQL"])("a jump, answered by %s", (by) => {
  let world: World;
  let handle: ProjectHandle;

  beforeAll(async () => {
    world = await makeWorld();
    const { dataset, ids } = world;
    const odd = ids.filter((_, n) => n % 2 === 1);
    await act(services, world.handle, tagRows, { dataset, filter: { ids: odd }, add: ["odd"] });
    await index.settled();
    handle = by === "index" ? world.handle : world.plain;
  });

  it.each(views)("goes to a row and back to every other: %s", async (_, view) => {
    const order = (await whole(handle, world.dataset, view)).map((row) => row.id);
    expect(order.length).toBeGreaterThan(20);
    for (const at of [0, 1, 17, order.length - 1]) {
      const id = order[at] ?? 0;
      const { place, earlier, later } = await around(world, handle, view, String(id));
      expect(place).toMatchObject({ state: "here", conversation: id });
      expect(later).toEqual(order.slice(at));
      expect(earlier).toEqual(order.slice(0, at));
    }
  });

  it.each(views)("goes to the end: %s", async (_, view) => {
    const order = (await whole(handle, world.dataset, view)).map((row) => row.id);
    const { place, earlier, later } = await around(world, handle, view, "end");
    expect(place).toMatchObject({ state: "here", conversation: order.at(-1), before: "end" });
    expect(later).toEqual(order.slice(-5));
    expect([...earlier, ...later]).toEqual(order);
  });

  it.each([false, true])(
    "goes to a day, in the order of time (descending: %s)",
    async (descending) => {
      const sort: Sort = { by: "time", descending };
      const rows = await whole(handle, world.dataset, { sort });
      const fits = ({ time }: { time: string | null }) =>
        time !== null && (descending ? time < "2026-01-05" : time >= "2026-01-04");
      const at = rows.findIndex(fits);
      const { place, earlier, later } = await around(world, handle, { sort }, "2026-01-04");
      expect(place).toMatchObject({ state: "here", conversation: rows[at]?.id, sort });
      expect(later).toEqual(rows.slice(at).map((row) => row.id));
      expect(earlier).toEqual(rows.slice(0, at).map((row) => row.id));
    },
  );

  it("takes the order of time for a day whatever the order was, under the filter", async () => {
    const view: View = { filter: { tag: ["odd"] }, sort: { by: "tokens", descending: true } };
    const { dataset } = world;
    const place = await act(services, handle, findPlace, { dataset, ...view, to: "2026-01-09" });
    expect(place.sort).toEqual({ by: "time", descending: false });
    const { rows } = await act(services, handle, listRows, {
      ...{ dataset, filter: view.filter, sort: place.sort, after: place.after ?? "" },
    });
    expect(rows[0]).toMatchObject({ id: place.conversation, tags: ["odd"] });
    expect(rows.every((row) => (row.time ?? "") >= "2026-01-09")).toBe(true);
  });

  it("says why a row is not there, and where the days end", async () => {
    const { dataset, ids } = world;
    const ask = (to: string, view: View = {}) =>
      act(services, handle, findPlace, { dataset, ...view, to });
    const even = String(ids[0]);
    expect(await ask(even, { filter: { tag: ["odd"] } })).toMatchObject({ state: "filtered" });
    expect(await ask(even, { filter: { text: "nowhere" } })).toMatchObject({ state: "filtered" });
    expect(await ask(even, { filter: { ids: [ids[1] ?? 0] } })).toMatchObject({
      state: "filtered",
    });
    expect(await ask("999999999")).toMatchObject({ state: "unknown", after: null, before: null });
    expect(await ask("2026-02-01")).toMatchObject({ state: "beyond", before: "end" });
    const untimed = { filter: { ids: [ids[0] ?? 0, ids[7] ?? 0] } };
    expect(await ask("2026-01-01", untimed)).toMatchObject({ state: "timeless", before: null });
    expect(await ask("end", { filter: { text: "nowhere" } })).toMatchObject({ conversation: null });
  });
});

describe("a jump", () => {
  it("has the same answer by the index and by SQL", async () => {
    const world = await makeWorld();
    const { handle, plain, dataset, ids } = world;
    const odd = ids.filter((_, n) => n % 2 === 1);
    await act(services, handle, tagRows, { dataset, filter: { ids: odd }, add: ["odd"] });
    await index.settled();
    const shown = { datasetId: dataset, version: undefined, filter: {} };
    expect(await askIndex(handle, shown, { ids: true })).toMatchObject({ state: "fresh" });
    // Relevance has no meaning without the index.
    for (const [name, view] of views.filter(([, one]) => !one.filter?.text || one.sort)) {
      expect(await whole(handle, dataset, view), name).toEqual(await whole(plain, dataset, view));
      for (const to of ["end", "2026-01-04", "2026-02-01", String(ids[13]), String(ids[14])]) {
        const ask = (who: ProjectHandle) => act(services, who, findPlace, { dataset, ...view, to });
        expect(await ask(handle), `${name} ${to}`).toEqual(await ask(plain));
      }
    }
  });

  it("tells a row that left the newest version, and finds it in the version that has it", async () => {
    const { handle, dataset, ids } = await makeWorld(8);
    await act(services, handle, removeRows, { dataset, filter: { ids: ids.slice(3, 4) } });
    const to = String(ids[3]);
    const now = await act(services, handle, findPlace, { dataset, to });
    expect(now.state).toBe("gone");
    const before = await act(services, handle, findPlace, { dataset, to, version: 1 });
    expect(before.state).toBe("here");
  });

  it("does not lose its place when rows come and go before it", async () => {
    const { handle, dataset, ids } = await makeWorld(20);
    const place = await act(services, handle, findPlace, { dataset, to: String(ids[12]) });
    await act(services, handle, removeRows, { dataset, filter: { ids: ids.slice(2, 9) } });
    const after = place.after ?? undefined;
    const { rows } = await act(services, handle, listRows, { dataset, after, limit: 3 });
    expect(rows.map((row) => row.id)).toEqual(ids.slice(12, 15));
  });

  it.each([added, { by: "tokens" as const, descending: true }])(
    "to the first row: what is before it is nothing, and what follows nothing is the row",
    async (sort) => {
      const { handle, dataset } = await makeWorld(6);
      const order = (await whole(handle, dataset, { sort })).map((row) => row.id);
      const to = String(order[0]);
      const { after } = await act(services, handle, findPlace, { dataset, sort, to });
      const list = (edge: object) => act(services, handle, listRows, { dataset, sort, ...edge });
      const here = await list({ after });
      const before = await list({ before: here.previous });
      expect(before).toMatchObject({ rows: [], previous: null });
      const again = await list({ after: before.next });
      expect(again.rows.map((row) => row.id)).toEqual(order);
    },
  );

  it("refuses what is no place, and a page in two directions", async () => {
    const { handle, dataset } = await makeWorld(2);
    for (const to of ["", "soon", "2026-02-31", "-1"]) {
      await expect(act(services, handle, findPlace, { dataset, to })).rejects.toThrow();
    }
    const both = act(services, handle, listRows, { dataset, after: "1:1", before: "end" });
    await expect(both).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("is for whoever may read, and tells strangers nothing about a row", async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    const place = await makeProject(services, { slug: "jumps", owner });
    const viewer = await makePerson(services, { email: "viewer@example.test" });
    await addMember(services, place, viewer, "viewer");
    const stranger = await makePerson(services, { email: "stranger@example.test" });
    await makeProject(services, { slug: "elsewhere", owner: stranger });
    const handle = await makeHandle(services, { project: place, user: owner });
    const done = await importText(services, handle, chatLines(3));
    const dataset = Number(done.result?.datasetId);
    const [id] = await rowIds(handle, dataset);
    const line = `GET /projects/jumps/datasets/${dataset}/place?to=${id}`;
    expect((await request(services, viewer, line)).body.state).toBe("here");
    expect((await request(services, stranger, line)).status).toBe(404);
    const own = await request(services, stranger, "POST /projects/elsewhere/datasets", {
      name: "own",
    });
    const foreign = `GET /projects/elsewhere/datasets/${own.body.id}/place?to=${id}`;
    expect((await request(services, stranger, foreign)).body.state).toBe("unknown");
  });
});

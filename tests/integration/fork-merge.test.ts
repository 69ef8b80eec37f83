import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { addMembers, changeDataset } from "#db/queries/datasets.ts";
import type { Take } from "#db/queries/merge-plan.ts";
import { dataset } from "#db/schema/datasets.ts";
import { AssayError } from "#lib/core/errors.ts";
import { deleteDataset } from "#lib/datasets/change-dataset.ts";
import { removeRows, tagRows } from "#lib/datasets/change-rows.ts";
import { editConversation } from "#lib/datasets/edit-conversation.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { forkDataset } from "#lib/datasets/fork-dataset.ts";
import { restoreVersion, undoVersion } from "#lib/datasets/go-back.ts";
import { listMergeConflicts, mergeDatasets, previewMerge } from "#lib/datasets/merge-datasets.ts";
import { readDataset } from "#lib/datasets/read-dataset.ts";
import { listVersions } from "#lib/datasets/read-versions.ts";
import { act, chatBody, chatLines, importText, rowIds } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { mergePlainly, type Rows } from "#tests/setup/plain-merge.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

type Pair = { handle: ProjectHandle; origin: number; fork: number; ids: number[] };

/** A dataset of `count` chats and a fork of it. */
async function forked(count: number): Promise<Pair> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, chatLines(count), { dataset: "support" });
  const origin = Number(done.result?.datasetId);
  const made = await act(services, handle, forkDataset, { dataset: origin, name: "try" });
  return { handle, origin, fork: made.dataset ?? 0, ids: await rowIds(handle, origin) };
}

const edit = (handle: ProjectHandle, id: number, conversation: number, answer: string) =>
  act(services, handle, editConversation, {
    dataset: id,
    conversation,
    body: chatBody("When do you open?", answer),
  });

const remove = (handle: ProjectHandle, id: number, ids: number[]) =>
  act(services, handle, removeRows, { dataset: id, filter: { ids } });

const tag = (
  handle: ProjectHandle,
  id: number,
  ids: number[],
  add: string[],
  take: string[] = [],
) => act(services, handle, tagRows, { dataset: id, filter: { ids }, add, remove: take });

const preview = (handle: ProjectHandle, into: number, from: number) =>
  act(services, handle, previewMerge, { dataset: into, from });

type Wish = { decisions?: { root: number; take: Take }[]; rest?: "ours" | "theirs" };

/** Merges what the preview shows. */
async function merge(handle: ProjectHandle, into: number, from: number, wish: Wish = {}) {
  const { ours, theirs } = await preview(handle, into, from);
  return act(services, handle, mergeDatasets, { dataset: into, from, ours, theirs, ...wish });
}

async function rowsOf(handle: ProjectHandle, id: number): Promise<Rows> {
  const rows = await handle.db.execute<{ id: number; tags: string[] }>(sql`
    select conversation_id::float8 as id, tags from membership where dataset_id = ${id} and removed_in is null
    order by conversation_id`);
  return new Map(rows.map((row) => [row.id, row.tags]));
}

const head = async (id: number) => {
  const [row] = await services.database.db.select().from(dataset).where(eq(dataset.id, id));
  return { version: row?.headVersion, count: row?.headCount };
};

describe("a fork", () => {
  it("begins with the rows and tags of the version that it was made of, and goes its own way", async () => {
    const handle = await makeHandle(services);
    const done = await importText(services, handle, chatLines(6), { dataset: "support" });
    const origin = Number(done.result?.datasetId);
    const ids = await rowIds(handle, origin);
    await tag(handle, origin, ids.slice(0, 2), ["good"]);
    await remove(handle, origin, ids.slice(4));
    const made = await act(services, handle, forkDataset, {
      dataset: "support",
      name: "try",
      version: 2,
    });
    expect(made).toMatchObject({ conversations: 6, run: null });
    const fork = made.dataset ?? 0;
    expect(await rowIds(handle, fork)).toEqual(ids);
    expect((await rowsOf(handle, fork)).get(ids[0] ?? 0)).toEqual(["good"]);
    expect(await head(fork)).toEqual({ version: 1, count: 6 });
    const { versions } = await act(services, handle, listVersions, { dataset: fork });
    expect(versions).toMatchObject([{ act: "fork", summary: "Forked from support version 2" }]);
    await tag(handle, fork, ids, ["own"]);
    expect(await rowIds(handle, origin)).toEqual(ids.slice(0, 4));
    const shown = await act(services, handle, readDataset, { dataset: fork });
    expect(shown.forkedFrom).toEqual({ id: origin, name: "support", version: 2, deleted: false });
    const other = await act(services, handle, readDataset, { dataset: origin });
    expect(other.forks).toEqual([{ id: fork, name: "try", version: 2 }]);
  });

  it("refuses a taken name, a missing version and an empty dataset, and makes nothing", async () => {
    const { handle, origin } = await forked(2);
    const again = (given: { name: string; version?: number }) =>
      act(services, handle, forkDataset, { dataset: origin, ...given });
    await expect(again({ name: "try" })).rejects.toMatchObject({ code: "conflict" });
    await expect(again({ name: "x", version: 9 })).rejects.toMatchObject({ code: "not_found" });
    await act(services, handle, deleteDataset, { dataset: origin });
    await expect(again({ name: "x" })).rejects.toMatchObject({ code: "not_found" });
    const datasets = await services.database.db
      .select()
      .from(dataset)
      .where(eq(dataset.projectId, handle.projectId));
    expect(datasets).toHaveLength(2);
  });

  it("of many rows is made by a run, whole or not at all", async () => {
    const { handle, origin } = await forked(1);
    await handle.db.execute(sql`
      with texts as (
        insert into conversation (project_id, hash, kind, turns, messages, characters, tokens, roles, preview)
        select ${handle.projectId}, 'many-' || n, 'text', 1, 1, 1, 1, '{}', 'n' from generate_series(1, 20001) n
        returning id
      ) insert into membership (dataset_id, conversation_id, added_in) select ${origin}, id, 1 from texts`);
    const { run, dataset: none } = await act(services, handle, forkDataset, {
      dataset: origin,
      name: "many",
    });
    expect(none).toBeNull();
    const done = await runJob(services, run ?? 0);
    expect(done).toMatchObject({ state: "succeeded", done: 20_002 });
    expect(done.result).toMatchObject({ conversations: 20_002, version: 1 });
    expect(await head(Number(done.result?.datasetId))).toEqual({ version: 1, count: 20_002 });
    // A merge of so many rows is a run, too.
    const fork = Number(done.result?.datasetId);
    await handle.db.execute(sql`
      with gone as (update membership set removed_in = 2 where dataset_id = ${fork} returning conversation_id)
      insert into membership (dataset_id, conversation_id, added_in, tags)
      select ${fork}, conversation_id, 2, '{new}' from gone`);
    await handle.db.execute(sql`update dataset set head_version = 2 where id = ${fork}`);
    const started = await merge(handle, origin, fork);
    const merged = await runJob(services, started.run ?? 0);
    expect(merged).toMatchObject({ state: "succeeded", result: { changed: 20_002, version: 2 } });
  });
});

describe("a merge", () => {
  it("takes what one side added, removed, edited and tagged, and keeps what the other did", async () => {
    const { handle, origin, fork, ids } = await forked(8);
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = ids;
    await tag(handle, fork, [a], ["fork"]);
    await tag(handle, origin, [a], ["origin"]);
    await remove(handle, fork, [b]);
    const edited = await edit(handle, fork, c, "At nine.");
    await remove(handle, origin, [d]);
    const own = await edit(handle, origin, e, "At ten.");
    // Tags follow a text through the edit of the other side.
    await tag(handle, fork, [e], ["late"]);
    await tag(handle, origin, [c], ["early"]);
    await importText(services, handle, chatLines(2, 100), { dataset: "try" });
    await importText(services, handle, chatLines(1, 200), { dataset: "support" });
    // Both did the same: nothing to do.
    await remove(handle, origin, [f]);
    await remove(handle, fork, [f]);
    const seen = await preview(handle, origin, fork);
    expect(seen.counts).toEqual({ added: 2, removed: 1, edited: 1, tags: 2 });
    expect(seen).toMatchObject({ conflicts: 0, base: { dataset: origin, version: 1 } });
    expect(seen.rows.find((row) => row.change === "edited")).toMatchObject({
      was: c,
      now: edited.conversation,
      nowTags: ["early"],
    });
    const before = await head(origin);
    const done = await merge(handle, origin, fork);
    expect(done.version).toBe((before.version ?? 0) + 1);
    const rows = await rowsOf(handle, origin);
    expect(rows.size).toBe(8);
    expect(rows.get(a)).toEqual(["fork", "origin"]);
    expect(rows.get(edited.conversation)).toEqual(["early"]);
    expect(rows.get(own.conversation)).toEqual(["late"]);
    expect([b, c, d, e, f].filter((id) => rows.has(id))).toEqual([]);
    const { versions } = await act(services, handle, listVersions, { dataset: origin, limit: 1 });
    expect(versions[0]).toMatchObject({ act: "merge", summary: "Merged try version 7" });
    expect((await head(origin)).count).toBe(8);
  });

  it("does not repeat itself, and brings the origin's later changes into the fork", async () => {
    const { handle, origin, fork, ids } = await forked(6);
    const [a = 0, b = 0, c = 0] = ids;
    await remove(handle, fork, [a]);
    await merge(handle, origin, fork);
    const none = { added: 0, removed: 0, edited: 0, tags: 0 };
    expect(await preview(handle, origin, fork)).toMatchObject({ counts: none, conflicts: 0 });
    await remove(handle, origin, [b]);
    await tag(handle, fork, [c], ["mine"]);
    const back = await preview(handle, fork, origin);
    expect(back).toMatchObject({ base: { dataset: fork, version: 2 } });
    expect(back.counts).toEqual({ ...none, removed: 1 });
    await merge(handle, fork, origin);
    expect([...(await rowsOf(handle, fork)).keys()]).toEqual(
      ids.slice(2).toSorted((x, y) => x - y),
    );
    expect((await preview(handle, origin, fork)).counts).toEqual({ ...none, tags: 1 });
    await merge(handle, origin, fork);
    expect(await rowsOf(handle, origin)).toEqual(await rowsOf(handle, fork));
    // Both hold the same now: later merges look at what comes after only.
    const [last] = await handle.db.execute<{ equal: boolean }>(
      sql`select equal from dataset_merge where dataset_id = ${origin} order by id desc limit 1`,
    );
    expect(last?.equal).toBe(true);
  });

  it("leaves erased texts away", async () => {
    const { handle, origin, fork } = await forked(3);
    await importText(services, handle, chatLines(1, 50), { dataset: "try" });
    const extra = (await rowIds(handle, fork)).at(-1) ?? 0;
    await act(services, handle, eraseConversation, { conversation: extra });
    expect((await preview(handle, origin, fork)).counts.added).toBe(0);
  });
});

describe("conflicts", () => {
  it("name base, ours and theirs, and wait for a decision", async () => {
    const { handle, origin, fork, ids } = await forked(5);
    const [a = 0, b = 0, c = 0, d = 0] = ids;
    const ours = await edit(handle, origin, a, "At nine.");
    const theirs = await edit(handle, fork, a, "At ten.");
    const kept = await edit(handle, origin, b, "At noon.");
    await remove(handle, fork, [b]);
    await remove(handle, origin, [c]);
    const late = await edit(handle, fork, c, "At night.");
    // The same edit on both sides is none.
    await edit(handle, origin, d, "At dawn.");
    await edit(handle, fork, d, "At dawn.");
    await tag(handle, fork, [theirs.conversation], ["slow"]);
    const seen = await preview(handle, origin, fork);
    expect(seen.conflicts).toBe(3);
    expect(seen.counts).toEqual({ added: 0, removed: 0, edited: 0, tags: 0 });
    const { conflicts, next } = await act(services, handle, listMergeConflicts, {
      dataset: origin,
      from: fork,
    });
    expect(next).toBeNull();
    expect(conflicts.map(({ preview: _, ...one }) => one)).toEqual([
      { root: a, base: [a], ours: [ours.conversation], theirs: [theirs.conversation] },
      { root: b, base: [b], ours: [kept.conversation], theirs: [] },
      { root: c, base: [c], ours: [], theirs: [late.conversation] },
    ]);
    await expect(merge(handle, origin, fork)).rejects.toMatchObject({
      code: "precondition_failed",
      message: expect.stringContaining("3 conflicts are not decided"),
    });
    const wrong = { decisions: [{ root: d, take: "ours" as const }], rest: "ours" as const };
    await expect(merge(handle, origin, fork, wrong)).rejects.toMatchObject({
      code: "invalid_input",
    });
    const both = { decisions: [{ root: b, take: "both" as const }], rest: "ours" as const };
    await expect(merge(handle, origin, fork, both)).rejects.toMatchObject({
      code: "invalid_input",
    });
    expect(await head(origin)).toMatchObject({ version: 5 });
    await merge(handle, origin, fork, {
      decisions: [
        { root: a, take: "theirs" },
        { root: b, take: "theirs" },
      ],
      rest: "theirs",
    });
    const rows = await rowsOf(handle, origin);
    expect(rows.get(theirs.conversation)).toEqual(["slow"]);
    expect(rows.has(kept.conversation)).toBe(false);
    expect(rows.has(late.conversation)).toBe(true);
    expect(rows.size).toBe(4);
  });

  it("keep both texts where that is wished, and are decided once", async () => {
    const { handle, origin, fork, ids } = await forked(3);
    const [a = 0, b = 0] = ids;
    const ours = await edit(handle, origin, a, "At nine.");
    const theirs = await edit(handle, fork, a, "At ten.");
    await edit(handle, origin, b, "At noon.");
    await edit(handle, fork, b, "At night.");
    const done = await merge(handle, origin, fork, {
      decisions: [{ root: a, take: "both" }],
      rest: "ours",
    });
    const rows = await rowsOf(handle, origin);
    expect([ours.conversation, theirs.conversation].every((id) => rows.has(id))).toBe(true);
    expect(rows.size).toBe(4);
    expect((await preview(handle, origin, fork)).conflicts).toBe(0);
    // A decision for ours alone changes no row, and is a version that is remembered all the same.
    await edit(handle, fork, theirs.conversation, "At eleven.");
    await edit(handle, origin, ours.conversation, "At seven.");
    const again = await preview(handle, origin, fork);
    expect(again).toMatchObject({ conflicts: 1, ours: (done.version ?? 0) + 1 });
    const kept = await merge(handle, origin, fork, { rest: "ours" });
    expect(kept).toMatchObject({ changed: 0, version: again.ours + 1 });
    expect((await preview(handle, origin, fork)).conflicts).toBe(0);
  });
});

describe("going back", () => {
  it("takes a merge back, and it can be made again", async () => {
    const { handle, origin, fork, ids } = await forked(4);
    const [a = 0, b = 0] = ids;
    await edit(handle, origin, a, "At nine.");
    await edit(handle, fork, a, "At ten.");
    await remove(handle, fork, [b]);
    const before = await rowsOf(handle, origin);
    const first = await preview(handle, origin, fork);
    const done = await merge(handle, origin, fork, { rest: "theirs" });
    const merged = await rowsOf(handle, origin);
    const undone = await act(services, handle, undoVersion, {
      dataset: origin,
      version: done.version ?? 0,
    });
    expect(undone.kept).toBe(0);
    expect(await rowsOf(handle, origin)).toEqual(before);
    const again = await preview(handle, origin, fork);
    expect(again).toMatchObject({ counts: first.counts, conflicts: 1, base: first.base });
    // The undo undone: the merge counts again.
    await act(services, handle, undoVersion, { dataset: origin, version: undone.version ?? 0 });
    expect(await rowsOf(handle, origin)).toEqual(merged);
    expect((await preview(handle, origin, fork)).conflicts).toBe(0);
    await act(services, handle, restoreVersion, {
      dataset: origin,
      version: (done.version ?? 0) - 1,
    });
    expect((await preview(handle, origin, fork)).conflicts).toBe(1);
    await act(services, handle, restoreVersion, { dataset: origin, version: done.version ?? 0 });
    expect((await preview(handle, origin, fork)).conflicts).toBe(0);
  });

  it("forgets the decisions of a merge that changed no row", async () => {
    const { handle, origin, fork, ids } = await forked(2);
    await edit(handle, origin, ids[0] ?? 0, "At nine.");
    await edit(handle, fork, ids[0] ?? 0, "At ten.");
    const done = await merge(handle, origin, fork, { rest: "ours" });
    expect((await preview(handle, origin, fork)).conflicts).toBe(0);
    const undone = await act(services, handle, undoVersion, {
      dataset: origin,
      version: done.version ?? 0,
    });
    expect(undone.version).toBe((done.version ?? 0) + 1);
    expect((await preview(handle, origin, fork)).conflicts).toBe(1);
  });
});

describe("heads that move", () => {
  it.each(["origin", "fork"] as const)(
    "of the %s since the preview refuse the merge",
    async (who) => {
      const pair = await forked(4);
      const { handle, origin, fork, ids } = pair;
      await remove(handle, fork, ids.slice(0, 1));
      const { ours, theirs } = await preview(handle, origin, fork);
      await tag(handle, pair[who], ids.slice(2), ["later"]);
      const late = act(services, handle, mergeDatasets, {
        dataset: origin,
        from: fork,
        ours,
        theirs,
      });
      await expect(late).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("look at the preview again"),
      });
      expect((await rowsOf(handle, origin)).size).toBe(4);
    },
  );

  it("let one of many merges through, also when both directions are merged at once", async () => {
    const { handle, origin, fork, ids } = await forked(6);
    await remove(handle, fork, ids.slice(0, 2));
    await remove(handle, origin, ids.slice(4));
    const { ours, theirs } = await preview(handle, origin, fork);
    const into = { dataset: origin, from: fork, ours, theirs };
    const back = { dataset: fork, from: origin, ours: theirs, theirs: ours };
    const results = await Promise.allSettled(
      [into, back, into, back].map((wish) => act(services, handle, mergeDatasets, wish)),
    );
    expect(results.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    for (const one of results) {
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "conflict" });
    }
    const merges = await handle.db.execute(
      sql`select 1 from dataset_merge where project_id = ${handle.projectId}`,
    );
    expect(merges).toHaveLength(1);
  });
});

describe("rights", () => {
  it("let a viewer look and a curator merge; datasets of other projects are not found", async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    const place = await makeProject(services, { slug: "place", owner });
    const handle = await makeHandle(services, { project: place, user: owner });
    const done = await importText(services, handle, chatLines(3), { dataset: "support" });
    const origin = Number(done.result?.datasetId);
    const people = await Promise.all(
      (["viewer", "curator"] as const).map(async (role) => {
        const person = await makePerson(services, { email: `${role}@example.test` });
        await addMember(services, place, person, role);
        return person;
      }),
    );
    const [viewer, curator] = people;
    const at = `/projects/place/datasets/${origin}`;
    const name = { name: "try" };
    expect((await request(services, viewer, `POST ${at}/forks`, name)).status).toBe(403);
    const made = await request(services, curator, `POST ${at}/forks`, name);
    expect(made.status).toBe(200);
    const fork = Number(made.body.dataset);
    await remove(handle, fork, [(await rowIds(handle, fork))[0] ?? 0]);
    const seen = await request(services, viewer, `GET ${at}/merge?from=${fork}`);
    expect(seen.body).toMatchObject({ counts: { removed: 1 }, ours: 1, theirs: 2 });
    const wish = { from: fork, ours: 1, theirs: 2 };
    expect((await request(services, viewer, `POST ${at}/merge`, wish)).status).toBe(403);

    const foreign = await forked(2);
    for (const from of [foreign.fork, foreign.origin]) {
      const look = await request(services, curator, `GET ${at}/merge?from=${from}`);
      const list = await request(services, curator, `GET ${at}/merge/conflicts?from=${from}`);
      const write = await request(services, curator, `POST ${at}/merge`, { ...wish, from });
      expect([look.status, list.status, write.status]).toEqual([404, 404, 404]);
    }
    expect((await request(services, curator, `POST ${at}/merge`, wish)).status).toBe(200);
    const unrelated = await importText(services, handle, chatLines(1, 70), { dataset: "other" });
    const other = Number(unrelated.result?.datasetId);
    const apart = await request(services, curator, `GET ${at}/merge?from=${other}`);
    expect(apart.body.error.message).toContain("Neither of “support” and “other” is a fork");
  });
});

const step = fc.record({
  side: fc.constantFrom("origin" as const, "fork" as const),
  what: fc.constantFrom("tag", "untag", "remove", "edit", "edit", "add", "merge"),
  row: fc.nat(30),
  word: fc.nat(2),
  takes: fc.array(fc.constantFrom<Take>("ours", "theirs", "both"), { minLength: 3, maxLength: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe("any edits on both sides", () => {
  it("are merged as the plain three-way merge says", async () => {
    const { handle, origin, ids } = await forked(7);
    let made = 0;
    let compared = 0;
    const once = async (steps: Step[]) => {
      made += 1;
      // A fork of its own, so that each attempt begins anew; conversations are the project's.
      await act(services, handle, restoreVersion, { dataset: origin, version: 1 });
      const name = `fork ${made}`;
      const { dataset: fork } = await act(services, handle, forkDataset, { dataset: origin, name });
      const pair = { origin, fork: fork ?? 0 };
      let base = await rowsOf(handle, origin);
      for (const one of [...steps, { ...merging, side: "origin" as const }, merging]) {
        if (one.what !== "merge") {
          await change(handle, pair[one.side], one, ids);
          continue;
        }
        const [into, from] =
          one.side === "origin" ? [pair.origin, pair.fork] : [pair.fork, pair.origin];
        base = await compareMerge(handle, into, from, base, one.takes);
        compared += 1;
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 22 }), once), {
      numRuns: 25,
      interruptAfterTimeLimit: 60_000,
      endOnFailure: true,
    });
    expect(compared).toBeGreaterThan(20);
  }, 120_000);
});

const merging: Step = {
  side: "fork",
  what: "merge",
  row: 0,
  word: 0,
  takes: ["theirs", "both", "ours"],
};

/** One act of a person; what is refused (the text stands there already) changes nothing. */
async function change(handle: ProjectHandle, id: number, one: Step, pool: number[]): Promise<void> {
  const rows = await rowIds(handle, id);
  const row = rows[one.row % Math.max(rows.length, 1)];
  const word = `w${one.word}`;
  try {
    if (one.what === "add") {
      const texts = await handle.db.execute<{ id: number }>(sql`
        select id::float8 as id from conversation where project_id = ${handle.projectId} and root_id = any(${sql.raw(`'{${pool.join(",")}}'::bigint[]`)})
          or id = any(${sql.raw(`'{${pool.join(",")}}'::bigint[]`)}) order by id`);
      const added = texts[(one.row * 7 + one.word) % texts.length]?.id ?? 0;
      await changeDataset(handle, id, { act: "import", summary: "Added" }, async (tx, next) => ({
        added: await addMembers(tx, id, next, sql`select ${added}::bigint as id`, [word]),
        removed: 0,
      }));
    }
    if (row === undefined) return;
    if (one.what === "tag") await tag(handle, id, [row], [word]);
    if (one.what === "untag") await tag(handle, id, [row], [], [word]);
    if (one.what === "remove") await remove(handle, id, [row]);
    if (one.what === "edit") {
      const [root] = await handle.db.execute<{ root: number }>(
        sql`select coalesce(root_id, id)::float8 as root from conversation where id = ${row}`,
      );
      const body = chatBody(`Question of ${root?.root}`, `Answer ${one.word}`);
      await act(services, handle, editConversation, { dataset: id, conversation: row, body });
    }
  } catch (refused) {
    if (!(refused instanceof AssayError)) throw refused;
  }
}

/** Merges and compares preview and outcome. Returns the base of the next merge. */
async function compareMerge(
  handle: ProjectHandle,
  into: number,
  from: number,
  base: Rows,
  takes: readonly Take[],
): Promise<Rows> {
  const [ours, theirs] = [await rowsOf(handle, into), await rowsOf(handle, from)];
  const roots = new Map(
    (
      await handle.db.execute<{ id: number; root: number }>(sql`
        select id::float8 as id, coalesce(root_id, id)::float8 as root from conversation
        where project_id = ${handle.projectId}`)
    ).map((row) => [row.id, row.root]),
  );
  const rootOf = (id: number) => roots.get(id) ?? id;
  const sides = { base, ours, theirs };
  const seen = await preview(handle, into, from);
  const open = mergePlainly(sides, rootOf, () => undefined);
  expect(seen.counts).toEqual(open.counts);
  expect(seen.conflicts).toBe(open.conflicts.length);
  expect(seen.rows).toHaveLength(Object.values(open.counts).reduce((sum, n) => sum + n, 0));
  const { conflicts } = await act(services, handle, listMergeConflicts, { dataset: into, from });
  const decisions = conflicts.map((one) => {
    const take = takes[one.root % takes.length] ?? "ours";
    const lost = one.ours.length === 0 || one.theirs.length === 0;
    return { root: one.root, take: take === "both" && lost ? ("theirs" as const) : take };
  });
  const takeOf = new Map(decisions.map((one) => [one.root, one.take]));
  await merge(handle, into, from, { decisions });
  const wanted = mergePlainly(sides, rootOf, (root) => takeOf.get(root)).rows;
  const plain = (rows: Rows) => [...rows].map(([id, tags]) => [id, [...tags].sort()]).sort();
  expect(plain(await rowsOf(handle, into))).toEqual(plain(wanted));
  expect(await head(into)).toMatchObject({ count: wanted.size });
  return theirs;
}

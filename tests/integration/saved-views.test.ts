import { beforeAll, describe, expect, it } from "vitest";
import { auditEntry } from "#db/schema/access.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { listRows } from "#lib/datasets/list-rows.ts";
import {
  filterOf,
  listViews,
  removeSavedView,
  saveView,
  updateView,
} from "#lib/datasets/saved-views.ts";
import { startExport } from "#lib/datasets/start-export.ts";
import { act, chatLines, freeze, importText } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

async function filled() {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, chatLines(12));
  return { handle, dataset: Number(done.result?.datasetId) };
}

const late = {
  name: "Long and late",
  filter: { text: '"number 7"', turnsMin: 1 } satisfies DatasetFilter,
  sort: { by: "tokens" as const, descending: true },
};

describe("a saved view", () => {
  it("keeps filter, search and order under a name, and says who made it", async () => {
    const { handle, dataset } = await filled();
    const made = await act(services, handle, saveView, { dataset, ...late });
    expect(made).toMatchObject({ ...late, revision: 1 });
    expect(made.createdBy).toMatch(/^Test /);
    const { views } = await act(services, handle, listViews, { dataset });
    expect(views).toEqual([made]);
    // What it holds is what a list of rows takes.
    const { filter, sort } = views[0] as typeof late;
    const { rows } = await act(services, handle, listRows, { dataset, filter, sort });
    expect(rows).toHaveLength(1);
  });

  it("is listed by name, without regard to capitals, and has a name of its own in its dataset", async () => {
    const { handle, dataset } = await filled();
    for (const name of ["beta", "Alpha", "gamma"]) {
      await act(services, handle, saveView, { dataset, name });
    }
    const { views } = await act(services, handle, listViews, { dataset });
    expect(views.map((one) => one.name)).toEqual(["Alpha", "beta", "gamma"]);
    await expect(act(services, handle, saveView, { dataset, name: "beta" })).rejects.toMatchObject({
      code: "conflict",
      issues: [{ path: "name" }],
    });
    await expect(
      act(services, handle, updateView, { dataset, view: "gamma", name: "beta" }),
    ).rejects.toMatchObject({ code: "conflict", issues: [{ path: "name" }] });
    const other = await importText(services, handle, chatLines(2), { dataset: "others" });
    await act(services, handle, saveView, {
      dataset: Number(other.result?.datasetId),
      name: "beta",
    });
  });

  it("is renamed and replaced; the one who comes second is refused and loses nothing", async () => {
    const { handle, dataset } = await filled();
    const { id } = await act(services, handle, saveView, { dataset, ...late });
    const renamed = await act(services, handle, updateView, {
      ...{ dataset, view: id, revision: 1, name: "Late" },
    });
    expect(renamed).toMatchObject({ name: "Late", filter: late.filter, revision: 2 });
    const replace = (turnsMin: number) =>
      act(services, handle, updateView, {
        ...{ dataset, view: id, revision: 2, filter: { turnsMin } },
      });
    const both = await Promise.allSettled([replace(2), replace(3)]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find((one) => one.status === "rejected")?.reason).toMatchObject({
      code: "conflict",
    });
    const [view] = (await act(services, handle, listViews, { dataset })).views;
    expect(view).toMatchObject({ revision: 3, sort: late.sort });
    // Without the revision that was read, the command line replaces what stands there.
    const forced = await act(services, handle, updateView, {
      ...{ dataset, view: "Late", filter: {}, sort: { by: "added", descending: false } },
    });
    expect(forced).toMatchObject({ revision: 4, filter: {} });
  });

  it("goes, and its name is free again", async () => {
    const { handle, dataset } = await filled();
    await act(services, handle, saveView, { dataset, ...late });
    await act(services, handle, removeSavedView, { dataset, view: late.name });
    await expect(
      act(services, handle, removeSavedView, { dataset, view: late.name }),
    ).rejects.toMatchObject({ code: "not_found" });
    await act(services, handle, saveView, { dataset, ...late });
  });

  it("is refused with a search that nothing could read, a hostile name or a foreign field", async () => {
    const { handle, dataset } = await filled();
    const save = (given: object) =>
      act(services, handle, saveView, { dataset, name: "x", ...given });
    await expect(save({ filter: { text: "-tea" } })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(save({ name: "a\u202eb" })).rejects.toThrow();
    await expect(save({ filter: { nothing: 1 } })).rejects.toThrow();
    await expect(save({ sort: { by: "password" } })).rejects.toThrow();
    expect((await act(services, handle, listViews, { dataset })).views).toEqual([]);
  });

  it("stands for its filter where an act takes one, and never beside another", async () => {
    const { handle, dataset } = await filled();
    await act(services, handle, saveView, { dataset, ...late });
    const filter = await filterOf(handle, dataset, { view: late.name, filter: {} });
    expect(filter).toEqual(late.filter);
    await expect(
      filterOf(handle, dataset, { view: late.name, filter: { turnsMin: 2 } }),
    ).rejects.toMatchObject({ code: "invalid_input" });
    await expect(filterOf(handle, dataset, { view: "none", filter: {} })).rejects.toMatchObject({
      code: "not_found",
    });
    const view = late.name;
    const frozen = await freeze(services, handle, { dataset, view });
    expect(frozen.filter).toEqual(late.filter);
    const { run } = await act(services, handle, startExport, { dataset, view });
    expect(await runJob(services, run)).toMatchObject({ state: "succeeded", total: 1 });
  });
});

describe("at the door", () => {
  const people: Record<string, Awaited<ReturnType<typeof makePerson>>> = {};
  let dataset: number;
  let address: string;

  beforeAll(async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    const place = await makeProject(services, { slug: "views", owner });
    for (const role of ["viewer", "curator"] as const) {
      const person = await makePerson(services, { email: `${role}@example.test` });
      await addMember(services, place, person, role);
      people[role] = person;
    }
    const stranger = await makePerson(services, { email: "stranger@example.test" });
    await makeProject(services, { slug: "elsewhere", owner: stranger });
    Object.assign(people, { owner, stranger });
    const handle = await makeHandle(services, { project: place, user: owner });
    const done = await importText(services, handle, chatLines(3));
    dataset = Number(done.result?.datasetId);
    address = `/projects/views/datasets/${dataset}/views`;
  });

  it("a viewer lists and does not save, change or remove", async () => {
    const made = await request(services, people.curator, `POST ${address}`, {
      name: "Short",
      filter: { turnsMax: 1 },
    });
    expect(made.status).toBe(200);
    const seen = await request(services, people.viewer, `GET ${address}`);
    expect(seen.body.views).toEqual([
      expect.objectContaining({ name: "Short", createdBy: people.curator?.name }),
    ]);
    const one = `${address}/${made.body.id}`;
    for (const [line, body] of [
      [`POST ${address}`, { name: "Mine" }],
      [`PUT ${one}`, { name: "Mine" }],
      [`DELETE ${one}`, undefined],
    ] as const) {
      expect((await request(services, people.viewer, line, body)).status, line).toBe(403);
    }
  });

  it("another project's people find nothing, also not with an id of theirs", async () => {
    const own = await request(services, people.stranger, "POST /projects/elsewhere/datasets", {
      name: "own",
    });
    const { body } = await request(services, people.owner, `GET ${address}`);
    const [view] = body.views as { id: number }[];
    for (const line of [
      `GET ${address}`,
      `GET /projects/elsewhere/datasets/${dataset}/views`,
      `DELETE /projects/elsewhere/datasets/${own.body.id}/views/${view?.id}`,
    ]) {
      expect((await request(services, people.stranger, line)).status, line).toBe(404);
    }
    const stolen = `PUT /projects/elsewhere/datasets/${own.body.id}/views/${view?.id}`;
    expect((await request(services, people.stranger, stolen, { name: "stolen" })).status).toBe(404);
    expect((await request(services, people.owner, `GET ${address}`)).body.views).toEqual([view]);
  });

  it("every change is in the audit log with its ids and no names", async () => {
    const made = await request(services, people.owner, `POST ${address}`, { name: "To be seen" });
    await request(services, people.owner, `PUT ${address}/${made.body.id}`, { name: "Seen" });
    await request(services, people.owner, `DELETE ${address}/${made.body.id}`);
    const entries = await services.database.db.select().from(auditEntry);
    const mine = entries.filter((one) => one.actor.endsWith(people.owner?.id ?? "?"));
    const acts = mine.filter((one) => one.act.startsWith("views."));
    expect(acts.map((one) => [one.act, one.outcome])).toEqual([
      ["views.save", "done"],
      ["views.update", "done"],
      ["views.remove", "done"],
    ]);
    expect(JSON.stringify(acts.map((one) => one.target))).not.toMatch(/seen/i);
  });
});

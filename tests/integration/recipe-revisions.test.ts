import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { exportRecipe, importRecipe } from "#lib/datasets/recipe-files.ts";
import { diffRevisions, listRevisions, restoreRevision } from "#lib/datasets/recipe-revisions.ts";
import {
  createRecipe,
  deleteRecipe,
  listRecipes,
  readRecipe,
  updateRecipe,
} from "#lib/datasets/recipes.ts";
import { runRecipe } from "#lib/datasets/run-recipe.ts";
import { act, chatLines, importText } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { addMember, makeHandle, makeProject } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;

const first = [{ step: "html" }, { step: "length", params: { min: 20 } }];
const second = [{ step: "length", params: { min: 2, max: 9000 } }, { step: "unicode" }];

async function twoRevisions() {
  const handle = await makeHandle(services);
  const made = await act(services, handle, createRecipe, { name: "Tidy", steps: first });
  await act(services, handle, updateRecipe, { recipe: made.id, revision: 1, steps: second });
  return { handle, recipe: made.id };
}

describe("revisions of a recipe", () => {
  it("are made by each save of something else, with who and when, and nobody changes them", async () => {
    const { handle, recipe } = await twoRevisions();
    const { revisions } = await act(services, handle, listRevisions, { recipe });
    expect(revisions.map((one) => one.number)).toEqual([2, 1]);
    expect(revisions[1]?.steps.map((one) => one.step)).toEqual(["html", "length"]);
    expect(revisions.every((one) => one.by.startsWith("Test "))).toBe(true);
    // The same again makes none; another name does, so that who read the old one hears of it.
    await act(services, handle, updateRecipe, { recipe, revision: 2, steps: second });
    const named = await act(services, handle, updateRecipe, { recipe, revision: 2, name: "Neat" });
    expect(named).toMatchObject({ name: "Neat", revision: 3 });
    const change = db.execute(
      sql`update recipe_revision set digest = 'x' where recipe_id = ${recipe}`,
    );
    await expect(change).rejects.toMatchObject({ cause: { message: /append-only/ } });
  });

  it("come a page at a time", async () => {
    const { handle, recipe } = await twoRevisions();
    const page = await act(services, handle, listRevisions, { recipe, limit: 1 });
    expect([page.revisions[0]?.number, page.next]).toEqual([2, 2]);
    const rest = await act(services, handle, listRevisions, { recipe, limit: 1, before: 2 });
    expect([rest.revisions[0]?.number, rest.next]).toEqual([1, null]);
  });

  it("of two who save at once the second is refused", async () => {
    const { handle, recipe } = await twoRevisions();
    const save = (min: number) =>
      act(services, handle, updateRecipe, {
        ...{ recipe, revision: 2, steps: [{ step: "length", params: { min } }] },
      });
    const both = await Promise.allSettled([save(3), save(4)]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const { revisions } = await act(services, handle, listRevisions, { recipe });
    expect(revisions.map((one) => one.number)).toEqual([3, 2, 1]);
  });

  it("are compared step by step, both ways", async () => {
    const { handle, recipe } = await twoRevisions();
    const { steps } = await act(services, handle, diffRevisions, { recipe, from: 1, to: 2 });
    expect(steps.map((one) => [one.change, one.step])).toEqual([
      ["removed", "html"],
      ["changed", "length"],
      ["added", "unicode"],
    ]);
    expect(steps[1]?.params).toEqual([
      { name: "min", was: 20, now: 2 },
      { name: "max", now: 9000 },
    ]);
    const back = await act(services, handle, diffRevisions, { recipe, from: 2, to: 1 });
    expect(back.steps.map((one) => one.change)).toContain("added");
    await expect(
      act(services, handle, diffRevisions, { recipe, from: 1, to: 3 }),
    ).rejects.toMatchObject({ code: "not_found", message: /revisions 1 to 2/ });
  });

  it("are restored as new ones", async () => {
    const { handle, recipe } = await twoRevisions();
    const made = await act(services, handle, restoreRevision, { recipe, number: 1, revision: 2 });
    expect(made.revision).toBe(3);
    const { revisions } = await act(services, handle, listRevisions, { recipe });
    expect(revisions[0]).toMatchObject({ number: 3, restoredFrom: 1, steps: revisions[2]?.steps });
    const stale = act(services, handle, restoreRevision, { recipe, number: 2, revision: 2 });
    await expect(stale).rejects.toMatchObject({ code: "conflict" });
    // What stands there already makes none.
    const same = await act(services, handle, restoreRevision, { recipe, number: 3 });
    expect(same.revision).toBe(3);
  });

  it("are named by the runs that ran them, an older one when it is asked for", async () => {
    const { handle, recipe } = await twoRevisions();
    const imported = await importText(services, handle, chatLines(4));
    const dataset = Number(imported.result?.datasetId);
    const newest = await act(services, handle, runRecipe, { dataset, recipe });
    const older = await act(services, handle, runRecipe, { dataset, recipe, revision: 1 });
    const done = [await runJob(services, newest.run), await runJob(services, older.run)];
    expect(done.map((one) => one.state)).toEqual(["succeeded", "succeeded"]);
    expect(done.map((one) => one.input)).toEqual([
      expect.objectContaining({ recipeId: recipe, revision: 2 }),
      expect.objectContaining({ recipeId: recipe, revision: 1, recipe: "Tidy" }),
    ]);
    const gone = act(services, handle, runRecipe, { dataset, recipe, revision: 9 });
    await expect(gone).rejects.toMatchObject({ code: "not_found" });
    // A run keeps its steps when its recipe goes, with all revisions.
    await act(services, handle, deleteRecipe, { recipe });
    const [left] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from recipe_revision where recipe_id = ${recipe}`,
    );
    expect(left?.n).toBe(0);
  });
});

describe("a recipe as YAML", () => {
  it("comes back with the same steps and the same text", async () => {
    const { handle, recipe } = await twoRevisions();
    const stranger = await makeHandle(services);
    for (const revision of [1, 2]) {
      const { yaml, ...rest } = await act(services, handle, exportRecipe, { recipe, revision });
      expect(rest).toEqual({ name: "Tidy", revision });
      const name = `Tidy ${revision}`;
      const made = await act(services, stranger, importRecipe, { yaml, name });
      const { revisions } = await act(services, handle, listRevisions, { recipe });
      const original = revisions.find((one) => one.number === revision);
      expect([made.steps, made.digest]).toEqual([original?.steps, original?.digest]);
      const again = await act(services, stranger, exportRecipe, { recipe: made.id });
      expect(again.yaml).toBe(yaml.replace("name: Tidy", `name: ${name}`));
    }
  });

  it("of a name that is taken is refused, or is the next revision", async () => {
    const { handle, recipe } = await twoRevisions();
    const { yaml } = await act(services, handle, exportRecipe, { recipe, revision: 1 });
    await expect(act(services, handle, importRecipe, { yaml })).rejects.toMatchObject({
      code: "conflict",
    });
    const made = await act(services, handle, importRecipe, { yaml, replace: true });
    expect(made).toMatchObject({ id: recipe, revision: 3 });
    const again = await act(services, handle, importRecipe, { yaml, replace: true });
    expect(again.revision).toBe(3);
  });

  it.each([
    ["an unknown step", "steps:\n  - step: nope\n", /^Line 4: unknown step “nope”/],
    ["an unknown key", "stpes: []\n", /^Line 3: unknown key “stpes”/],
    ["an alias", "steps:\n  - &a {step: html}\n  - *a\n", /^Line [45]: an a/],
  ])("with %s is refused with its line, and nothing is saved", async (_, rest, message) => {
    const handle = await makeHandle(services);
    const yaml = `format: assay.recipe/1\nname: Bad\n${rest}`;
    await expect(act(services, handle, importRecipe, { yaml })).rejects.toMatchObject({
      code: "invalid_input",
      message,
    });
    expect((await act(services, handle, listRecipes, {})).recipes).toEqual([]);
  });
});

describe("at the door", () => {
  const people: Record<string, Awaited<ReturnType<typeof makePerson>>> = {};
  let handle: Awaited<ReturnType<typeof makeHandle>>;
  let recipe: number;
  const yaml = "format: assay.recipe/1\nname: File\nsteps:\n  - step: html\n";

  beforeAll(async () => {
    const owner = await makePerson(services, { email: "owner@example.test" });
    const place = await makeProject(services, { slug: "clean", owner });
    const viewer = await makePerson(services, { email: "viewer@example.test" });
    await addMember(services, place, viewer, "viewer");
    const stranger = await makePerson(services, { email: "stranger@example.test" });
    await makeProject(services, { slug: "elsewhere", owner: stranger });
    Object.assign(people, { owner, viewer, stranger });
    handle = await makeHandle(services, { project: place, user: owner });
    recipe = (await act(services, handle, createRecipe, { name: "Tidy", steps: first })).id;
  });

  it("a viewer reads revisions and files, and neither restores nor imports", async () => {
    const address = `/projects/clean/recipes/${recipe}`;
    for (const path of ["/revisions", "/diff?from=1&to=1", "/yaml"]) {
      const answer = await request(services, people.viewer, `GET ${address}${path}`);
      expect(answer.status, path).toBe(200);
    }
    for (const [line, body] of [
      [`POST ${address}/restore`, { number: 1 }],
      ["POST /projects/clean/recipes/import", { yaml }],
    ] as const) {
      expect((await request(services, people.viewer, line, body)).status, line).toBe(403);
    }
  });

  it("another project's people find none of it, also not by its id in their own project", async () => {
    for (const slug of ["clean", "elsewhere"]) {
      const address = `/projects/${slug}/recipes/${recipe}`;
      for (const path of ["", "/revisions", "/diff?from=1&to=1", "/yaml"]) {
        const line = `GET ${address}${path}`;
        expect((await request(services, people.stranger, line)).status, line).toBe(404);
      }
      const restore = `POST ${address}/restore`;
      expect((await request(services, people.stranger, restore, { number: 1 })).status).toBe(404);
    }
    expect((await act(services, handle, readRecipe, { recipe })).revision).toBe(1);
  });

  it("a huge file is refused without being read", async () => {
    const line = "POST /projects/clean/recipes/import";
    const long = await request(services, people.owner, line, { yaml: "[".repeat(100_000) });
    expect([long.status, long.body.error.message]).toEqual([
      422,
      expect.stringMatching(/^Line 1: the file is longer than 60 kB/),
    ]);
    const longer = await request(services, people.owner, line, { yaml: "#".repeat(500_000) });
    expect(longer.status).toBe(422);
  });
});

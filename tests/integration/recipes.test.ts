import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { lastCleaned } from "#db/queries/recipes.ts";
import { dataset, finding } from "#db/schema/datasets.ts";
import { removeRows, tagRows } from "#lib/datasets/change-rows.ts";
import { editConversation } from "#lib/datasets/edit-conversation.ts";
import { undoVersion } from "#lib/datasets/go-back.ts";
import { readConversation } from "#lib/datasets/read-conversation.ts";
import { diffVersions } from "#lib/datasets/read-versions.ts";
import type { StepReport } from "#lib/datasets/recipe-report.ts";
import {
  createRecipe,
  deleteRecipe,
  listRecipes,
  listSteps,
  readRecipe,
  updateRecipe,
} from "#lib/datasets/recipes.ts";
import { previewRecipe, runRecipe } from "#lib/datasets/run-recipe.ts";
import { act, chatBody, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

const line = (question: string, answer: string) =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  });

/** 1 plain, 2 HTML, 3 mail address, 4 German, 5 twin of 1 but for case, 6 too short. */
const dirty = [
  line(
    "When does the shop in the old harbour open on a Monday morning?",
    "It opens at nine in the morning.",
  ),
  line("How do I pay for the <b>rental</b> bike?", "<p>You pay by card</p><p>or in cash.</p>"),
  line(
    "Please write to jo.smith@example.com about my order of last week.",
    "We have sent you a letter about it.",
  ),
  line(
    "Wann öffnet der Laden am Hafen am Montag in der Frühe?",
    "Er öffnet um neun Uhr und schließt um sechs Uhr am Abend.",
  ),
  line(
    "WHEN does the shop in the old harbour open on a monday morning",
    "It opens at nine in the morning",
  ),
  line("Hm?", "Yes."),
].join("\n");

const everything = [
  { step: "html" },
  { step: "unicode" },
  { step: "pii", params: { mode: "find" } },
  { step: "language", params: { keep: ["en"], minConfidence: 0.2 } },
  { step: "duplicates" },
  { step: "length", params: { min: 20 } },
];

async function filled(text = dirty): Promise<{ handle: ProjectHandle; id: number; ids: number[] }> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, text);
  const id = Number(done.result?.datasetId);
  return { handle, id, ids: await rowIds(handle, id) };
}

async function start(handle: ProjectHandle, id: number, steps: typeof everything = everything) {
  const recipe = await act(services, handle, createRecipe, { name: "Clean up", steps });
  const { run } = await act(services, handle, runRecipe, { dataset: id, recipe: recipe.id });
  return { run, recipe };
}

/** What a version holds, whatever the ids: sorted hashes with tags. */
async function contentOf(id: number): Promise<string> {
  const rows = await services.database.db.execute<{ hash: string; tags: string[] }>(sql`
    select c.hash, m.tags from membership m join conversation c on c.id = m.conversation_id
    where m.dataset_id = ${id} and m.removed_in is null order by c.hash`);
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
}

describe("a recipe run", () => {
  it("makes one version and says for each step what it changed", async () => {
    const { handle, id, ids } = await filled();
    const { run, recipe } = await start(handle, id);
    const done = await runJob(services, run);
    expect(done.state).toBe("succeeded");
    expect(done).toMatchObject({ done: 6, total: 6 });
    expect(await lastCleaned(handle, recipe.id)).toBe(id);
    expect(await lastCleaned(handle, recipe.id + 1)).toBeUndefined();
    expect(await lastCleaned(await makeHandle(services), recipe.id)).toBeUndefined();
    expect(done.result).toMatchObject({
      version: 2,
      rows: 6,
      changed: 1,
      dropped: 3,
      merged: 0,
      skipped: 0,
      findings: 1,
    });
    const steps = done.result?.steps as StepReport[];
    expect(
      steps.map((one) => [one.step, one.rows, one.changed, one.dropped, one.findings]),
    ).toEqual([
      ["html", 6, 1, 0, 0],
      ["unicode", 6, 0, 0, 0],
      ["pii", 6, 0, 0, 1],
      ["language", 6, 0, 1, 0],
      ["duplicates", 5, 0, 1, 0],
      ["length", 4, 0, 1, 0],
    ]);
    expect(steps[2]?.counts).toEqual({ email: 1 });
    expect(steps[4]?.reasons).toEqual({ duplicate: 1 });

    // The first of two twins stays, and the cleaned text takes its row's place.
    const now = await rowIds(handle, id);
    expect(now.slice(0, 2)).toEqual([ids[0], ids[2]]);
    expect(now).toHaveLength(3);
    const diff = await act(services, handle, diffVersions, { dataset: id, from: 1, to: 2 });
    expect(diff.counts).toEqual({ added: 0, removed: 3, edited: 1, tags: 0 });
    const cleaned = await act(services, handle, readConversation, {
      dataset: id,
      conversation: now[2] ?? 0,
    });
    expect(cleaned.derivedFrom).toBe(ids[1]);
    expect(JSON.stringify(cleaned.body)).not.toContain("<p>");
    const found = await act(services, handle, readConversation, {
      dataset: id,
      conversation: ids[2] ?? 0,
    });
    const [mail] = found.findings;
    expect(mail).toMatchObject({ check: "pii", kind: "email", node: 0 });
    const text = String(found.body?.root.content);
    expect(text.slice(mail?.start, mail?.end)).toBe("jo.smith@example.com");
    expect(found.lang).toBe("en");
  });

  it("changes nothing when it runs again, and finds nothing twice", async () => {
    const { handle, id } = await filled();
    const { run, recipe } = await start(handle, id);
    await runJob(services, run);
    const before = await contentOf(id);
    const again = await act(services, handle, runRecipe, { dataset: id, recipe: recipe.name });
    const done = await runJob(services, again.run);
    expect(done.result).toMatchObject({ version: 2, changed: 0, dropped: 0, findings: 0 });
    expect(await contentOf(id)).toBe(before);
    const findings = await services.database.db
      .select()
      .from(finding)
      .where(eq(finding.projectId, handle.projectId));
    expect(findings).toHaveLength(1);
  });

  it("comes to the same end when its worker is stopped in between", async () => {
    const many = Array.from({ length: 1200 }, (_, n) =>
      line(
        `Question   ${n % 700} about the shop at the harbour`,
        `<p>Answer ${n % 700}</p><p>ok</p>`,
      ),
    ).join("\n");
    const steps = [{ step: "html" }, { step: "unicode" }, { step: "duplicates" }];
    const whole = await filled(many);
    const straight = await start(whole.handle, whole.id, steps);
    const expected = await runJob(services, straight.run);

    const cut = await filled(many);
    const { run } = await start(cut.handle, cut.id, steps);
    const shutdown = new AbortController();
    const first = runJob(services, run, shutdown.signal);
    const watch = setInterval(async () => {
      const [row] = await services.database.db.execute<{ done: number }>(
        sql`select done::int as done from run where id = ${run}`,
      );
      if ((row?.done ?? 0) > 0) shutdown.abort();
    }, 3);
    const stopped = await first;
    clearInterval(watch);
    expect(stopped).toMatchObject({ state: "queued" });
    const [middle] = await services.database.db
      .select()
      .from(dataset)
      .where(eq(dataset.id, cut.id));
    expect(middle?.headVersion).toBe(1);
    const done = await runJob(services, run);
    const figures = ({ result }: typeof done) => ({ ...result, dataset: "", datasetId: 0 });
    expect(figures(done)).toEqual(figures(expected));
    expect(await contentOf(cut.id)).toBe(await contentOf(whole.id));
  });

  it("leaves rows alone that somebody changed while it ran, keeps tags, and can be undone", async () => {
    const { handle, id, ids } = await filled();
    const [first = 0, second = 0] = ids;
    await act(services, handle, tagRows, { dataset: id, filter: { ids: [second] }, add: ["mine"] });
    const { run } = await start(handle, id, [
      { step: "html" },
      { step: "length", params: { min: 20 } },
    ]);
    await act(services, handle, editConversation, {
      dataset: id,
      conversation: first,
      body: chatBody("When do you open?", "At nine o'clock in the morning."),
    });
    await act(services, handle, removeRows, { dataset: id, filter: { ids: ids.slice(5) } });
    const before = await contentOf(id);
    const done = await runJob(services, run);
    expect(done.result).toMatchObject({ version: 5, changed: 1, dropped: 0, skipped: 1 });
    const cleaned = await act(services, handle, readConversation, {
      dataset: id,
      conversation: (await rowIds(handle, id)).at(-1) ?? 0,
    });
    expect(cleaned.tags).toEqual(["mine"]);
    await act(services, handle, undoVersion, { dataset: id, version: 5 });
    expect(await contentOf(id)).toBe(before);
  });

  it("merges texts that become the same", async () => {
    const { handle, id } = await filled(
      [line("Where are you?", "At  the harbour."), line("Where are you?", "At the harbour.")].join(
        "\n",
      ),
    );
    const { run } = await start(handle, id, [{ step: "unicode" }]);
    const done = await runJob(services, run);
    expect(done.result).toMatchObject({ changed: 1, merged: 1, dropped: 0 });
    expect(await rowIds(handle, id)).toHaveLength(1);
    const [row] = await services.database.db.select().from(dataset).where(eq(dataset.id, id));
    expect(row?.headCount).toBe(1);
  });

  it("is refused for an empty selection", async () => {
    const { handle, id } = await filled();
    const recipe = await act(services, handle, createRecipe, { name: "x", steps: everything });
    const none = act(services, handle, runRecipe, {
      dataset: id,
      recipe: recipe.id,
      filter: { text: "nowhere" },
    });
    await expect(none).rejects.toMatchObject({ code: "precondition_failed" });
  });
});

describe("a preview", () => {
  it("shows before and after on real rows and writes nothing", async () => {
    const { handle, id } = await filled();
    const counts = () =>
      services.database.db.execute(sql`
        select (select count(*) from conversation) c, (select count(*) from finding) f,
          (select count(*) from recipe_row) r, (select count(*) from run) n, (select max(head_version) from dataset) v`);
    const before = await counts();
    const shown = await act(services, handle, previewRecipe, { dataset: id, steps: everything });
    expect(shown.rows).toBe(6);
    expect(shown.examples.map((one) => one.outcome)).toEqual([
      "changed",
      "same",
      "dropped",
      "dropped",
      "dropped",
    ]);
    expect(shown.examples.map((one) => one.droppedBy?.reason ?? null)).toEqual([
      null,
      null,
      "other_language",
      "duplicate",
      "too_short",
    ]);
    expect(await counts()).toEqual(before);
  });
});

describe("recipes", () => {
  it("are made, changed and deleted; a lost update is refused", async () => {
    const handle = await makeHandle(services);
    const made = await act(services, handle, createRecipe, { name: "Tidy", steps: everything });
    expect(made.steps[4]).toEqual({
      step: "duplicates",
      params: { mode: "normalised", scope: "conversation" },
    });
    await expect(
      act(services, handle, createRecipe, { name: "Tidy", steps: everything }),
    ).rejects.toMatchObject({ code: "conflict" });
    const change = () =>
      act(services, handle, updateRecipe, {
        recipe: made.id,
        revision: 1,
        steps: [{ step: "unicode" }],
      });
    const results = await Promise.allSettled([change(), change()]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await act(services, handle, readRecipe, { recipe: "Tidy" })).toMatchObject({
      revision: 2,
    });
    await act(services, handle, deleteRecipe, { recipe: made.id });
    expect((await act(services, handle, listRecipes, {})).recipes).toEqual([]);
  });

  it("name each parameter that does not fit", async () => {
    const handle = await makeHandle(services);
    const bad = act(services, handle, createRecipe, {
      name: "Bad",
      steps: [
        { step: "length", params: { min: -1 } },
        { step: "language", params: { keep: "en" } },
      ],
    });
    await expect(bad).rejects.toMatchObject({
      code: "invalid_input",
      issues: [
        expect.objectContaining({ path: "steps.0.params.min" }),
        expect.objectContaining({ path: "steps.1.params.keep" }),
      ],
    });
    const unknown = act(services, handle, createRecipe, { name: "Bad", steps: [{ step: "nope" }] });
    await expect(unknown).rejects.toMatchObject({ code: "invalid_input" });
    expect((await act(services, handle, listRecipes, {})).recipes).toEqual([]);
  });

  it("of another project are not found", async () => {
    const { handle, id } = await filled();
    const stranger = await makeHandle(services);
    const theirs = await act(services, stranger, createRecipe, {
      name: "Theirs",
      steps: everything,
    });
    const run = act(services, handle, runRecipe, { dataset: id, recipe: theirs.id });
    await expect(run).rejects.toMatchObject({ code: "not_found" });
  });

  it("tell a page how to ask for their parameters", async () => {
    const handle = await makeHandle(services);
    const { steps } = await act(services, handle, listSteps, {});
    expect(steps.map((one) => one.id)).toContain("pii");
    const pii = steps.find((one) => one.id === "pii");
    expect(pii?.schema).toMatchObject({
      type: "object",
      properties: { mode: { enum: ["find", "redact"], default: "find" } },
    });
  });
});

import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { listNearDuplicateClusters } from "#lib/datasets/list-near-duplicates.ts";
import type { StepReport } from "#lib/datasets/recipe-report.ts";
import { createRecipe } from "#lib/datasets/recipes.ts";
import { previewRecipe, runRecipe } from "#lib/datasets/run-recipe.ts";
import { seededRandom } from "#lib/near-duplicates/hash.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();

type Steps = { step: string; params?: Record<string, unknown> }[];
type Chat = { texts: string[]; system?: string; time?: string };

const lines = (chats: readonly Chat[]) =>
  chats
    .map(({ texts, system, time }) =>
      JSON.stringify({
        ...(time ? { timestamp: time } : {}),
        messages: [
          ...(system ? [{ role: "system", content: system }] : []),
          ...texts.map((content, at) => ({ role: at % 2 ? "assistant" : "user", content })),
        ],
      }),
    )
    .join("\n");

const harbour = "When does the small shop in the old harbour open on a Monday morning in winter?";
const rental =
  "How do I bring back the rental bike that I took from the railway station on Friday?";
/** 0, 1 and 2 are alike (1 has more turns, 2 is the longest and newest), 3 and 5 are, 4 is alone. */
const chats: Chat[] = [
  { texts: [harbour, "It opens at nine in the morning."], time: "2024-01-01T00:00:00Z" },
  {
    texts: [harbour, "It opens at nine in the morning!", "Thanks", "Bye"],
    time: "2024-01-02T00:00:00Z",
  },
  {
    texts: [`Hello. ${harbour} I come by the ferry.`, "It opens at nine in the morning."],
    time: "2024-01-03T00:00:00Z",
  },
  { texts: [rental, "Leave it in front of the shop."] },
  { texts: ["Is there a toilet on the ferry?", "Yes, on the lower deck."] },
  { texts: [`<p>${rental}</p>`, "<p>Leave it in front of our little shop.</p>"] },
];

async function filled(given: readonly Chat[] = chats) {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, lines(given));
  const id = Number(done.result?.datasetId);
  return { handle, id, ids: await rowIds(handle, id) };
}

async function clean(handle: ProjectHandle, id: number, steps: Steps) {
  const recipe = await act(services, handle, createRecipe, { name: "Alike", steps });
  const { run } = await act(services, handle, runRecipe, { dataset: id, recipe: recipe.id });
  return run;
}

const stepsOf = ({ result }: Awaited<ReturnType<typeof runJob>>) =>
  (result?.steps ?? []) as StepReport[];

async function clustersOf(handle: ProjectHandle, run: number, limit = 50) {
  const pages = [];
  for (let after: string | undefined; ; ) {
    const page = await act(services, handle, listNearDuplicateClusters, {
      run,
      limit,
      ...(after ? { after } : {}),
    });
    pages.push(page);
    if (page.next === null) return pages;
    after = page.next;
  }
}

describe("the near-duplicates step", () => {
  it("keeps one of each cluster, says so in the report and shows what went for what", async () => {
    const { handle, id, ids } = await filled();
    const run = await clean(handle, id, [{ step: "html" }, { step: "near-duplicates" }]);
    const done = await runJob(services, run);
    expect(done.state).toBe("succeeded");
    expect(done.result).toMatchObject({ rows: 6, dropped: 3 });
    const [, step] = stepsOf(done);
    expect(step).toMatchObject({ rows: 6, dropped: 3, reasons: { near_duplicate: 3 } });
    expect(step?.counts.clusters).toBe(2);
    expect(await rowIds(handle, id)).toEqual([ids[0], ids[3], ids[4]]);

    const [page, ...more] = await clustersOf(handle, run);
    expect(more).toEqual([]);
    const shown = page?.clusters.map(({ kept, total, dropped }) => [
      kept.conversation,
      total,
      dropped.map((one) => one.conversation),
    ]);
    expect(shown).toEqual([
      [ids[0], 2, [ids[1], ids[2]]],
      [ids[3], 1, [ids[5]]],
    ]);
    expect(page?.clusters[0]?.kept.text).toContain("old harbour");
    for (const { similarity } of page?.clusters.flatMap((one) => one.dropped) ?? []) {
      expect(similarity).toBeGreaterThanOrEqual(0.5);
      expect(similarity).toBeLessThan(1);
    }
    // A page of one row: the first cluster goes on on the second.
    const single = await clustersOf(handle, run, 1);
    expect(single.map(({ clusters }) => clusters[0]?.dropped[0]?.conversation)).toEqual([
      ids[1],
      ids[2],
      ids[5],
    ]);
    expect(single.map(({ clusters }) => clusters[0]?.total)).toEqual([2, 2, 1]);
  });

  it.each([
    ["first", [0, 3]],
    ["longest", [2, 5]],
    ["most-turns", [1, 5]],
    ["newest", [2, 5]],
  ])("keeps by the rule %s", async (keeps, kept) => {
    const { handle, id, ids } = await filled();
    const run = await clean(handle, id, [
      { step: "html" },
      { step: "near-duplicates", params: { keeps } },
    ]);
    await runJob(services, run);
    const [page] = await clustersOf(handle, run);
    const names = page?.clusters.map((one) => ids.indexOf(one.kept.conversation));
    expect(names?.sort()).toEqual(kept);
  });

  it("compares what the steps before it leave, and no system message", async () => {
    const system = "You are the assistant of a shop. ".repeat(20);
    const { handle, id } = await filled(
      chats.slice(3, 5).map((chat) => ({ ...chat, system: `${system}${chat.texts.length}` })),
    );
    const apart = await runJob(services, await clean(handle, id, [{ step: "near-duplicates" }]));
    expect(apart.result).toMatchObject({ dropped: 0 });

    const short = await filled();
    const run = await clean(short.handle, short.id, [
      { step: "turns", params: { max: 2 } },
      { step: "near-duplicates", params: { threshold: 0.9 } },
    ]);
    const [, step] = stepsOf(await runJob(services, run));
    expect(step).toMatchObject({ rows: 5, dropped: 0, counts: { clusters: 0 } });
  });

  it("stands twice in a recipe, each with its own threshold", async () => {
    const { handle, id } = await filled();
    const run = await clean(handle, id, [
      { step: "near-duplicates", params: { threshold: 0.95 } },
      { step: "near-duplicates" },
    ]);
    const [strict, wide] = stepsOf(await runJob(services, run));
    expect(strict).toMatchObject({ rows: 6, dropped: 0 });
    expect(wide?.dropped).toBeGreaterThanOrEqual(2);
  });

  it("works on the rows of a preview and names what would stay", async () => {
    const { handle, id, ids } = await filled();
    const shown = await act(services, handle, previewRecipe, {
      dataset: id,
      steps: [{ step: "html" }, { step: "near-duplicates" }],
    });
    expect(shown.steps[1]).toMatchObject({ dropped: 3, counts: { clusters: 2 } });
    const gone = shown.examples.filter((one) => one.outcome === "dropped");
    expect(gone.map((one) => one.droppedBy?.instead?.conversation)).toEqual([
      ids[0],
      ids[0],
      ids[3],
    ]);
    const staged = await services.database.db.execute(
      sql`select 1 from recipe_row where conversation_id = any(array[${ids[1]}, ${ids[2]}]::bigint[])`,
    );
    expect(staged).toHaveLength(0);
  });

  it("shows no words of what was erased since", async () => {
    const { handle, id, ids } = await filled();
    const run = await clean(handle, id, [{ step: "near-duplicates" }]);
    await runJob(services, run);
    await act(services, handle, eraseConversation, { conversation: ids[0] ?? 0 });
    const [page] = await clustersOf(handle, run);
    expect(page?.clusters[0]?.kept).toEqual({ conversation: ids[0], text: null });
  });

  it("refuses a threshold below one half, and a run that cleaned nothing has no clusters", async () => {
    const { handle } = await filled();
    const loose = act(services, handle, createRecipe, {
      name: "Loose",
      steps: [{ step: "near-duplicates", params: { threshold: 0.4 } }],
    });
    await expect(loose).rejects.toMatchObject({
      code: "invalid_input",
      issues: [expect.objectContaining({ path: "steps.0.params.threshold" })],
    });
    const imported = await importText(services, handle, lines(chats.slice(0, 1)));
    const none = await act(services, handle, listNearDuplicateClusters, { run: imported.id });
    expect(none).toEqual({ clusters: [], next: null });
  });
});

/** 900 chats of words of their own; each third text is a near copy of an earlier one. */
function manyChats(): Chat[] {
  const random = seededRandom(7);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const word = () => Array.from({ length: 6 }, () => letters[Math.floor(random() * 26)]).join("");
  const made: string[][] = [];
  return Array.from({ length: 900 }, (_, n) => {
    const words =
      n % 3 === 2
        ? (made[Math.floor(random() * made.length)] ?? []).with(0, word())
        : Array.from({ length: 24 }, word);
    made.push(words);
    return { texts: [words.join(" "), "ok"] };
  });
}

it("comes to the same end when its worker is stopped in between", async () => {
  const steps = [{ step: "unicode" }, { step: "near-duplicates", params: { keeps: "longest" } }];
  const many = manyChats();
  const outcomeOf = async (handle: ProjectHandle, run: number, ids: readonly number[]) =>
    (await clustersOf(handle, run, 200)).flatMap(({ clusters }) =>
      clusters.flatMap(({ kept, dropped }) =>
        dropped.map((one) => [
          ids.indexOf(kept.conversation),
          ids.indexOf(one.conversation),
          one.similarity,
        ]),
      ),
    );
  const whole = await filled(many);
  const straight = await clean(whole.handle, whole.id, steps);
  const expected = await runJob(services, straight);
  expect(expected.result).toMatchObject({ rows: 900, dropped: 300 });

  const cut = await filled(many);
  const run = await clean(cut.handle, cut.id, steps);
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
  expect(Number(stopped.done)).toBeGreaterThan(0);
  const done = await runJob(services, run);
  const figures = ({ result }: typeof done) => ({ ...result, dataset: "", datasetId: 0 });
  expect(figures(done)).toEqual(figures(expected));
  expect(await outcomeOf(cut.handle, run, cut.ids)).toEqual(
    await outcomeOf(whole.handle, straight, whole.ids),
  );
});

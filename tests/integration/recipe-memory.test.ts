import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { forgetOldMemories } from "#db/queries/recipe-memory.ts";
import { removeRows } from "#lib/datasets/change-rows.ts";
import { editConversation } from "#lib/datasets/edit-conversation.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { undoVersion } from "#lib/datasets/go-back.ts";
import { readConversation } from "#lib/datasets/read-conversation.ts";
import { createRecipe } from "#lib/datasets/recipes.ts";
import { runRecipe } from "#lib/datasets/run-recipe.ts";
import { asAssayError } from "#lib/errors.ts";
import { act, chatBody, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;

const line = (question: string) =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: "We open at nine in the morning." },
    ],
  });
const steps = [
  { step: "html" },
  { step: "duplicates" },
  { step: "pii", params: { mode: "find" } },
  { step: "length", params: { min: 45 } },
];

type World = { handle: ProjectHandle; dataset: number; recipe: number };

async function makeWorld(
  questions: readonly string[],
  given: typeof steps = steps,
): Promise<World> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, questions.map(line).join("\n"));
  const recipe = await act(services, handle, createRecipe, { name: "Clean up", steps: given });
  return { handle, dataset: Number(done.result?.datasetId), recipe: recipe.id };
}

async function clean({ handle, dataset, recipe }: World, again = false) {
  const { run } = await act(services, handle, runRecipe, { dataset, recipe, again });
  const { state, result } = await runJob(services, run);
  expect(state).toBe("succeeded");
  return result as Record<string, number>;
}

/** Texts and findings of the newest version, without ids. */
async function contentOf({ dataset }: World) {
  return db.execute(sql`
    select c.hash, array(select f.kind || f.start from finding f where f.conversation_id = c.id order by 1) as findings
    from membership m join conversation c on c.id = m.conversation_id
    where m.dataset_id = ${dataset} and m.removed_in is null order by c.hash`);
}

const known = async ({ handle }: World) => {
  const [row] = await db.execute<{ n: number }>(sql`select count(*)::int as n from recipe_known k
    join recipe_memory r on r.id = k.memory_id where r.project_id = ${handle.projectId}`);
  return row?.n;
};

const question = (n: number) => `Question number ${n} about the rental of bikes?`;
const plain = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => question(from + n));

describe("rows that came out of a recipe unchanged", () => {
  it("are not read again: the next run reads what came since, and what the last one made", async () => {
    const world = await makeWorld([
      ...plain(10),
      "How do I <b>pay</b> for the rental of a bike?",
      "Hm?",
    ]);
    expect(await clean(world)).toMatchObject({ rows: 12, known: 0, changed: 1, dropped: 1 });
    expect(await clean(world)).toMatchObject({ rows: 11, known: 10, changed: 0, dropped: 0 });
    expect(await clean(world)).toMatchObject({ rows: 11, known: 11 });
    await importText(services, world.handle, plain(3, 10).map(line).join("\n"));
    const third = await clean(world);
    expect(third).toMatchObject({ rows: 14, known: 11 });
    expect((third.steps as unknown as { rows: number }[])[0]?.rows).toBe(3);
    expect(await clean(world, true)).toMatchObject({ rows: 14, known: 0 });
  });

  it("are read when an equal text came before them, so the first of two stays as ever", async () => {
    const world = await makeWorld([question(1), question(2)]);
    const [first] = await rowIds(world.handle, world.dataset);
    await act(services, world.handle, removeRows, {
      ...{ dataset: world.dataset, filter: { ids: [first ?? 0] }, expected: 1 },
    });
    // A later twin of the first, but for its case.
    await importText(services, world.handle, line(question(1).toUpperCase()));
    await clean(world);
    await act(services, world.handle, undoVersion, { dataset: world.dataset, version: 2 });
    expect(await rowIds(world.handle, world.dataset)).toHaveLength(3);
    expect(await clean(world)).toMatchObject({ known: 1, dropped: 1 });
    expect((await rowIds(world.handle, world.dataset))[0]).toBe(first);
  });

  it("give the same version as reading all rows, whatever happened in between", async () => {
    const word = fc.constantFrom("one", "ONE", "two", "three <b>x</b>", "a@example.org", "four");
    const rows = fc.array(
      fc.tuple(word, word).map((two) => `About the rental: ${two.join(" and ")}`),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    const move = fc.oneof(
      fc.record({ kind: fc.constant("import" as const), rows }),
      fc.record({ kind: fc.constant("remove" as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant("edit" as const), at: fc.nat(20), text: word }),
      fc.record({ kind: fc.constant("undo" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.array(move, { minLength: 1, maxLength: 4 }),
        async (first, moves) => {
          const [knowing, reading] = [await makeWorld(first), await makeWorld(first)];
          for (const one of [undefined, ...moves]) {
            for (const world of [knowing, reading]) {
              if (one) await change(world, one);
              const { length } = await rowIds(world.handle, world.dataset);
              if (length > 0) await clean(world, world === reading);
            }
            expect(await contentOf(knowing)).toEqual(await contentOf(reading));
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it("are known to their project and their steps alone", async () => {
    const [world, other] = [await makeWorld(plain(4)), await makeWorld(plain(4))];
    await clean(world);
    expect(await clean(other)).toMatchObject({ known: 0 });
    const longer = await act(services, world.handle, createRecipe, {
      ...{ name: "Longer", steps: [...steps.slice(0, 3), { step: "length", params: { min: 46 } }] },
    });
    expect(await clean({ ...world, recipe: longer.id })).toMatchObject({ known: 0 });
  });

  it("are all read where rows are compared with each other", async () => {
    const world = await makeWorld(plain(5), [{ step: "near-duplicates", params: {} }] as never);
    await clean(world);
    expect(await clean(world)).toMatchObject({ known: 0 });
    expect(await known(world)).toBe(0);
  });

  it("are forgotten with an erased text, and when no run asked for a month", async () => {
    const world = await makeWorld(plain(4));
    await clean(world);
    const [first] = await rowIds(world.handle, world.dataset);
    await act(services, world.handle, eraseConversation, { conversation: first ?? 0 });
    expect(await known(world)).toBe(3);
    await forgetOldMemories(db);
    expect(await known(world)).toBe(3);
    await db.execute(sql`update recipe_memory set used_at = now() - interval '31 days'
      where project_id = ${world.handle.projectId}`);
    await forgetOldMemories(db);
    expect(await known(world)).toBe(0);
  });
});

type Move =
  | { kind: "import"; rows: string[] }
  | { kind: "remove"; at: number }
  | { kind: "edit"; at: number; text: string }
  | { kind: "undo" };

/** The same change in any project: rows are named by their place. */
async function change({ handle, dataset }: World, move: Move): Promise<void> {
  if (move.kind === "import") {
    await importText(services, handle, move.rows.map(line).join("\n"));
    return;
  }
  if (move.kind === "undo") {
    const [row] = await db.execute<{ version: number }>(
      sql`select head_version as version from dataset where id = ${dataset}`,
    );
    await act(services, handle, undoVersion, { dataset, version: row?.version ?? 1 });
    return;
  }
  const ids = await rowIds(handle, dataset);
  const id = ids[move.at % Math.max(ids.length, 1)];
  if (id === undefined) return;
  if (move.kind === "remove") {
    await act(services, handle, removeRows, { dataset, filter: { ids: [id] }, expected: 1 });
    return;
  }
  const body = chatBody(`About the rental of many bikes: ${move.text}`, "We open at nine.");
  const now = await act(services, handle, readConversation, { dataset, conversation: id });
  expect(now.addedIn).toBeGreaterThan(0);
  // An edit that changes nothing is refused, and one to what another row says.
  if (now.body?.root.content === body.root.content) return;
  const edit = { dataset, conversation: id, body } as never;
  await act(services, handle, editConversation, edit).catch((thrown) => {
    if (asAssayError(thrown).code !== "conflict") throw thrown;
  });
}

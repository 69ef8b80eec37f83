import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { createRecipe } from "#lib/datasets/recipes.ts";
import { runRecipe } from "#lib/datasets/run-recipe.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { act, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { killOften } from "#tests/setup/kill-often.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";
import { madeChats } from "../../benchmarks/datasets/made-chats.ts";

const services = await testServices();

/** 3,000 chats with bad lines, exact twins and things for a recipe to change among them. */
const lines = madeChats(7)
  .take(3000)
  .map((line, n) => {
    if (n % 500 === 499) return "{broken\n";
    if (n % 50 === 49) return line.replace("0: ", `write to rider${n}@example.org or <b>call</b> `);
    return n % 70 === 69 ? `{"messages":[{"role":"user","content":"Twin ${n % 3}"}]}\n` : line;
  })
  .toArray()
  .join("");

/** Everything an import or a recipe writes, without ids: texts, tags, provenance, findings, versions. */
async function contentOf({ db }: ProjectHandle, dataset: number): Promise<string> {
  const whole = createHash("sha256");
  const parts = [
    sql`select c.hash, c.lang, c.tokens, m.tags, m.added_in, m.removed_in from membership m
      join conversation c on c.id = m.conversation_id where m.dataset_id = ${dataset} order by 1, 5`,
    sql`select s.digest, o.record_number, c.hash from occurrence o join source s on s.id = o.source_id
      join conversation c on c.id = o.conversation_id join membership m on m.conversation_id = c.id and m.dataset_id = ${dataset}
      order by 1, 2, 3`,
    sql`select distinct c.hash, f.node_hash, f."check", f.kind, f.start, f."end", f.confidence from finding f
      join conversation c on c.id = f.conversation_id join membership m on m.conversation_id = c.id and m.dataset_id = ${dataset}
      order by 1, 2, 3, 5`,
    sql`select number, act, added, removed, total from dataset_version where dataset_id = ${dataset} order by 1`,
  ];
  for (const part of parts) whole.update(JSON.stringify(await db.execute(part)));
  return whole.digest("hex");
}

const resultOf = (done: { state: string; result: Record<string, unknown> | null }) => {
  const { datasetId, version, ...counts } = done.result ?? {};
  expect(done.state).toBe("succeeded");
  return { dataset: Number(datasetId), counts };
};

const undisturbed = await makeHandle(services);
const imported = resultOf(await importText(services, undisturbed, lines));

const steps = [
  { step: "html" },
  { step: "pii", params: { mode: "redact" } },
  { step: "duplicates" },
  { step: "length", params: { min: 40 } },
];

async function startRecipe(handle: ProjectHandle, dataset: number): Promise<number> {
  const recipe = await act(services, handle, createRecipe, { name: "Clean up", steps });
  return (await act(services, handle, runRecipe, { dataset, recipe: recipe.id })).run;
}

describe("killed with signal 9 again and again, at random instants", () => {
  it("an import ends with what the undisturbed one wrote, and the next one of the file adds nothing", async () => {
    const handle = await makeHandle(services);
    const source = await placeUpload(services, handle, "chats.jsonl", lines);
    const { run } = await act(services, handle, startImport, { source, dataset: "chats" });
    const died = await killOften(services, run, { kills: 5, withinMs: 250 });
    expect(died).toBeGreaterThanOrEqual(3);
    const { dataset, counts } = resultOf(await runJob(services, run));
    expect(counts).toEqual(imported.counts);
    expect(await contentOf(handle, dataset)).toBe(await contentOf(undisturbed, imported.dataset));
    const again = resultOf(await importText(services, handle, lines));
    expect(again.counts).toMatchObject({ added: 0 });
  });

  it("a recipe ends with what the undisturbed one made", async () => {
    const whole = resultOf(
      await runJob(services, await startRecipe(undisturbed, imported.dataset)),
    );
    expect(whole.counts).toMatchObject({ rows: imported.counts.added });
    const handle = await makeHandle(services);
    const { dataset } = resultOf(await importText(services, handle, lines));
    const run = await startRecipe(handle, dataset);
    const died = await killOften(services, run, { kills: 5, withinMs: 250 });
    expect(died).toBeGreaterThanOrEqual(3);
    const done = resultOf(await runJob(services, run));
    expect(done.counts).toEqual(whole.counts);
    expect(await contentOf(handle, dataset)).toBe(await contentOf(undisturbed, imported.dataset));
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProjectHandle } from "#db/handle.ts";
import { source } from "#db/schema/datasets.ts";
import { createRecipe } from "#lib/datasets/recipes.ts";
import { runRecipe } from "#lib/datasets/run-recipe.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import type { Services } from "#lib/services.ts";
import { act } from "#tests/setup/datasets.ts";
import { killOften } from "#tests/setup/kill-often.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { withInstance } from "../datasets/database.ts";
import { sourceFile } from "../datasets/import.ts";
import { writeChats } from "./chats-file.ts";
import { numberFlag } from "./world.ts";

/**
 * An import of `--rows=1000000` and a recipe over them, each killed with signal 9 `--kills=20` times at random instants
 * within `--within=6000` ms of a worker's beginning, against the same undisturbed: texts, provenance and versions must
 * be the same.
 */
const rows = numberFlag("rows", 1_000_000);
const kills = numberFlag("kills", 20);
const withinMs = numberFlag("within", 6000);
const steps = [
  { step: "unicode" },
  { step: "pii", params: { mode: "redact" } },
  { step: "duplicates" },
  { step: "length", params: { min: 400 } },
];

const folder = mkdtempSync(join(tmpdir(), "assay-kills-"));
const file = join(folder, "chats.jsonl");
const kept = await writeChats(file, rows);

/** Everything without ids, of the newest version and of all provenance. */
async function contentOf({ database: { sql } }: Services): Promise<string> {
  const [row] = await sql<{ content: string }[]>`
    select (select md5(string_agg(c.hash || coalesce(c.lang, '') || c.tokens, '' order by c.hash)) from membership m
        join conversation c on c.id = m.conversation_id where m.removed_in is null)
      || (select md5(string_agg(o.record_number || c.hash, '' order by o.record_number)) from occurrence o
        join conversation c on c.id = o.conversation_id)
      || (select string_agg(number || ' ' || added || ' ' || removed || ' ' || total, ', ' order by number) from dataset_version)
      as content`;
  return row?.content ?? "";
}

type Deed = (run: number) => Promise<{ died: number; seconds: number }>;

async function bothRuns(services: Services, handle: ProjectHandle, finish: Deed) {
  await copyFile(file, sourceFile(services, kept.digest));
  const [placed] = await handle.db
    .insert(source)
    .values({ projectId: handle.projectId, fileName: "chats.jsonl", ...kept })
    .returning({ id: source.id });
  const started = await act(services, handle, startImport, {
    source: placed?.id ?? 0,
    dataset: "chats",
  });
  const imported = { ...(await finish(started.run)), content: await contentOf(services) };
  await services.database.sql`vacuum analyze`;
  const recipe = await act(services, handle, createRecipe, { name: "Clean up", steps });
  const cleaning = await act(services, handle, runRecipe, { dataset: "chats", recipe: recipe.id });
  const cleaned = { ...(await finish(cleaning.run)), content: await contentOf(services) };
  return { imported, cleaned };
}

/** Runs it to its end in this process; throws what its last attempt ended with. */
async function toTheEnd(services: Services, run: number): Promise<void> {
  const done = await runJob(services, run);
  if (done.state !== "succeeded") throw new Error(`run ${run} ${done.state}: ${done.errorMessage}`);
}

const world = (disturbed: boolean) =>
  withInstance((services, handle, postgresUrl) =>
    bothRuns(services, handle, async (run) => {
      const from = performance.now();
      const given = { ...services, postgresUrl, logged: [] };
      const died = disturbed ? await killOften(given, run, { kills, withinMs }) : 0;
      await toTheEnd(services, run);
      return { died, seconds: Math.round((performance.now() - from) / 1000) };
    }),
  );

const whole = await world(false);
console.log(`undisturbed: import ${whole.imported.seconds} s, recipe ${whole.cleaned.seconds} s`);
const killed = await world(true);
rmSync(folder, { recursive: true, force: true });
const result = {
  rows,
  import: { ...killed.imported, same: killed.imported.content === whole.imported.content },
  recipe: { ...killed.cleaned, same: killed.cleaned.content === whole.cleaned.content },
};
console.log(JSON.stringify(result, null, 2));
if (!result.import.same || !result.recipe.same) process.exitCode = 1;

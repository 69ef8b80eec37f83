import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { run } from "#db/schema/runs.ts";
import { sweepJobs } from "#lib/datasets/ray/sweep-jobs.ts";
import { createRecipe } from "#lib/datasets/recipes.ts";
import { runRecipe } from "#lib/datasets/run-recipe.ts";
import { cancelRun } from "#lib/runs/read-runs.ts";
import { act, importText } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { rayReady, startRay, type TestCluster, withoutRay } from "#tests/setup/ray-cluster.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { startTestDispatch } from "#tests/setup/test-worker.ts";

const services = await testServices();
const { db } = services.database;

const chat = (...texts: string[]) =>
  JSON.stringify({
    messages: texts.map((content, at) => ({ role: at % 2 ? "assistant" : "user", content })),
  });

const streets = ["harbour", "mill", "station", "church", "market", "river", "castle"];
const things = ["bicycle", "kettle", "lantern", "umbrella", "sleeping bag", "camping stove"];

/** Rows of every kind that a step looks for, `count` in all. The order matters: twins come long after the first. */
function madeRows(count: number): string {
  return Array.from({ length: count }, (_, n) => {
    const street = streets[n % streets.length];
    const thing = things[n % things.length];
    const plain = `Do you still sell the ${thing} number ${n} in the shop in ${street} street, and what does it cost?`;
    const story = `Our shop in ${street} street repairs every ${thing} that was bought there within two years. Bring it along with the receipt, and we look at it while you wait. Case ${Math.floor(n / 23)} was much the same.`;
    switch (n % 23) {
      case 3:
        return chat(`Please <b>call</b> me&nbsp;back about the ${thing} ${n}`, "<p>We will.</p>");
      case 5:
        return chat(
          `Write to rider${n}@example.org or +44 20 7946 0${100 + (n % 900)} about it.`,
          "Gladly done.",
        );
      case 7:
        return chat(
          "Wann öffnet der Laden am Hafen am Montag in der Frühe, bitte?",
          `Er öffnet um neun Uhr und schließt um ${n} Uhr am Abend, wie an jedem Tag.`,
        );
      case 9:
        return chat(`Do you open on Sunday ${n % 69}?`, "Yes, from ten until four o'clock.");
      case 10:
        return chat(`DO YOU open on sunday ${n % 69}`, "yes, from ten until four o'clock");
      case 12:
        return chat(`Tell me about repairs, please (${n}).`, story);
      case 13:
        return chat(`Tell me about repairs, please (${n}).`, `${story} Thank you.`);
      case 15:
        return chat("Hm?", `${n}`);
      case 17:
        return chat(`A line\u2028that breaks ${n}\u0000 and \u{1F6B2} tabs\tthere`, "   ");
      default:
        return chat(plain, `Yes, the ${thing} number ${n} is ${10 + (n % 90)} euros.`);
    }
  }).join("\n");
}

const everything = [
  { step: "html" },
  { step: "unicode" },
  { step: "pii", params: { mode: "redact" } },
  { step: "language", params: { keep: ["en"], minConfidence: 0.2 } },
  { step: "duplicates" },
  { step: "near-duplicates", params: { threshold: 0.7, keeps: "longest" } },
  { step: "duplicates", params: { scope: "prompt" } },
  { step: "pii", params: { mode: "find" } },
  { step: "length", params: { min: 20 } },
  { step: "turns" },
];
const alone = [{ step: "html" }, { step: "pii" }, { step: "duplicates" }, { step: "length" }];

type Steps = typeof everything;
type World = { handle: ProjectHandle; dataset: number; recipe: number };

async function makeWorld(rows: string, steps: Steps | typeof alone): Promise<World> {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, rows);
  const recipe = await act(services, handle, createRecipe, { name: "Clean up", steps });
  return { handle, dataset: Number(done.result?.datasetId), recipe: recipe.id };
}

const start = async ({ handle, dataset, recipe }: World, on: "here" | "ray") =>
  (await act(services, handle, runRecipe, { dataset, recipe, on })).run;

/** All that a recipe writes, without ids: texts, tags, languages, findings, what was dropped for what, versions. */
async function contentOf({ dataset }: World): Promise<string> {
  const whole = createHash("sha256");
  for (const part of [
    sql`select c.hash, c.body, c.lang, c.tokens, c.normal_hash, m.tags, m.added_in, m.removed_in from membership m
      join conversation c on c.id = m.conversation_id where m.dataset_id = ${dataset} order by c.hash, m.added_in`,
    sql`select distinct c.hash, f.node_hash, f."check", f.kind, f.start, f."end", f.confidence, f.detector from finding f
      join conversation c on c.id = f.conversation_id join membership m on m.conversation_id = c.id and m.dataset_id = ${dataset}
      order by 1, 2, 3, 5, 4`,
    sql`select c.hash, r.step, r.reason, r.similarity, k.hash as kept, n.hash as result from recipe_row r
      join conversation c on c.id = r.conversation_id join membership m on m.conversation_id = c.id and m.dataset_id = ${dataset}
      left join conversation k on k.id = r.kept_id left join conversation n on n.id = r.result_id order by 1, 2`,
    sql`select number, act, added, removed, total from dataset_version where dataset_id = ${dataset} order by 1`,
  ]) {
    whole.update(JSON.stringify(await db.execute(part)));
  }
  return whole.digest("hex");
}

/** What a run says, without where it ran. */
function reportOf(done: Awaited<ReturnType<typeof runJob>>) {
  expect(done.errorMessage).toBeNull();
  expect(done.state).toBe("succeeded");
  const { datasetId: _id, on, job, parts, nodes, ...report } = done.result ?? {};
  return { report, where: { on, job, parts, nodes } };
}

/** The run row once `is` holds for it. */
async function until(runId: number, is: (row: typeof run.$inferSelect) => boolean) {
  for (;;) {
    const [row] = await db.select().from(run).where(eq(run.id, runId));
    if (row && is(row)) return row;
    await pause(100);
  }
}

/** The run in a worker of its own, which is killed once its job runs on the cluster. */
async function runUntilKilled(runId: number): Promise<string> {
  const { postgresUrl, dataDir, modelServerUrl } = services;
  const args = [
    oneRun,
    postgresUrl,
    dataDir,
    modelServerUrl,
    `${runId}`,
    "1",
    JSON.stringify(services.ray),
  ];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  const { checkpoint } = await until(runId, (row) => row.note.startsWith("On Ray: 0 of"));
  child.kill("SIGKILL");
  await ended;
  await db
    .update(run)
    .set({ leaseUntil: sql`now() - interval '1 minute'` })
    .where(eq(run.id, runId));
  await (await startTestDispatch(services)).stop();
  return (checkpoint as { ray: { job: string } }).ray.job;
}

const jobsOf = async () => {
  const answer = await fetch(`${cluster.url}/api/jobs/`);
  return (await answer.json()) as { submission_id: string; status: string }[];
};
const oneRun = fileURLToPath(new URL("../setup/one-run.ts", import.meta.url));
/** What lies in the shared folder of jobs that are over: nothing. */
const leftOver = () => readdir(join(cluster.store, "runs"));

let cluster: TestCluster;

describe.skipIf(!rayReady)(`a recipe on a Ray of two nodes (${withoutRay})`, () => {
  beforeAll(async () => {
    cluster = await startRay();
    services.ray = { url: cluster.url, store: cluster.store, token: undefined, node: undefined };
  }, 240_000);
  afterAll(async () => {
    await cluster?.stop();
  }, 60_000);

  it("makes the version and the report that it makes here, with steps that need no other row", async () => {
    const rows = madeRows(460);
    const [here, there] = [await makeWorld(rows, alone), await makeWorld(rows, alone)];
    const local = reportOf(await runJob(services, await start(here, "here")));
    const remote = reportOf(await runJob(services, await start(there, "ray")));
    expect(remote.report).toEqual(local.report);
    expect(await contentOf(there)).toBe(await contentOf(here));
    expect(remote.where).toMatchObject({ on: "ray", parts: 5, nodes: 2 });
    expect(await leftOver()).toEqual([]);
  }, 240_000);

  it("makes the same with steps that look at all rows, when its worker is killed, by one job", async () => {
    const rows = madeRows(460);
    const [here, there] = [await makeWorld(rows, everything), await makeWorld(rows, everything)];
    const local = reportOf(await runJob(services, await start(here, "here")));
    const id = await start(there, "ray");
    const job = await runUntilKilled(id);
    const done = await runJob(services, id);
    const remote = reportOf(done);
    expect(done.attempt).toBe(2);
    expect(remote.where.job).toBe(job);
    expect((await jobsOf()).filter((one) => one.submission_id.includes(`-${id}-`))).toHaveLength(1);
    expect(remote.report).toEqual(local.report);
    expect(await contentOf(there)).toBe(await contentOf(here));
    // Else nothing was compared: all of the first seven steps have something to do.
    const steps = local.report.steps as { step: string; dropped: number; changed: number }[];
    const idle = steps.slice(0, 7).filter((one) => one.dropped + one.changed === 0);
    expect(idle.map((one) => one.step)).toEqual([]);
  }, 240_000);

  it("stops the job when the run is cancelled, and leaves the dataset alone", async () => {
    const world = await makeWorld(madeRows(120), alone);
    const id = await start(world, "ray");
    const before = await contentOf(world);
    const running = runJob(services, id);
    await until(id, (row) => row.note.startsWith("On Ray: 0 of"));
    await act(services, world.handle, cancelRun, { run: id });
    expect(await running).toMatchObject({ state: "cancelled", result: null });
    const job = (await jobsOf()).find((one) => one.submission_id.includes(`-${id}-`));
    expect(job?.status).toBe("STOPPED");
    expect(await contentOf(world)).toBe(before);
    expect(await leftOver()).toEqual([]);
  }, 240_000);

  it("stops a job whose run was cancelled while no worker had it", async () => {
    const world = await makeWorld(madeRows(120), alone);
    const id = await start(world, "ray");
    const job = await runUntilKilled(id);
    expect(await sweepJobs(services)).toEqual([]);
    await act(services, world.handle, cancelRun, { run: id });
    expect(await sweepJobs(services)).toEqual([job]);
    expect((await jobsOf()).find((one) => one.submission_id === job)?.status).toBe("STOPPED");
    expect(await leftOver()).toEqual([]);
  }, 240_000);

  it("fails with the last words of a job that failed, and leaves the dataset alone", async () => {
    const world = await makeWorld(madeRows(60), alone);
    const before = await contentOf(world);
    const good = services.ray;
    services.ray = { ...good, node: "/nowhere/node" } as typeof good;
    const done = await runJob(services, await start(world, "ray"));
    services.ray = good;
    expect(done).toMatchObject({ state: "failed", errorCode: "precondition_failed" });
    expect(done.errorMessage).toMatch(
      /^The Ray job assay-\w+-\d+-1 failed\. The dataset is as it was; /,
    );
    expect(done.errorMessage).toContain("No such file or directory: '/nowhere/node'");
    expect(await contentOf(world)).toBe(before);
    expect(await leftOver()).toEqual([]);
  }, 240_000);
});

it("a recipe is refused for Ray where no cluster is set up", async () => {
  const world = await makeWorld(madeRows(5), alone);
  const none = { ...services, ray: undefined };
  const asked = act(none, world.handle, runRecipe, {
    dataset: world.dataset,
    recipe: world.recipe,
    on: "ray",
  });
  await expect(asked).rejects.toThrow(/^No Ray cluster is set up here, so nothing was started\. /);
  expect(await db.select().from(run).where(eq(run.projectId, world.handle.projectId))).toHaveLength(
    1,
  );
});

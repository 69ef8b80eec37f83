import { eq } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { run } from "#db/schema/runs.ts";
import { defineJob, type JobContext } from "#jobs/job.ts";
import { startRun } from "#lib/runs/start-run.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { noRedis, startRedis } from "#tests/setup/redis.ts";
import { testServices } from "#tests/setup/services.ts";
import { startTestDispatch, startTestWorker } from "#tests/setup/test-worker.ts";

const services = await testServices();
const { db, sql: client } = services.database;
const handle = await makeHandle(services);

/** What the job does, by the name in its run's input; `started` counts executions by run. */
const deeds: Record<string, (context: JobContext) => Promise<void>> = {
  quick: async () => {},
  untilStopped: ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
};
const started = new Map<number, number>();
const job = defineJob({
  kind: "bulk",
  act: "dataset.write",
  input: z.object({ deed: z.string() }),
  retry: [0, 0],
  run: async (context, { deed }) => {
    started.set(context.run.id, (started.get(context.run.id) ?? 0) + 1);
    await deeds[deed]?.(context);
    await context.run.succeed(db, { attempt: context.run.run.attempt });
  },
});

const newRun = (deed = "quick", device: "cpu" | "gpu" = "cpu") => ({
  kind: "bulk" as const,
  title: deed,
  input: { deed },
  unit: "rows",
  needs: { device, memoryMb: 1 },
});

async function readRun(id: number) {
  const [row] = await db.select().from(run).where(eq(run.id, id));
  if (!row) throw new Error(`no run ${id}`);
  return row;
}

/** The run once it is as `wanted` says. */
async function untilRun(id: number, wanted: Partial<Awaited<ReturnType<typeof readRun>>>) {
  return expect
    .poll(() => readRun(id), { timeout: 15_000, interval: 50 })
    .toMatchObject(wanted)
    .then(() => readRun(id));
}

/** Empties the queue's own tables, whatever they are. */
async function truncateQueue() {
  const tables = await client<{ name: string }[]>`
    select quote_ident(table_name) as name from information_schema.tables
    where table_schema = 'bullmq' and table_type = 'BASE TABLE' and table_name <> 'migration'`;
  for (const { name } of tables) await client.unsafe(`truncate bullmq.${name} cascade`);
}

const open: { stop(): Promise<void> }[] = [];
async function start<T extends { stop(): Promise<void> }>(thing: T | Promise<T>): Promise<T> {
  const one = await thing;
  open.unshift(one);
  return one;
}

const redisName = noRedis ? `Redis (skipped: ${noRedis})` : "Redis";
for (const place of ["Postgres", redisName]) {
  describe.skipIf(place === redisName && noRedis)(`the queue on ${place}`, async () => {
    const redis = place === redisName && !noRedis ? await startRedis() : undefined;
    const loseQueue = redis ? redis.flush : truncateQueue;
    afterEach(async () => {
      for (const one of open.splice(0)) await one.stop();
      await client`delete from run`;
      await loseQueue();
    });
    afterAll(() => redis?.stop());

    describe("the outbox", () => {
      it("runs what was committed, and hears of it at once", async () => {
        await start(startTestDispatch(services, redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        const before = Date.now();
        const id = await handle.transaction((tx) => startRun(tx, newRun()));
        await untilRun(id, { state: "succeeded", result: { attempt: 1 } });
        // The sweep alone would take two seconds.
        expect(Date.now() - before).toBeLessThan(1900);
      });

      it("leaves nothing of a transaction that was rolled back", async () => {
        const { queues, tick } = await start(startTestDispatch(services, redis?.url));
        const act = handle.transaction(async (tx) => {
          await startRun(tx, newRun());
          throw new Error("the act failed");
        });
        await expect(act).rejects.toThrow("the act failed");
        await tick();
        expect(await db.select().from(run)).toEqual([]);
        expect(await queues.cpu.waiting()).toBe(0);
      });

      it("completes runs although the queue is lost entirely", async () => {
        const { queues } = await start(startTestDispatch(services, redis?.url));
        const ids = await Promise.all([1, 2, 3].map(() => startRun(handle, newRun())));
        await expect.poll(() => queues.cpu.waiting()).toBe(3);
        // The offer is noted after it was made: noted later than below, it is made again after 15 s only.
        const noted = async () =>
          Promise.all(ids.map(async (id) => (await readRun(id)).availableAt));
        await expect
          .poll(async () => (await noted()).every((at) => at > new Date(Date.now() + 1000)))
          .toBe(true);
        await loseQueue();
        expect(await queues.cpu.waiting()).toBe(0);
        await start(startTestWorker(services, [job], redis?.url));
        // What time would do: runs that nobody took are offered again after a while.
        await client`update run set available_at = now()`;
        for (const id of ids) await untilRun(id, { state: "succeeded" });
      });

      it("finds runs whose notification nobody heard", async () => {
        const id = await startRun(handle, newRun());
        await start(startTestDispatch(services, redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        await untilRun(id, { state: "succeeded" });
      });

      it("executes each run once, with several dispatchers and workers", async () => {
        await start(startTestDispatch(services, redis?.url));
        await start(startTestDispatch(services, redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        const ids = await Promise.all(Array.from({ length: 40 }, () => startRun(handle, newRun())));
        for (const id of ids) await untilRun(id, { state: "succeeded" });
        expect(ids.map((id) => started.get(id))).toEqual(ids.map(() => 1));
      });

      it("keeps work for a GPU away from a CPU worker", async () => {
        const { queues } = await start(startTestDispatch(services, redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        const id = await startRun(handle, newRun("quick", "gpu"));
        const plain = await startRun(handle, newRun());
        await untilRun(plain, { state: "succeeded" });
        expect(await readRun(id)).toMatchObject({ state: "queued" });
        expect(await queues.gpu.waiting()).toBe(1);
      });
    });

    describe("a worker that is told to stop", () => {
      it("hands its run back, and the next worker goes on", async () => {
        await start(startTestDispatch(services, redis?.url));
        const first = startTestWorker(services, [job], redis?.url);
        const id = await startRun(handle, newRun("untilStopped"));
        await untilRun(id, { state: "running" });
        await first.stop();
        expect(await readRun(id)).toMatchObject({ state: "queued", attempt: 2, leaseUntil: null });

        await db
          .update(run)
          .set({ input: { deed: "quick" } })
          .where(eq(run.id, id));
        await start(startTestWorker(services, [job], redis?.url));
        await untilRun(id, { state: "succeeded", result: { attempt: 2 } });
      });
    });

    describe("a cancel", () => {
      it("ends a queued run before it starts", async () => {
        const id = await startRun(handle, newRun());
        await client`update run set cancel_requested_at = now() where id = ${id}`;
        await start(startTestDispatch(services, redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        await untilRun(id, { state: "cancelled" });
        expect(started.get(id)).toBeUndefined();
      });

      it("stops a running one within seconds", async () => {
        await start(startTestDispatch(services, redis?.url));
        await start(startTestWorker(services, [job], redis?.url));
        const id = await startRun(handle, newRun("untilStopped"));
        await untilRun(id, { state: "running" });
        const before = Date.now();
        await client`update run set cancel_requested_at = now() where id = ${id}`;
        await untilRun(id, { state: "cancelled", attempt: 1 });
        expect(Date.now() - before).toBeLessThan(5000);
        expect((await readRun(id)).finishedAt).not.toBeNull();
      });
    });
  });
}

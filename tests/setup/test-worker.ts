import { randomUUID } from "node:crypto";
import { startDispatch } from "#jobs/dispatch.ts";
import type { Job } from "#jobs/job.ts";
import { openQueue, openWorker } from "#jobs/queue.ts";
import { runOne } from "#jobs/run-one.ts";
import type { TestServices } from "./services.ts";

/** The queue without anybody who works: dispatch offers, nobody takes. On Postgres, or on the Redis at `redisUrl`. */
export async function startTestDispatch(services: TestServices, redisUrl?: string) {
  const settings = { postgresUrl: services.postgresUrl, redisUrl };
  const queues = { cpu: await openQueue(settings, "cpu"), gpu: await openQueue(settings, "gpu") };
  const dispatch = await startDispatch(services.database, queues, (error) => {
    services.log.error({ err: error }, "dispatch");
  });
  return {
    queues,
    tick: dispatch.tick,
    stop: async () => {
      await dispatch.close();
      await Promise.all([queues.cpu.close(), queues.gpu.close()]);
    },
  };
}

/** A worker of `jobs` on the queue `cpu`, beside whoever dispatches. `stop()` is its SIGTERM. */
export function startTestWorker(services: TestServices, jobs: readonly Job[], redisUrl?: string) {
  const shutdown = new AbortController();
  const worker = openWorker(
    { postgresUrl: services.postgresUrl, redisUrl },
    "cpu",
    2,
    async (job) => {
      await runOne(services, jobs, job, randomUUID(), shutdown.signal);
    },
    (error) => services.log.error({ err: error }, "worker"),
  );
  return {
    stop: async () => {
      shutdown.abort();
      await worker.close();
    },
  };
}

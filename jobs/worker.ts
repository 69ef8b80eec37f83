import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { worker as workerTable } from "#db/schema/runs.ts";
import { env } from "#lib/env.ts";
import { listDevices } from "#lib/runs/devices.ts";
import { openServices, type Services } from "#lib/services.ts";
import { startDispatch } from "./dispatch.ts";
import { startDuties } from "./duties.ts";
import { startHealth } from "./health.ts";
import { jobs } from "./jobs.ts";
import { openQueue, openWorker, type QueueName } from "./queue.ts";
import { runOne } from "./run-one.ts";

/** Light runs (import, export, evaluation through the model server) may overlap; each waits on others most of the time. */
const concurrency: Record<QueueName, number> = { cpu: 3, gpu: 1 };

/** Starts dispatch and workers; `stop()` hands runs in hand back and resolves when nothing is left. */
export async function startWorker(
  services: Services,
  names: readonly QueueName[],
  postgresUrl: string,
  devices: readonly string[] = [],
  healthPort?: number,
) {
  const id = randomUUID();
  const settings = { postgresUrl, redisUrl: env().redisUrl };
  const shutdown = new AbortController();
  const onError = (error: unknown) => services.log.error({ err: error }, "queue");
  const queues = { cpu: await openQueue(settings, "cpu"), gpu: await openQueue(settings, "gpu") };
  const workers = names.map((name) =>
    openWorker(
      settings,
      name,
      concurrency[name],
      async (job) => {
        await runOne(services, jobs, job, id, shutdown.signal);
      },
      onError,
    ),
  );
  const presence = await announce(services, id, names, devices);
  const dispatch = await startDispatch(services.database, queues, onError);
  const clock = startDuties(services);
  const health = healthPort === undefined ? undefined : await startHealth(services, id, healthPort);
  services.log.info({ queues: names }, "worker ready");
  return {
    healthUrl: health?.url,
    stop: async () => {
      shutdown.abort();
      await health?.close();
      await dispatch.close();
      await clock.close();
      presence.end();
      await Promise.all(workers.map((one) => one.close()));
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
      await services.database.db.execute(sql`delete from worker where id = ${id}`);
      await services.database.close();
    },
  };
}

/** Keeps this worker's row fresh, so that Home can show which workers live. */
async function announce(
  services: Services,
  id: string,
  names: readonly QueueName[],
  devices: readonly string[],
) {
  const { db } = services.database;
  await db.execute(sql`delete from worker where seen_at < now() - interval '5 minutes'`);
  await db
    .insert(workerTable)
    .values({
      id,
      host: hostname(),
      pid: process.pid,
      role: "worker",
      queues: [...names],
      devices: [...devices],
    })
    .onConflictDoUpdate({
      target: [workerTable.host, workerTable.pid, workerTable.role],
      set: {
        id,
        queues: [...names],
        devices: [...devices],
        startedAt: new Date(),
        seenAt: new Date(),
      },
    });
  const timer = setInterval(() => {
    db.execute(sql`update worker set seen_at = now() where id = ${id}`).catch((error) =>
      services.log.error({ err: error }, "presence"),
    );
  }, 10_000);
  return { end: () => clearInterval(timer) };
}

if (import.meta.main) {
  const services = openServices("worker");
  const { requireRuntime } = await import("#lib/runtime.ts");
  const { values } = parseArgs({
    options: {
      queues: { type: "string", default: "cpu,gpu" },
      /** Of /healthz and /readyz; none when left out. */
      "health-port": { type: "string" },
    },
  });
  const devices = await listDevices();
  // A worker without a GPU leaves its runs to others; the page then says that nobody can take them.
  const queues = (["cpu", "gpu"] as const).filter(
    (name) => values.queues.split(",").includes(name) && (name === "cpu" || devices.length > 0),
  );
  const running = await startWorker(
    services,
    queues,
    requireRuntime(env().dataDir).databaseUrl,
    devices,
    values["health-port"] === undefined ? undefined : Number(values["health-port"]),
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      running.stop().then(
        () => process.exit(0),
        (error) => {
          services.log.error({ err: error }, "stop");
          process.exit(1);
        },
      );
    });
  }
}

import { statfs } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { defineOperation } from "../operation.ts";
import { findRuntime } from "../runtime.ts";
import type { Services } from "../services.ts";
import { answers } from "./answers.ts";
import { readTrainingState } from "./training-state.ts";

const output = z.object({
  state: z.enum(["ready", "degraded"]),
  url: z.string(),
  endpointUrl: z.string(),
  startedAt: z.string().nullable(),
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }),
  runs: z.object({ queued: z.number(), running: z.number(), failedToday: z.number() }),
  processes: z.array(z.object({ name: z.string(), pid: z.number().nullable(), state: z.string() })),
  training: z.object({ state: z.string(), message: z.string() }),
});

/** State of disk, queue and processes now. */
export async function statusOf(
  services: Pick<Services, "database" | "dataDir" | "publicUrl" | "endpointUrl">,
): Promise<z.output<typeof output>> {
  const runtime = findRuntime(services.dataDir);
  const disk = await statfs(services.dataDir);
  const [counts] = await services.database.db.execute<Record<string, number>>(sql`
    select count(*) filter (where state = 'queued')::int as queued,
      count(*) filter (where state = 'running')::int as running,
      count(*) filter (where state = 'failed' and finished_at > now() - interval '1 day')::int as failed_today
    from run`);
  const workers = await services.database.db.execute<{ pid: number; fresh: boolean }>(sql`
    select pid, seen_at > now() - interval '30 seconds' as fresh from worker where role = 'worker'`);
  const processes = await Promise.all(
    Object.entries(runtime?.processes ?? {}).map(async ([name, pid]) => ({
      name,
      pid,
      state: await stateOf(pid, runtime?.health[name]),
    })),
  );
  const healthy = processes.every((one) => one.state === "running") && workers.some((w) => w.fresh);
  return {
    state: healthy ? ("ready" as const) : ("degraded" as const),
    url: services.publicUrl,
    endpointUrl: services.endpointUrl,
    startedAt: runtime?.startedAt ?? null,
    disk: { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
    runs: {
      queued: counts?.queued ?? 0,
      running: counts?.running ?? 0,
      failedToday: counts?.failed_today ?? 0,
    },
    processes,
    training: readTrainingState(services.dataDir),
  };
}

/** How this instance does: disk, queue and processes, for an administrator's Home and `assay status`. */
export const readStatus = defineOperation({
  name: "status",
  summary: "Disk, queue and process state of this instance",
  method: "GET",
  path: "/status",
  input: z.strictObject({}),
  output,
  allow: { instance: "instance.status" },
  run: ({ services }) => statusOf(services),
});

/** A process that lives and does not answer is as good as none; the database has no address to ask. */
async function stateOf(pid: number, health: string | undefined): Promise<string> {
  if (!isAlive(pid)) return "stopped";
  return health === undefined || (await answers(health)) ? "running" : "not answering";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives, under another user.
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

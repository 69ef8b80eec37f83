import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { eq, sql } from "drizzle-orm";
import { run } from "#db/schema/runs.ts";
import type { TestServices } from "./services.ts";
import { startTestDispatch } from "./test-worker.ts";

const script = fileURLToPath(new URL("one-run.ts", import.meta.url));

/**
 * Runs a queued run in worker processes of their own, each killed with signal 9 at a random instant within `withinMs` of its
 * beginning, until `kills` have died in it or it has ended. Returns how many died while they had the run.
 */
export async function killOften(
  services: TestServices,
  runId: number,
  { kills, withinMs }: { kills: number; withinMs: number },
): Promise<number> {
  const { db } = services.database;
  const read = async () => {
    const [row] = await db.select().from(run).where(eq(run.id, runId));
    if (!row) throw new Error(`no run ${runId}`);
    return row;
  };
  let died = 0;
  while (died < kills) {
    const { state, attempt } = await read();
    if (state !== "queued") break;
    const { postgresUrl, dataDir, modelServerUrl } = services;
    const args = [script, postgresUrl, dataDir, modelServerUrl, `${runId}`, `${attempt}`];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    const ended = once(child, "exit");
    while ((await read()).state === "queued" && child.exitCode === null) await pause(5);
    await pause(Math.random() * withinMs);
    child.kill("SIGKILL");
    await ended;
    if ((await read()).state !== "running") break;
    died++;
    // Nobody heard of the death: the lease runs out, and dispatch offers the run to the next worker. How often it was in
    // vain is not counted: a busy machine may get nowhere in time, and a person would say “again”.
    await db
      .update(run)
      .set({ leaseUntil: sql`now() - interval '1 minute'`, fruitless: 0 })
      .where(eq(run.id, runId));
    await (await startTestDispatch(services)).stop();
  }
  return died;
}

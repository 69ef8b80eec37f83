import { setTimeout as sleep } from "node:timers/promises";
import { findRuntime } from "#lib/runtime.ts";
import { commandOf, send } from "./processes.ts";
import { roleArgs } from "./roles.ts";

/** Children notice a killed supervisor by themselves and drain; after this they are made to end. */
const patienceMs = 10_000;

/** Waits for, and in the end kills, the processes that a killed supervisor left. Postgres is cleaned at its own start. */
export async function endLeftovers(dataDir: string): Promise<void> {
  const pids = Object.values(findRuntime(dataDir)?.processes ?? {});
  const until = Date.now() + patienceMs;
  for (const pid of pids) {
    if (await isOurs(pid)) send(pid, "SIGTERM");
    while (await isOurs(pid)) {
      if (Date.now() > until) send(pid, "SIGKILL", true);
      await sleep(100);
    }
  }
}

/** A pid may have been given to another program since. */
async function isOurs(pid: number): Promise<boolean> {
  const command = await commandOf(pid);
  const marks = Object.values(roleArgs).map((args) => args[0]);
  return command !== undefined && marks.some((mark) => command.includes(mark));
}

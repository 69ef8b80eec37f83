import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { findFreePort } from "#app/_cli/supervisor/ports.ts";

const names = ["redis-server", "valkey-server"];
const program = names.find((name) => spawnSync(name, ["--version"]).status === 0);

/** Why tests on Redis are skipped here; undefined where they can run. */
export const noRedis = program ? undefined : `neither ${names.join(" nor ")} is installed`;

export type TestRedis = { url: string; flush(): Promise<void>; stop(): Promise<void> };

/** A Redis of one's own on a free port, with nothing in it. Throws when it does not answer within 10 s. */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "assay-redis-"));
  const port = await findFreePort();
  const settings = { port: String(port), bind: "127.0.0.1", dir: folder, save: "" };
  const args = Object.entries({ ...settings, "maxmemory-policy": "noeviction" }).flatMap(
    ([name, value]) => [`--${name}`, value],
  );
  const server = spawn(program ?? "redis-server", args, { stdio: "ignore" });
  const client = new Redis(port, "127.0.0.1", { retryStrategy: () => 50 });
  client.on("error", () => {});
  const answer = await Promise.race([client.ping(), sleep(10_000, "late")]);
  if (answer !== "PONG") {
    server.kill("SIGKILL");
    throw new Error("The test's Redis did not start.");
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    flush: async () => void (await client.flushall()),
    stop: async () => {
      client.disconnect();
      server.kill("SIGTERM");
      if (server.exitCode === null) await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startIndexServer } from "#app/_index/server.ts";
import { IndexClient } from "#db/index/client.ts";
import { Indexes } from "#db/index/indexes.ts";
import { createLogger, type Services } from "#lib/services.ts";

/** What the process used: processor seconds, and the most memory that was resident, in MB. */
export type Used = { cpuSeconds: number; residentMb: number };

/** The index in a process of its own, as an instance has it, so that what it takes is not counted as the import's. */
export async function startIndexProcess(services: Services, databaseUrl: string) {
  const token = services.secrets.internal;
  const folder = join(services.dataDir, "index");
  const child = fork(new URL(import.meta.url), [databaseUrl, folder, token]);
  const [url] = (await once(child, "message")) as [string];
  services.database.index = new IndexClient({ url, token });
  return {
    async close(): Promise<Used> {
      services.database.index?.close();
      delete services.database.index;
      child.send("end");
      const [used] = (await once(child, "message")) as [Used];
      await once(child, "exit");
      return used;
    },
  };
}

async function serve(databaseUrl: string, folder: string, token: string): Promise<void> {
  const log = createLogger("index");
  const indexes = new Indexes({
    databaseUrl,
    folder,
    log: (message, cause) => log.warn({ err: cause }, message),
    onFatal: (cause) => {
      throw cause;
    },
  });
  await indexes.start();
  const server = await startIndexServer({ port: 0, token, indexes, log });
  let residentMb = 0;
  const watch = setInterval(() => {
    residentMb = Math.max(residentMb, process.memoryUsage.rss() / 1e6);
  }, 50);
  process.send?.(server.url);
  await once(process, "message");
  clearInterval(watch);
  const { user, system } = process.cpuUsage();
  await server.close();
  await indexes.close();
  process.send?.({ cpuSeconds: (user + system) / 1e6, residentMb });
  process.disconnect?.();
}

if (import.meta.main) {
  const [databaseUrl = "", folder = "", token = ""] = process.argv.slice(2);
  await serve(databaseUrl, folder, token);
}

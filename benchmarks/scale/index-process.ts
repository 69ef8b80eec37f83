import { fork } from "node:child_process";
import { once } from "node:events";
import { IndexClient } from "#db/index/client.ts";
import { createLogger, type Services } from "#lib/services.ts";
import { type IndexPlace, indexPlace, serveIndex } from "./world.ts";

/** What the process used: processor seconds, and the most memory that was resident, in MB. */
export type Used = { cpuSeconds: number; residentMb: number };

/** The index in a process of its own, as an instance has it, so that what it takes is not counted as the import's. */
export async function startIndexProcess(services: Services, databaseUrl: string) {
  const place = indexPlace(services, databaseUrl);
  const child = fork(new URL(import.meta.url), [JSON.stringify(place)]);
  const [url] = (await once(child, "message")) as [string];
  services.database.index = new IndexClient({ url, token: place.token });
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

async function serve(place: IndexPlace): Promise<void> {
  const index = await serveIndex(place, createLogger("index"));
  let residentMb = 0;
  const watch = setInterval(() => {
    residentMb = Math.max(residentMb, process.memoryUsage.rss() / 1e6);
  }, 50);
  process.send?.(index.url);
  await once(process, "message");
  clearInterval(watch);
  const { user, system } = process.cpuUsage();
  await index.close();
  process.send?.({ cpuSeconds: (user + system) / 1e6, residentMb });
  process.disconnect?.();
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? "{}"));

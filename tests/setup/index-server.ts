import { join } from "node:path";
import { afterAll } from "vitest";
import { startIndexServer } from "#app/_index/server.ts";
import type { ProjectHandle } from "#db/handle.ts";
import { IndexClient } from "#db/index/client.ts";
import { Indexes } from "#db/index/indexes.ts";
import { folders } from "#lib/services.ts";
import type { TestServices } from "./services.ts";

/** The index of a test's instance as its process runs it; `services` asks it from then on. */
export async function startTestIndex(services: TestServices) {
  const logged: string[] = [];
  const start = async () => {
    const indexes = new Indexes({
      databaseUrl: services.postgresUrl,
      folder: folders(services.dataDir).index,
      log: (message, cause) =>
        logged.push(`${message} ${cause instanceof Error ? cause.message : ""}`),
      onFatal: (cause) => logged.push(`fatal ${cause.message}`),
    });
    await indexes.start();
    const { log } = services;
    const token = services.secrets.internal;
    const server = await startIndexServer({ port: 0, token, indexes, log });
    services.database.index = new IndexClient({ url: server.url, token });
    return { indexes, server };
  };
  let running: Awaited<ReturnType<typeof start>> | undefined = await start();
  const stop = async () => {
    services.database.index?.close();
    delete services.database.index;
    await running?.server.close();
    await running?.indexes.close();
    running = undefined;
  };
  afterAll(stop);
  return {
    logged,
    /** Where a project's files lie. */
    folder: (projectId: number) => join(folders(services.dataDir).index, String(projectId)),
    url: () => running?.server.url ?? "",
    settled: async () => running?.indexes.settled(),
    stop,
    start: async () => {
      running = await start();
    },
  };
}

/** The same right with no index beside the database. */
export function withoutIndex(handle: ProjectHandle): ProjectHandle {
  const { index: _, ...alone } = handle.database;
  const copy = Object.create(Object.getPrototypeOf(handle));
  return Object.assign(copy, handle, { database: alone });
}

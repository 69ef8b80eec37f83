import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Env } from "#lib/env.ts";
import { folders, type Services } from "#lib/services.ts";
import { answers } from "#lib/status/answers.ts";
import { type ChildOptions, startChild } from "./child-process.ts";
import { logsOf } from "./data-folder.ts";
import type { Part } from "./keep-running.ts";

/** Arguments after `node`, of each role that is a process of its own; also how a leftover one is recognised. */
export const roleArgs = {
  web: ["app/_web/main.ts"],
  endpoint: ["app/_endpoint/main.ts"],
  worker: ["jobs/worker.ts"],
  "model-server": ["models/server/main.ts"],
  index: ["app/_index/main.ts"],
} as const;
export type Role = keyof typeof roleArgs;

/**
 * Options of Node for a role. A worker that streams a large file would let garbage pile up to a multiple of what it
 * holds; collecting earlier keeps an import of any size under 512 MB (`npm run bench -- large-import`).
 */
export const nodeOptions: Record<Role, readonly string[]> = {
  // Requests make garbage that is dead a moment later; a larger nursery clears it away in fewer and shorter pauses.
  web: ["--max-semi-space-size=32"],
  endpoint: [],
  worker: ["--heap-growing-percent=30", "--max-semi-space-size=8"],
  "model-server": [],
  index: [],
};

/** How long each may drain. A page that listens for events never ends by itself; answers and runs do. */
const drainMs: Record<Role, number> = {
  web: 5_000,
  endpoint: 30_000,
  worker: 30_000,
  "model-server": 30_000,
  // It reads its files through once more, so that the next one knows them again.
  index: 30_000,
};

/** Where each process tells whether it can work. */
export const healthOf = (
  services: Services,
  settings: Env,
  workerPort: number,
  indexUrl: string,
): Record<Role, string> => ({
  "model-server": `${services.modelServerUrl}/readyz`,
  worker: `http://127.0.0.1:${workerPort}/readyz`,
  endpoint: `http://127.0.0.1:${settings.endpointPort}/readyz`,
  web: `http://127.0.0.1:${settings.port}/readyz`,
  index: `${indexUrl}/readyz`,
});

/** The processes of a running instance, in the order of their start. */
export function roleParts(services: Services, settings: Env, health: Record<Role, string>): Part[] {
  const part = (name: Role, more: string[]): Part => ({
    name,
    start: () => startChild(childOptions(name, more, settings)),
    ready: () => answers(health[name]),
  });
  const modelPort = Number(new URL(services.modelServerUrl).port);
  return [
    part("model-server", modelServerArgs(services, modelPort)),
    part("index", ["--port", new URL(health.index).port]),
    part("worker", ["--health-port", new URL(health.worker).port]),
    part("endpoint", []),
    part("web", webArgs(settings)),
  ];
}

export function childOptions(name: Role, more: string[], settings: Env): ChildOptions {
  return {
    args: [...nodeOptions[name], ...roleArgs[name], ...more],
    logFile: join(logsOf(settings.dataDir), `${name}.log`),
    drainMs: drainMs[name],
    settings,
  };
}

export const webArgs = (settings: Env) => ["-p", String(settings.port), "-H", settings.bindHost];

/** The token travels in a file: a command line can be read by every user of the machine. */
function modelServerArgs(services: Services, port: number): string[] {
  const file = join(services.dataDir, "model-server.json");
  const { artefacts } = folders(services.dataDir);
  const config = { port, token: services.secrets.internal, artefacts };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return ["--config", file];
}

import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { openDatabase } from "#db/client.ts";
import { AssayError } from "#lib/core/errors.ts";
import { type Env, env } from "#lib/env.ts";
import { clearRuntime, type Runtime, writeRuntime } from "#lib/runtime.ts";
import { loadSecrets } from "#lib/secrets.ts";
import type { Services } from "#lib/services.ts";
import { logsOf, prepareDataFolder, rotateLogs } from "./supervisor/data-folder.ts";
import { embeddedPart, ensureDatabase, prepareDatabase } from "./supervisor/database.ts";
import { checkAdminSettings, ensureFirstAdmin } from "./supervisor/first-admin.ts";
import { lockInstance } from "./supervisor/instance-lock.ts";
import { type Kept, keepRunning, type Part } from "./supervisor/keep-running.ts";
import { findFreePort, requireFreePort } from "./supervisor/ports.ts";
import { endLeftovers } from "./supervisor/predecessor.ts";
import { checkRedis } from "./supervisor/redis.ts";
import { healthOf, roleParts } from "./supervisor/roles.ts";
import { stopSignal } from "./supervisor/stop-signal.ts";
import { startTrainerInstall, trainingNotice } from "./supervisor/trainer.ts";

/** A cold start on a busy machine takes a few seconds; beyond this something is wrong. */
const readyMs = 120_000;
/** A process that ended this often before it ever answered will not start. */
const bootDeaths = 3;

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * The supervisor: starts everything, prints where it is, keeps it running, and drains it when asked to stop.
 * Resolves when nothing is left. Throws AssayError, with one sentence, when it cannot or should not start.
 */
export async function up(): Promise<void> {
  const settings = env();
  checkAdminSettings(settings);
  const halt = stopSignal();
  prepareDataFolder(settings.dataDir);
  const unlock = await lockInstance(settings.dataDir);
  const ends: (() => Promise<unknown>)[] = [];
  try {
    await boot(settings, halt, ends);
    await new Promise<void>((resolve) => {
      if (halt.aborted) resolve();
      halt.addEventListener("abort", () => resolve(), { once: true });
    });
  } catch (cause) {
    if (!halt.aborted) throw cause;
  } finally {
    await endAll(ends);
    clearRuntime(settings.dataDir);
    unlock();
  }
  say("Assay has stopped.");
}

/** The last started goes first: nothing loses what it still needs to drain. One that fails keeps no other from ending. */
async function endAll(ends: (() => Promise<unknown>)[]): Promise<void> {
  for (const end of ends.reverse()) {
    await end().catch((cause: unknown) => {
      process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    });
  }
}

async function boot(settings: Env, halt: AbortSignal, ends: (() => Promise<unknown>)[]) {
  await endLeftovers(settings.dataDir);
  await requireFreePort(settings.port, settings.bindHost, "ASSAY_PORT");
  await requireFreePort(settings.endpointPort, settings.bindHost, "ASSAY_ENDPOINT_PORT");
  if (settings.redisUrl) await checkRedis(settings.redisUrl);
  rotateLogs(settings.dataDir);

  const state = runtimeState(settings);
  const keep = async (part: Part) => {
    halt.throwIfAborted();
    return keepRunning(part, state);
  };
  const services = await openInstance(settings, state, keep, ends);
  const indexUrl = `http://127.0.0.1:${await findFreePort()}`;
  state.update({ indexUrl });
  const link = await ensureFirstAdmin(services, settings);

  const health = healthOf(services, settings, await findFreePort(), indexUrl);
  state.update({ health });
  const parts = roleParts(services, settings, health);
  const kept: Kept[] = [];
  // The model server outlives the others: they drain through it.
  ends.push(
    () => stopAll(kept.slice(0, 1)),
    () => stopAll(kept.slice(1)),
  );
  for (const part of parts) kept.push(await keep(part));
  const install = startTrainerInstall(settings);
  ends.push(install.stop);
  await Promise.all(parts.map((part, n) => untilReady(part, kept[n] as Kept, settings, halt)));

  say(`Assay is ready: ${settings.publicUrl}`);
  if (link) say(`Create the first administrator here (the link works once, for a day): ${link}`);
  if (isOpenHttp(settings)) {
    say(
      `Passwords travel unencrypted to ${settings.publicUrl}. Put a TLS proxy before it and set ASSAY_PUBLIC_URL to its https:// address.`,
    );
  }
  const notice = await trainingNotice(settings, install);
  if (notice) say(notice);
}

const isOpenHttp = ({ publicUrl, bindHost }: Env) =>
  publicUrl.startsWith("http:") && bindHost !== "127.0.0.1";

async function stopAll(kept: Kept[]): Promise<void> {
  await Promise.all(kept.map((one) => one.stop()));
}

type State = ReturnType<typeof runtimeState>;

/** runtime.json as it grows: children read the addresses from it, Home the processes. */
function runtimeState(settings: Env) {
  let runtime: Runtime = {
    supervisorPid: process.pid,
    databaseUrl: "",
    modelServerUrl: "",
    publicUrl: settings.publicUrl,
    endpointUrl: settings.endpointUrl,
    processes: {},
    health: {},
    startedAt: new Date().toISOString(),
  };
  const update = (change: Partial<Runtime>) => {
    runtime = { ...runtime, ...change };
    writeRuntime(settings.dataDir, runtime);
  };
  return {
    update,
    started: (name: string, pid: number) =>
      update({ processes: { ...runtime.processes, [name]: pid } }),
    ended: (name: string, how: string) =>
      say(
        `The ${name} process ended (${how}) and is started again; ${logsOf(settings.dataDir)}/${name}.log says why.`,
      ),
  };
}

/** The database, up to date, and the services of the supervisor itself. */
async function openInstance(
  settings: Env,
  state: State,
  keep: (part: Part) => Promise<Kept>,
  ends: (() => Promise<unknown>)[],
): Promise<Services> {
  const secrets = loadSecrets(settings.dataDir);
  let databaseUrl = settings.databaseUrl;
  if (!databaseUrl) {
    const { part, url, elsewhere } = await embeddedPart(settings.dataDir, secrets.database);
    if (elsewhere) say(`The database lies in ${elsewhere}, where its own user can reach it.`);
    const postgres = await keep(part);
    ends.push(postgres.stop);
    await ensureDatabase(url);
    databaseUrl = url;
  }
  await prepareDatabase(databaseUrl);
  const modelServerUrl = `http://127.0.0.1:${await findFreePort()}`;
  state.update({ databaseUrl, modelServerUrl });
  const database = openDatabase(databaseUrl, 2);
  ends.push(database.close);
  return {
    database,
    log: pino(
      { level: settings.logLevel },
      pino.destination(`${logsOf(settings.dataDir)}/supervisor.log`),
    ),
    secrets,
    dataDir: settings.dataDir,
    modelServerUrl,
    publicUrl: settings.publicUrl,
    endpointUrl: settings.endpointUrl,
  };
}

async function untilReady(part: Part, kept: Kept, settings: Env, halt: AbortSignal) {
  const until = Date.now() + readyMs;
  while (part.ready && !(await part.ready(kept.pid()))) {
    halt.throwIfAborted();
    if (kept.deaths() >= bootDeaths || Date.now() > until) {
      throw new AssayError(
        "unavailable",
        `The ${part.name} process does not start. Your data is kept; ${logsOf(settings.dataDir)}/${part.name}.log says why.`,
      );
    }
    await sleep(100);
  }
}

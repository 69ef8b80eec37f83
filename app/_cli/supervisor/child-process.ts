import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Env } from "#lib/env.ts";
import type { Running } from "./keep-running.ts";
import { send } from "./processes.ts";

export const projectRoot = fileURLToPath(new URL("../../..", import.meta.url));
const lifeline = fileURLToPath(new URL("../lifeline.ts", import.meta.url));

/** For what a crashed child had started itself and that did not notice. */
const leftoverMs = 5000;

export type ChildOptions = {
  /** Options of Node, the script relative to the project's folder, and its arguments. */
  args: string[];
  logFile: string;
  /** How long it may drain after SIGTERM. */
  drainMs: number;
  settings: Env;
};

/** Starts one Node process of ours in its own process group, with a channel that tells it when we are gone. */
export function startChild(options: ChildOptions): Running {
  const log = openSync(options.logFile, "a", 0o600);
  const child = spawn(process.execPath, ["--import", lifeline, ...options.args], {
    cwd: projectRoot,
    detached: true,
    env: childEnvironment(options.settings),
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const pid = child.pid ?? 0;
  const exited = new Promise<string>((resolve) => {
    child.once("error", (cause) => resolve(cause.message));
    child.once("exit", (code, signal) => {
      // What it started and did not take along.
      send(pid, "SIGTERM", true);
      setTimeout(() => send(pid, "SIGKILL", true), leftoverMs).unref();
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
  return {
    pid,
    exited,
    stop: async () => {
      send(pid, "SIGTERM");
      const timer = setTimeout(() => send(pid, "SIGKILL"), options.drainMs);
      await exited;
      clearTimeout(timer);
      send(pid, "SIGKILL", true);
    },
  };
}

/** Ours without what only the supervisor needs: children find the database in the data folder. */
function childEnvironment(settings: Env): NodeJS.ProcessEnv {
  const {
    DATABASE_URL: _database,
    ASSAY_ADMIN_PASSWORD: _password,
    ASSAY_API_KEY: _key,
    ...rest
  } = process.env;
  return { ...rest, ASSAY_DATA_DIR: settings.dataDir, NEXT_TELEMETRY_DISABLED: "1" };
}

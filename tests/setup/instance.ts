import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "#app/_cli/supervisor/ports.ts";
import { findRuntime, type Runtime } from "#lib/runtime.ts";
import { readLock } from "../../scripts/venv.mjs";

export const root = new URL("../..", import.meta.url).pathname;
const readyMs = 90_000;

/** A whole instance needs the built pages; `npm test` builds them first, and `npm run up`, too. */
export const pagesAreBuilt = existsSync(
  join(root, process.env.ASSAY_BUILD_DIR ?? ".next", "BUILD_ID"),
);

/** A place for one instance: a data folder and two ports of its own. */
export type Place = { dataDir: string; settings: Record<string, string>; remove(): void };

/** Settings of this shell must not reach the instance under test. */
function cleanEnvironment(): Record<string, string> {
  const mine =
    /^(ASSAY_(?!BUILD_DIR)|VITEST|NODE_|npm_)|^(DATABASE_URL|REDIS_URL|INIT_CWD|TEST|DEV|PROD|MODE)$/;
  const entries = Object.entries(process.env).filter(([name]) => !mine.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}

/** @param given settings of the instance; ASSAY_VENV_DIR defaults to one that needs no installing and cannot train. */
export async function makePlace(given: Record<string, string> = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "assay-instance-"));
  // As root, Postgres runs as another user, who must get in.
  chmodSync(folder, 0o711);
  const dataDir = join(folder, "data");
  const venv = join(folder, "venv");
  mkdirSync(venv);
  writeFileSync(join(venv, "assay-lock"), readLock().digest);
  const settings = {
    ASSAY_DATA_DIR: dataDir,
    ASSAY_PORT: String(await findFreePort()),
    ASSAY_ENDPOINT_PORT: String(await findFreePort()),
    ASSAY_VENV_DIR: venv,
    ...given,
  };
  return { dataDir, settings, remove: () => removePlace(folder, dataDir) };
}

/** The cluster may lie elsewhere, when Postgres' own user could not reach the data folder. */
function removePlace(folder: string, dataDir: string): void {
  const place = join(dataDir, "postgres.json");
  if (existsSync(place)) {
    rmSync(JSON.parse(readFileSync(place, "utf8")).folder, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

export type Command = { code: number | null; stdout: string; stderr: string };

/** Runs `assay <args>` to its end. */
export function assay(
  place: Pick<Place, "settings">,
  args: string[],
  more: Record<string, string> = {},
): Promise<Command> {
  const child = launch({ ...place.settings, ...more }, args);
  return new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function launch(settings: Record<string, string>, args: string[]): ChildProcess {
  return spawn(process.execPath, ["scripts/assay.mjs", ...args], {
    cwd: root,
    env: { ...cleanEnvironment(), ...settings } as NodeJS.ProcessEnv,
    // The channel ends with this process, and the instance with it.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

export type Instance = {
  place: Place;
  pid: number;
  url: string;
  endpointUrl: string;
  /** Everything it has printed so far. */
  output(): string;
  runtime(): Runtime;
  /** Sends a signal and waits for the end of the supervisor itself; returns its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Starts `assay up` and waits until it says that it is ready. Throws with what it printed. */
export async function startInstance(
  place: Place,
  more: Record<string, string> = {},
): Promise<Instance> {
  const child = launch({ ...place.settings, ...more }, ["up"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = Date.now() + readyMs;
  while (!output.includes("Assay is ready")) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill("SIGKILL");
      throw new Error(`The instance did not start. ${output}`);
    }
    await sleep(50);
  }
  return {
    place,
    pid: child.pid ?? 0,
    url: `http://localhost:${place.settings.ASSAY_PORT}`,
    endpointUrl: `http://localhost:${place.settings.ASSAY_ENDPOINT_PORT}`,
    output: () => output,
    runtime: () => {
      const runtime = findRuntime(place.dataDir);
      if (!runtime) throw new Error(`There is no runtime.json. ${output}`);
      return runtime;
    },
    end: (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : ") Z";
  return stat.split(") ").at(-1)?.[0] !== "Z";
}

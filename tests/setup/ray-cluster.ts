import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("ray-cluster.py", import.meta.url));

/** Where `npm test` installs Ray; another folder by ASSAY_RAY_VENV_DIR. */
export const rayBin = join(
  resolve(process.env.ASSAY_RAY_VENV_DIR ?? ".assay-test/ray-venv"),
  "bin",
);
/** Where there is a Python but no Ray in it, the tests fail rather than say nothing. */
export const rayReady = existsSync(join(rayBin, "python"));
export const withoutRay = rayReady
  ? "Ray is installed"
  : `skipped: there is no Python in ${rayBin}; npm test puts one there with Ray, where the machine has any`;

export type TestCluster = { url: string; nodes: string[]; store: string; stop(): Promise<void> };

/** A Ray of two nodes and the folder that it shares with Assay. Gone with this process, also when that is killed. */
export async function startRay(): Promise<TestCluster> {
  // Sockets lie below it, and their paths may not be long.
  const folder = await mkdtemp(join(tmpdir(), "ray-"));
  const store = await mkdtemp(join(tmpdir(), "assay-ray-store-"));
  const child = spawn(join(rayBin, "python"), [script, folder], {
    // `python` of a job's entrypoint is that of the cluster; no shell of a job reads a person's settings at HOME.
    env: {
      NODE_ENV: "test",
      PATH: `${rayBin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: folder,
      LANG: "C.UTF-8",
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stop = async () => {
    await end(child);
    await rm(store, { recursive: true, force: true });
  };
  try {
    const line = await firstLine(child);
    return { ...(JSON.parse(line) as { url: string; nodes: string[] }), store, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-2000);
  });
  if (!child.stdout) throw new TypeError("no output");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) return line;
  }
  throw new Error(`The Ray cluster did not start: ${said}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  await once(child, "exit");
}

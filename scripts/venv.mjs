// Makes the trainer's Python environment from models/trainer/requirements.lock, or another one from its lock.
// Plain Node 20, no dependency: it runs before anything else is installed, and beside the running app.
//
//   node scripts/venv.mjs --data-dir .assay [--venv-dir DIR] [--pip-args="…"]
//   installVenv({ dataDir, venvDir?, pipArgs?, lock?, what?, onProgress?, signal? }) -> status
//
// State lives in <dataDir>/venv-status.json, replaced atomically:
//   { state: "installing" | "ready" | "failed" | "no-python", done, total, current, message, lockDigest }
// A marker with the lock's digest is written into the venv last, so a killed install is never taken for a whole one;
// the next call goes on where it stopped, because pip leaves alone what is already there.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const lockPath = fileURLToPath(new URL("../models/trainer/requirements.lock", import.meta.url));
// The versions torch 2.13 has wheels for, the most widely packaged first.
const pythonNames = ["python3.12", "python3.13", "python3.11", "python3.14", "python3", "python"];
const markerName = "assay-lock";
// Between two looks at an install that another process is doing.
const waitForOtherMs = 1_000;

/**
 * The lock's groups in install order, and the digest that names this lock.
 * @returns {{ groups: { name: string; packages: string[] }[]; digest: string }}
 */
export function readLock(path = lockPath) {
  const text = readFileSync(path, "utf8");
  const groups = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const header = /^# group: (.+)$/.exec(line);
    if (header) groups.push({ name: header[1], packages: [] });
    else if (line !== "" && !line.startsWith("#")) groups.at(-1).packages.push(line);
  }
  return { groups, digest: createHash("sha256").update(text).digest("hex") };
}

/** The interpreter inside a venv. */
export function venvPython(venvDir) {
  return join(venvDir, "bin", "python");
}

/** True when the venv was completed from this very lock. */
export function venvIsReady(venvDir, digest = readLock().digest) {
  const marker = join(venvDir, markerName);
  return existsSync(marker) && readFileSync(marker, "utf8").trim() === digest;
}

/** The last state written, or null when there never was an install. */
export function readVenvStatus(dataDir) {
  const path = join(dataDir, "venv-status.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

/**
 * Installs, or finds that nothing is to do. Never throws for an expected failure: the status says what happened
 * and what to do. `pipArgs` (a string, split at spaces, or an array) is appended to each `pip install`.
 * An aborted `signal` kills pip and leaves a venv that the next call completes.
 */
export async function installVenv({
  dataDir,
  venvDir,
  pipArgs = [],
  lock = lockPath,
  what = "The trainer",
  onProgress,
  signal,
}) {
  const venv = resolve(venvDir ?? join(dataDir, "venv"));
  const { groups, digest } = readLock(lock);
  const total = groups.length;
  mkdirSync(dataDir, { recursive: true });
  const report = (state, done, current, message) => {
    const status = { state, done, total, current, message, lockDigest: digest };
    const path = join(dataDir, "venv-status.json");
    writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(status)}\n`);
    renameSync(`${path}.${process.pid}`, path);
    onProgress?.(status);
    return status;
  };
  const ready = () => report("ready", total, null, `${what} is installed.`);
  if (venvIsReady(venv, digest)) return ready();

  const python = await findPython();
  if (!python) {
    return report(
      "no-python",
      0,
      null,
      "No Python 3.11 or newer was found. Install one and start again; everything but training works.",
    );
  }
  const unlock = await takeLock(`${venv}.lock`, signal);
  try {
    if (venvIsReady(venv, digest)) return ready();
    await createVenv(python, venv, signal);
    const extra = typeof pipArgs === "string" ? pipArgs.split(/\s+/).filter(Boolean) : pipArgs;
    for (const [index, group] of groups.entries()) {
      report(
        "installing",
        index,
        group.name,
        `installing, ${index + 1} of ${total}: ${group.name}`,
      );
      // --constraint keeps what torch itself pulls in (its CUDA parts) from moving a pinned package.
      await pipInstall(venv, group.packages, ["--constraint", lock, ...extra], signal);
    }
    writeFileSync(join(venv, markerName), `${digest}\n`);
    return ready();
  } catch (error) {
    const done = readVenvStatus(dataDir)?.done ?? 0;
    return report(
      "failed",
      done,
      null,
      `${what} could not be installed: ${error.message} What was installed is kept; start again to go on.`,
    );
  } finally {
    unlock();
  }
}

async function findPython() {
  for (const name of pythonNames) {
    const check = "import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 14) else 1)";
    const { code } = await run(name, ["-c", check]);
    if (code === 0) return name;
  }
  return null;
}

async function createVenv(python, venv, signal) {
  const { code: works } = await run(venvPython(venv), ["-m", "pip", "--version"], signal);
  if (works === 0) return;
  rmSync(venv, { recursive: true, force: true });
  const { code, output } = await run(python, ["-m", "venv", venv], signal);
  if (code === 0) return;
  throw new Error(
    `${python} cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv). ${lastLine(output)}`,
  );
}

async function pipInstall(venv, packages, extra, signal) {
  const args = [
    "-m",
    "pip",
    "install",
    "--no-input",
    "--progress-bar",
    "off",
    "--disable-pip-version-check",
  ];
  const { code, output } = await run(venvPython(venv), [...args, ...extra, ...packages], signal);
  if (signal?.aborted) throw new Error("It was stopped.");
  if (code !== 0) throw new Error(lastLine(output, /^ERROR/));
}

/** One installer at a time for one venv; a lock whose owner is dead is taken over. */
async function takeLock(path, signal) {
  for (;;) {
    try {
      mkdirSync(resolve(path, ".."), { recursive: true });
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!isAlive(Number(readIfThere(path)))) rmSync(path, { force: true });
    else if (signal?.aborted) throw new Error("It was stopped.");
    else await new Promise((done) => setTimeout(done, waitForOtherMs));
  }
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs to the end; a program that is not there is code 127, never an exception. */
function run(command, args, signal) {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => done({ code: 127, output: error.message }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

function lastLine(output, preferred = /./) {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.findLast((line) => preferred.test(line)) ?? lines.at(-1) ?? "It gave no reason.";
}

async function main() {
  const { values } = parseArgs({
    options: {
      "data-dir": { type: "string", default: ".assay" },
      "venv-dir": { type: "string" },
      "pip-args": { type: "string", default: "" },
    },
  });
  const status = await installVenv({
    dataDir: values["data-dir"],
    venvDir: values["venv-dir"],
    pipArgs: values["pip-args"],
    onProgress: (each) => console.log(each.message),
  });
  process.exitCode = status.state === "ready" ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();

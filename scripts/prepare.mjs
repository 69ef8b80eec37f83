// Installs what package-lock.json names and builds the pages, each only when something changed.
// Plain Node 20, no dependency: it runs before anything else is installed.
//
//   await prepare({ say })      installed and built; throws Refusal with one sentence
//   nodeBinary                  the Node that the project brings, there after `prepare`

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join, relative } from "node:path";
import { isBundled } from "./cli-bundle.mjs";
import { root } from "./root.mjs";

export const nodeBinary = join(root, "node_modules/node/bin/node");

const installMarker = join(root, "node_modules/.assay-lock");
const buildDir = join(root, process.env.ASSAY_BUILD_DIR ?? ".next");
const buildMarker = join(buildDir, "assay-sources");
// One at a time may install or build in this checkout.
const lockDir = join(root, ".assay-setup");

/** Something the user can do something about; the message is the whole story. */
export class Refusal extends Error {}

export async function prepare({ say = console.log, build = true } = {}) {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    throw new Refusal(
      `Node ${process.versions.node} is too old to start Assay. Install Node 20 or newer, then run this again.`,
    );
  }
  const ready = () => isInstalled() && (!build || (isBuilt() && isBundled()));
  if (ready()) return;
  const unlock = await takeLock(say);
  try {
    if (!isInstalled()) await install(say);
    if (build && !isBuilt()) await buildPages(say);
    if (build && !isBundled()) await bundleCommands(say);
  } finally {
    unlock();
  }
}

function digestOf(text) {
  return createHash("sha256").update(text).digest("hex");
}

function readOr(path, otherwise) {
  return existsSync(path) ? readFileSync(path, "utf8") : otherwise;
}

/** Also true after a plain `npm ci` or `npm install`: npm notes what it has installed. */
function isInstalled() {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  if (!existsSync(nodeBinary)) return false;
  if (readOr(installMarker, "") === digestOf(lock)) return true;
  const installed =
    JSON.parse(readOr(join(root, "node_modules/.package-lock.json"), "{}")).packages ?? {};
  const wanted = Object.entries(JSON.parse(lock).packages).filter(([path]) => path !== "");
  // Optional packages are there for one platform each.
  const complete = wanted.every(([path, { version, optional }]) =>
    installed[path] ? installed[path].version === version : optional === true,
  );
  if (complete) writeFileSync(installMarker, digestOf(lock));
  return complete;
}

async function install(say) {
  say("Installing packages (a minute or two, once) …");
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const { code, output } = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    ...process.env,
    // A Node below node_modules would be removed under npm's feet.
    PATH: pathWithoutModules(),
    // Its install script downloads CUDA files that CPU inference does not need.
    ONNXRUNTIME_NODE_INSTALL: "skip",
  });
  if (code !== 0 || !existsSync(nodeBinary)) {
    throw new Refusal(
      `${output}\nThe packages could not be installed; npm's words stand above. Nothing else was changed. Check the network or npm's registry setting, then run this again.`,
    );
  }
  writeFileSync(installMarker, digestOf(lock));
}

function pathWithoutModules() {
  const parts = (process.env.PATH ?? "").split(delimiter);
  return parts.filter((part) => !part.includes("node_modules")).join(delimiter);
}

const isBuilt = () =>
  existsSync(join(buildDir, "BUILD_ID")) && readOr(buildMarker, "") === digestOfSources();

/** Everything the pages are made from. */
function digestOfSources() {
  const hash = createHash("sha256");
  const files = ["app", "lib", "db", "models", "public"].flatMap((folder) =>
    listFiles(join(root, folder)),
  );
  for (const name of ["next.config.ts", "proxy.ts", "package-lock.json"])
    files.push(join(root, name));
  for (const file of files.filter((each) => existsSync(each))) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return listFiles(path);
    // Tests and the Python trainer are no part of the pages.
    return /\.test\.tsx?$|\.pyc?$/.test(entry.name) ? [] : [path];
  });
}

async function buildPages(say) {
  say("Building the pages (about half a minute, after each change of the code) …");
  const digest = digestOfSources();
  rmSync(buildMarker, { force: true });
  const { code, output } = await run(nodeBinary, ["node_modules/next/dist/bin/next", "build"], {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_ENV: "production",
  });
  if (code !== 0) {
    throw new Refusal(
      `${output}\nThe pages could not be built; the reason stands above. Nothing was started; correct it and run this again.`,
    );
  }
  writeFileSync(buildMarker, digest);
}

async function bundleCommands(say) {
  const { code, output } = await run(nodeBinary, ["scripts/bundle-cli.mjs"], process.env);
  // They work from their sources, too, and start with four times the work.
  if (code !== 0) say(`${output}\nThe command line was not bundled; the reason stands above.`);
}

/** Runs to the end; Ctrl-C ends it, too. `output` is the last part of what it wrote. */
function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-4000);
    };
    let stopped = false;
    const stop = () => {
      stopped = true;
      child.kill("SIGTERM");
    };
    const end = (code) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      if (stopped) reject(new Refusal("Stopped before the start. Run this again to go on."));
      else resolve({ code, output });
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => {
      keep(error.message);
      end(127);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}

/** A folder is made by one process only; the lock of a dead one is taken over. */
async function takeLock(say) {
  const owner = join(lockDir, "pid");
  let told = false;
  for (;;) {
    try {
      mkdirSync(lockDir);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(lockDir, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isAbandoned(owner)) rmSync(lockDir, { recursive: true, force: true });
    else if (!told) say("Another start is installing or building here; waiting for it …");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Its owner is gone, or was killed before it could write its name. */
function isAbandoned(owner) {
  const pid = Number(readOr(owner, ""));
  if (pid > 0) return !isAlive(pid);
  return existsSync(lockDir) && Date.now() - statSync(lockDir).mtimeMs > 10_000;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

// `npm run demo [-- SEED]`: starts Assay when it is not up, takes the sample through every stage, and leaves things as
// they were: an instance that this started is stopped again, its data stays. Plain Node 20.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { nodeBinary, prepare, Refusal } from "./prepare.mjs";
import { root } from "./root.mjs";

const dataDir = resolve(process.env.ASSAY_DATA_DIR ?? join(root, ".assay"));

function isUp() {
  const file = join(dataDir, "runtime.json");
  if (!existsSync(file)) return false;
  try {
    process.kill(JSON.parse(readFileSync(file, "utf8")).supervisorPid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function node(words, stdio) {
  return spawn(nodeBinary, words, {
    cwd: root,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    stdio,
  });
}

const exitOf = (child) => new Promise((done) => child.on("exit", (code) => done(code ?? 1)));

/** Starts the supervisor and resolves once it says that it is ready. */
async function start() {
  const child = node(["app/_cli/main.ts", "up"], ["ignore", "pipe", "inherit", "ipc"]);
  let said = "";
  const ready = new Promise((done, fail) => {
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.includes("Assay is ready")) done();
    });
    child.on("exit", () =>
      fail(new Refusal(said.trim() || "Assay did not start; its log says more.")),
    );
  });
  await ready;
  console.log("Assay is up.");
  return child;
}

async function stop(child) {
  const gone = exitOf(child);
  child.kill("SIGTERM");
  await gone;
  console.log("Assay has stopped; “npm run up” opens it again with everything that the demo made.");
}

try {
  await prepare();
  const own = isUp() ? undefined : await start();
  const demo = node(["app/_cli/demo/main.ts", ...process.argv.slice(2)], "inherit");
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => demo.kill(signal));
  const code = await exitOf(demo);
  if (own) await stop(own);
  process.exit(code);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exit(1);
}

// `npm test`: types, lint and every suite, on a machine that may have nothing but Node 20. Installs what it needs.
// The last line sums all runners: `N passed, N failed, N skipped`.
//
//   npm test                       everything
//   npm test -- unit integration   some of it: types lint unit integration contracts real trainer browser

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { prepare, Refusal } from "./prepare.mjs";
import { root } from "./root.mjs";
import { needPackages } from "./system-packages.mjs";
import { installVenv, venvPython } from "./venv.mjs";

const scratch = join(root, ".assay-test");
const reports = join(scratch, "reports");
const venvDir = process.env.ASSAY_VENV_DIR ?? join(scratch, "venv");
const rayVenvDir = process.env.ASSAY_RAY_VENV_DIR ?? join(scratch, "ray-venv");
/** What nobody leaves behind: groups of the runners in hand. */
const groups = new Set();

const environment = {
  ...process.env,
  PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
  ASSAY_VENV_DIR: venvDir,
  ASSAY_RAY_VENV_DIR: rayVenvDir,
  // Settings of a real instance must not reach a test.
  ASSAY_DATA_DIR: join(scratch, "data"),
  DATABASE_URL: "",
  REDIS_URL: "",
  ASSAY_RAY_URL: "",
  ASSAY_RAY_STORE: "",
  NEXT_TELEMETRY_DISABLED: "1",
  // Suites start hundreds of processes of the same files.
  NODE_COMPILE_CACHE: join(scratch, "compiled"),
};

/** Suites in their order: the quick ones that fail first. Each gives {passed, failed, skipped, names?: of the failed}. */
const suites = {
  types: () => check("tsc", ["--noEmit"]),
  lint: () => check("biome", ["check", "."]),
  unit: () => vitest("unit"),
  integration: () => vitest("integration"),
  contracts: () => vitest("contracts"),
  real: () => vitest("real"),
  trainer: () => pytest(),
  browser: () => playwright(),
};

const withTrainer = ["integration", "contracts", "real", "trainer", "browser"];

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    throw new Refusal(
      `There is no suite ${unknown.join(", ")}. There are: ${Object.keys(suites).join(", ")}.`,
    );
  }
  const wanted = Object.keys(suites).filter((name) => chosen.length === 0 || chosen.includes(name));
  const needs = (...names) => names.some((name) => wanted.includes(name));
  // Its packages come over the network for minutes; meanwhile pages are built and the quick suites run.
  const trainer = needs(...withTrainer) ? prepareTrainer() : undefined;
  trainer?.catch(() => {});
  const ray = needs("integration") ? prepareRay() : undefined;
  ray?.catch(() => {});
  await prepare({ build: needs("types", "integration", "browser") });
  mkdirSync(reports, { recursive: true });
  const results = [];
  for (const name of wanted) {
    if (withTrainer.includes(name)) await trainer;
    if (name === "integration") {
      await ray;
      await prepareRedis();
    }
    if (name === "browser") await prepareBrowser();
    console.log(`\n── ${name}`);
    results.push({ name, ...(await suites[name]()) });
  }
  report(results);
}

function report(results) {
  console.log("");
  for (const { name, passed, failed, skipped } of results) {
    console.log(`${name.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
  const red = results.flatMap(({ name, names = [] }) => names.map((test) => `${name}: ${test}`));
  if (red.length > 0) console.log(`\nFailed:\n${red.map((line) => `  ${line}`).join("\n")}`);
  const sum = (key) => results.reduce((total, one) => total + one[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
}

/** The trainer's Python packages; without them its suites say that they fail, and why. */
async function prepareTrainer() {
  const install = () =>
    installVenv({
      dataDir: scratch,
      venvDir,
      pipArgs: process.env.ASSAY_PIP_ARGS ?? "",
      onProgress: (status) => status.state === "installing" && console.log(status.message),
    });
  let status = await install();
  if (status.state !== "ready" && (await needPackages(["python3", "python3-venv"])))
    status = await install();
  if (status.state !== "ready") console.error(status.message);
}

/** A Ray cluster of this machine's own; where it cannot be installed its tests are skipped, and say so. */
async function prepareRay() {
  const status = await installVenv({
    // A status of its own: both are installed at once.
    dataDir: join(scratch, "ray"),
    venvDir: rayVenvDir,
    pipArgs: process.env.ASSAY_PIP_ARGS ?? "",
    lock: join(root, "models/ray/requirements.lock"),
    what: "Ray",
    onProgress: (each) => each.state === "installing" && console.log(`Ray: ${each.message}`),
  });
  if (status.state !== "ready") console.error(status.message);
}

/** The queue is tested on Redis, too; where there is none those tests are skipped, and say so. */
async function prepareRedis() {
  const isThere = (name) => spawnSync(name, ["--version"]).status === 0;
  if (["redis-server", "valkey-server"].some(isThere)) return;
  await needPackages(["redis-server"]);
}

async function prepareBrowser() {
  // It looks into packages that `prepare` has installed.
  const { findChromium } = await import("../tests/setup/chromium.mjs");
  if (await findChromium()) return;
  await needPackages(["chromium"]);
  if (!(await findChromium())) {
    console.error(
      "No Chromium was found: install chromium or google-chrome, or name one with ASSAY_CHROMIUM. The browser tests fail without it.",
    );
  }
}

/** A tool without tests of its own counts as one. */
async function check(command, args) {
  const code = await run(command, args);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function vitest(project) {
  const file = freshReport(`${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const code = await run("vitest", [
    "run",
    "--project",
    project,
    ...reporters,
    "--passWithNoTests",
  ]);
  const found = readReport(file, (text) => {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(text);
    // A file whose set-up failed, or that could not be read at all, has failed, and has no failed test to count.
    const broken = testResults.filter(
      (one) =>
        one.status === "failed" && !one.assertionResults.some((test) => test.status === "failed"),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests + broken.length,
      skipped: numPendingTests + numTodoTests,
      names: testResults.flatMap((one) => [
        ...(broken.includes(one) ? [`${relative(root, one.name)} › its set-up`] : []),
        ...one.assertionResults
          .filter((test) => test.status === "failed")
          .map((test) => `${relative(root, one.name)} › ${test.fullName}`),
      ]),
    };
  });
  return honest(found, code);
}

async function pytest() {
  const file = freshReport("trainer.xml");
  // Every test trains on one thread; two at a time, as the other suites.
  const args = ["-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", `--junitxml=${file}`];
  const code = await run(venvPython(venvDir), args, join(root, "models/trainer"));
  const found = readReport(file, (text) => {
    const count = (name) =>
      Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    return {
      passed: count("tests") - failed - count("skipped"),
      failed,
      skipped: count("skipped"),
      names: [...text.matchAll(/<testcase ([^>]*)>\s*<(?:failure|error)/g)].map(
        ([, attributes]) => / name="([^"]*)"/.exec(` ${attributes}`)?.[1] ?? attributes,
      ),
    };
  });
  return honest(found, code);
}

async function playwright() {
  const file = freshReport("browser.json");
  const more = { PLAYWRIGHT_JSON_OUTPUT_FILE: file };
  const code = await run(
    "playwright",
    ["test", "--reporter=list,json", "--pass-with-no-tests"],
    root,
    more,
  );
  const found = readReport(file, (text) => {
    const { stats, suites: tops } = JSON.parse(text);
    const { expected, unexpected, flaky, skipped } = stats;
    const inside = (one) => [...(one.specs ?? []), ...(one.suites ?? []).flatMap(inside)];
    const names = tops
      .flatMap(inside)
      .filter((spec) => !spec.ok)
      .map((spec) => `${spec.file} › ${spec.title}`);
    return { passed: expected, failed: unexpected + flaky, skipped, names };
  });
  return honest(found, code);
}

function freshReport(name) {
  const file = join(reports, name);
  rmSync(file, { force: true });
  return file;
}

function readReport(file, parse) {
  return existsSync(file)
    ? parse(readFileSync(file, "utf8"))
    : { passed: 0, failed: 0, skipped: 0 };
}

/** A runner that ended badly has failed, whatever its report counts: a leak, a crash, a teardown. */
function honest(found, code) {
  return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}

/** Runs in its own process group, which is ended with it. Resolves to the exit code. */
function run(command, args, cwd = root, more = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, ...more },
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    if (child.pid) groups.add(child.pid);
    child.on("error", (error) => {
      console.error(`${command} does not start: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code) => {
      endGroup(child.pid, "SIGKILL");
      groups.delete(child.pid);
      resolve(code ?? 1);
    });
  });
}

function endGroup(pid, signal) {
  try {
    if (pid) process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group: what we wanted.
    if (error.code !== "ESRCH") throw error;
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    for (const pid of groups) endGroup(pid, "SIGTERM");
    console.error("\nStopped; what was running is being ended.");
    process.exitCode = 130;
    setTimeout(() => {
      for (const pid of groups) endGroup(pid, "SIGKILL");
      process.exit(130);
    }, 5000).unref();
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  console.log("\n0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}

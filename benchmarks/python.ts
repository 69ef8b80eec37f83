import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** One thread for whatever numpy is built on, and hashes that do not change from run to run. */
export const oneThread = {
  PATH: "/usr/bin:/bin",
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  PYTHONHASHSEED: "0",
} as unknown as NodeJS.ProcessEnv;

/** What pins a command to one core, where the machine can say so. */
export const pinned = existsSync("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", "0"] : [];

/**
 * A Python with `packages` (name==version) in an environment of its own at `venv`, made at the first run; undefined,
 * with a line on the console, where they cannot be installed.
 */
export function pythonWith(venv: string, packages: readonly string[]): string | undefined {
  const python = join(venv, "bin/python");
  if (!existsSync(python)) spawnSync("python3", ["-m", "venv", venv]);
  const names = packages.map((each) => each.split("==")[0]).join(", ");
  if (spawnSync(python, ["-c", `import ${names}`]).status === 0) return python;
  const { status, stderr } = spawnSync(python, ["-m", "pip", "install", "-q", ...packages], {
    encoding: "utf8",
  });
  if (status === 0) return python;
  const reason = stderr?.trim().split("\n").at(-1) ?? "";
  console.log(`${packages.join(" and ")} could not be installed, that side is left out. ${reason}`);
  return undefined;
}

/** The trainer's own Python in the environment at `venvDir`; undefined, with a line on the console, where there is none. */
export function trainerPython(venvDir: string): string | undefined {
  const python = join(venvDir, "bin", "python");
  if (existsSync(python)) return python;
  console.log("Left out: the trainer is not installed here. “npm run up” installs it.");
  return undefined;
}

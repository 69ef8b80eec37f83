import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { env } from "#lib/env.ts";

const root = resolve(import.meta.dirname, "../..");
const trainer = join(root, "models/trainer");
/** A build takes ten seconds, minutes on a busy machine; a lock this old was left by a test run that was killed. */
const staleMs = 600_000;

/** A Python that has torch: this instance's environment, one beside the repository, or the system's. */
export function pythonWithTorch(): string | undefined {
  const folders = [env().venvDir, join(root, ".assay/venv"), join(root, "../venv")];
  const candidates = [...folders.map((folder) => join(folder, "bin/python")), "python3"];
  return candidates.find((python) => {
    if (python.includes("/") && !existsSync(python)) return false;
    const probe = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)";
    try {
      execFileSync(python, ["-c", probe], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

export const withoutPython = "needs a Python with torch (node scripts/venv.mjs installs one)";

/**
 * The folder of a model that the trainer made: a few thousand parameters, real tokenizer, ONNX with KV cache.
 * Built once for a state of the trainer's source and a seed, then shared by all tests.
 */
export async function tinyModel(seed = 1): Promise<string> {
  return buildOnce(`tiny-${await sourceDigest()}-${seed}`, (out) => [
    "-m",
    "assay_trainer",
    "tiny",
    out,
    "--seed",
    String(seed),
  ]);
}

/**
 * The folder of a random embedding model: `base/` as sentence-transformers saves it, `artefact/` as it is served, and
 * `expected.json` with torch's vectors of some texts. Built once for a state of the trainer's source.
 */
export async function tinyEncoder(): Promise<string> {
  const script = join(trainer, "tests/tiny_encoder.py");
  return buildOnce(`encoder-${await sourceDigest(script)}`, (out) => [script, out]);
}

/** Word vectors from `file` as an embedding model: `base/`, and `artefact/` as it is served. Built once. */
export async function wordModel(file: string): Promise<string> {
  const scripts = ["word_vectors.py", "tiny_encoder.py"].map((name) =>
    join(trainer, "tests", name),
  );
  const name = `words-${await sourceDigest(...scripts, file)}`;
  return buildOnce(name, (out) => [scripts[0] ?? "", resolve(file), out]);
}

/** Two test files may ask at once: one builds, the other waits. What is half built has another name. */
async function buildOnce(name: string, words: (out: string) => string[]): Promise<string> {
  const folder = join(root, ".assay-test", name);
  const lock = `${folder}.lock`;
  await mkdir(join(root, ".assay-test"), { recursive: true });
  while (!existsSync(folder)) {
    if (await take(lock)) {
      try {
        if (!existsSync(folder)) await build(folder, words);
      } finally {
        await rmdir(lock);
      }
    } else await sleep(200);
  }
  return folder;
}

async function build(folder: string, words: (out: string) => string[]): Promise<void> {
  const python = pythonWithTorch();
  if (!python) throw new Error(`The tiny model ${withoutPython}.`);
  const half = `${folder}.half`;
  await rm(half, { recursive: true, force: true });
  await promisify(execFile)(python, words(half), { cwd: trainer, timeout: staleMs });
  await rename(half, folder);
}

async function take(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = Date.now() - (await stat(lock).then((found) => found.mtimeMs, Date.now));
    if (age > staleMs) await rmdir(lock);
    return false;
  }
}

async function sourceDigest(...more: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of more) hash.update(await readFile(file));
  const folder = join(trainer, "assay_trainer");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".py")).sort();
  for (const name of names) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest("hex").slice(0, 12);
}

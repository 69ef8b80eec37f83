import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLock } from "./venv.mjs";

const run = promisify(execFile);
const script = fileURLToPath(new URL("./venv.mjs", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-venv-"));
  await mkdir(join(folder, "bin"));
  // The only commands there are: a real Python beside them would be found and used.
  for (const tool of ["mkdir", "cp", "chmod"])
    await symlink(`/bin/${tool}`, join(folder, "bin", tool));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A stand-in for Python: makes a venv whose pip notes each call, so that an install takes no network and no minutes. */
async function fakePython(pip: string): Promise<void> {
  const python = join(folder, "bin", "python3");
  const inner = `#!/bin/sh
case "$*" in *--version*) exit 0;; *"pip install"*) echo "$*" >> "${folder}/calls"; ${pip};; esac
`;
  await writeFile(
    python,
    `#!/bin/sh
case "$2" in venv) mkdir -p "$3/bin"; cp "${folder}/inner" "$3/bin/python"; chmod +x "$3/bin/python";; esac
exit 0
`,
  );
  await writeFile(join(folder, "inner"), inner);
  await chmod(python, 0o755);
}

async function install(...words: string[]) {
  const data = join(folder, "data");
  const options = {
    env: { PATH: join(folder, "bin"), HOME: folder } as unknown as NodeJS.ProcessEnv,
  };
  const ended = await run(process.execPath, [script, "--data-dir", data, ...words], options).catch(
    (error) => error,
  );
  const status = JSON.parse(await readFile(join(data, "venv-status.json"), "utf8"));
  return { code: ended.code ?? 0, stdout: String(ended.stdout), status };
}

const calls = async () => (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");

const rayLock = fileURLToPath(new URL("../models/ray/requirements.lock", import.meta.url));

describe.each([
  ["the trainer", undefined, "torch==2.13.0"],
  ["Ray", rayLock, "ray==2.55.1"],
])("the lock of %s", (_name, path, main) => {
  it("pins every package to one version and names no build and no registry", () => {
    const packages = readLock(path).groups.flatMap((group) => group.packages);
    expect(packages.length).toBeGreaterThan(40);
    for (const line of packages) expect(line).toMatch(/^[A-Za-z0-9_-]+==[0-9][0-9a-z.]*$/);
    expect(packages).toContain(main);
    expect(new Set(packages.map((line) => line.replace(/==.*/, ""))).size).toBe(packages.length);
  });
});

describe("installing the trainer", () => {
  it("installs group by group, tells each, and is done at once the second time", async () => {
    await fakePython("exit 0");
    const { groups, digest } = readLock();
    const first = await install("--pip-args=--prefer-binary --no-cache-dir");
    expect(first).toMatchObject({
      code: 0,
      status: { state: "ready", done: groups.length, lockDigest: digest },
    });
    expect(first.stdout).toContain(`installing, 3 of ${groups.length}: torch`);
    const made = await calls();
    expect(made.length).toBe(groups.length);
    expect(made[2]).toContain("--prefer-binary --no-cache-dir");
    expect(made[2]).toContain("torch==2.13.0");
    expect((await install()).code).toBe(0);
    expect((await calls()).length).toBe(made.length);
  });

  it("keeps what is there when a group fails, says why, and goes on the next time", async () => {
    await fakePython(`case "$*" in *peft*) echo "ERROR: no such wheel"; exit 1;; esac`);
    const failed = await install();
    expect(failed.code).toBe(1);
    expect(failed.status).toMatchObject({ state: "failed", done: 6 });
    expect(failed.status.message).toContain("ERROR: no such wheel");
    await writeFile(join(folder, "data", "venv", "bin", "python"), "#!/bin/sh\nexit 0\n");
    expect((await install()).status.state).toBe("ready");
  });

  it("says so when there is no Python, and that everything else works", async () => {
    const { code, status } = await install();
    expect(code).toBe(1);
    expect(status.state).toBe("no-python");
    expect(status.message).toContain("everything but training works");
  });

  it("takes over from an installer that was killed", async () => {
    await fakePython("exit 0");
    await mkdir(join(folder, "data"), { recursive: true });
    await writeFile(join(folder, "data", "venv.lock"), "999999999");
    expect((await install()).status.state).toBe("ready");
  });
});

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hashToken } from "#lib/secrets.ts";
import { chatLines } from "#tests/setup/datasets.ts";
import {
  assay,
  type Instance,
  isAlive,
  makePlace,
  type Place,
  pagesAreBuilt,
  startInstance,
} from "#tests/setup/instance.ts";

const sentence = /^[A-Z][^\n]{20,400}[.”]\n$/;

async function answers(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch {
    return 0;
  }
}

async function query<T extends object>(instance: Instance, text: string): Promise<T[]> {
  const sql = postgres(instance.runtime().databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe<T[]>(text))];
  } finally {
    await sql.end();
  }
}

const untilGone = (pids: number[], seconds: number) =>
  expect.poll(() => pids.filter(isAlive), { timeout: seconds * 1000, interval: 100 }).toEqual([]);

describe("what is refused before anything starts", () => {
  let place: Place;
  beforeAll(async () => {
    place = await makePlace();
  });
  afterAll(() => place.remove());

  const refusal = async (more: Record<string, string>) => {
    const { code, stdout, stderr } = await assay(place, ["up"], more);
    expect({ code, stdout }).toEqual({ code: expect.any(Number), stdout: "" });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(sentence);
    return stderr;
  };

  it("a port that another program uses", async () => {
    const server = createServer().listen(Number(place.settings.ASSAY_PORT), "127.0.0.1");
    try {
      expect(await refusal({})).toMatch(/^Port \d+ is in use.*ASSAY_PORT=/);
    } finally {
      server.close();
    }
  });

  it("a database that nobody serves, without its password", async () => {
    const DATABASE_URL = "postgres://me:hunter2secret@127.0.0.1:9/assay?password=hunter2secret";
    const text = await refusal({ DATABASE_URL });
    expect(text).toContain("127.0.0.1:9/assay");
    expect(text).toContain("DATABASE_URL");
    expect(text).not.toContain("hunter2");
  });

  it("a database that could lose what it acknowledged", async () => {
    // The tests' own server runs with fsync off.
    expect(await refusal({ DATABASE_URL: inject("postgresUrl") })).toMatch(/fsync off.*fsync = on/);
  });

  it("a password that is wrong", async () => {
    const url = new URL(inject("postgresUrl"));
    url.password = "wrong";
    expect(await refusal({ DATABASE_URL: url.href })).toMatch(/refuses the password/);
  });

  it("a queue server that does not answer", async () => {
    expect(await refusal({ REDIS_URL: "redis://:hunter2@127.0.0.1:9" })).toMatch(
      /^The Redis 127\.0\.0\.1:9 does not answer/,
    );
  });

  it("a setting that is no port", async () => {
    expect(await refusal({ ASSAY_PORT: "many" })).toContain("ASSAY_PORT");
  });

  it("an address that is none", async () => {
    expect(await refusal({ ASSAY_PUBLIC_URL: "bench.example.test" })).toContain("ASSAY_PUBLIC_URL");
    expect(await refusal({ DATABASE_URL: "my database" })).toContain("DATABASE_URL");
  });

  it("half an administrator", async () => {
    expect(await refusal({ ASSAY_ADMIN_EMAIL: "a@example.test" })).toContain(
      "ASSAY_ADMIN_PASSWORD",
    );
  });

  it("secrets that others can read", async () => {
    const file = join(place.dataDir, "secrets.json");
    chmodSync(file, 0o644);
    expect(await refusal({})).toContain("chmod 600");
    chmodSync(file, 0o600);
  });

  it("and none of it leaves a lock or a process behind", () => {
    expect(existsSync(join(place.dataDir, "supervisor.lock"))).toBe(false);
    expect(existsSync(join(place.dataDir, "runtime.json"))).toBe(false);
    expect(existsSync(join(place.dataDir, "postgres/postmaster.pid"))).toBe(false);
  });
});

describe.skipIf(!pagesAreBuilt)("an instance (skipped where the pages are not built)", () => {
  let place: Place;
  let instance: Instance;
  beforeAll(async () => {
    place = await makePlace();
    instance = await startInstance(place);
  });
  afterAll(async () => {
    await instance.end();
    place.remove();
  });

  const processes = () => Object.entries(instance.runtime().processes);
  /** The pages, the endpoint, the model server, the worker and the index, by their own words. */
  const ready = () =>
    Promise.all([
      answers(`${instance.url}/readyz`),
      answers(`${instance.endpointUrl}/readyz`),
      answers(`${instance.runtime().modelServerUrl}/readyz`),
      answers(instance.runtime().health.worker ?? ""),
      answers(instance.runtime().health.index ?? ""),
    ]);
  const alive = () =>
    Promise.all(
      Object.values(instance.runtime().health).map((url) =>
        answers(url.replace("/readyz", "/healthz")),
      ),
    );

  it("prints where it is and a link for the first administrator", async () => {
    const lines = instance.output().trim().split("\n");
    expect(lines[0]).toBe(`Assay is ready: ${instance.url}`);
    const token = /\/setup\?token=([\w-]{43})$/.exec(lines[1] ?? "")?.[1];
    const links = await query<{ token_hash: string }>(
      instance,
      "select token_hash from one_time_link",
    );
    expect(links).toEqual([{ token_hash: hashToken(token ?? "") }]);
    expect(await alive()).toEqual([200, 200, 200, 200, 200]);
    expect(await ready()).toEqual([200, 200, 200, 200, 200]);
  });

  it("runs six processes, and keeps its secrets to its owner", () => {
    expect(processes().map(([name]) => name)).toEqual(
      expect.arrayContaining(["postgres", "model-server", "index", "worker", "endpoint", "web"]),
    );
    expect(processes().every(([, pid]) => isAlive(pid))).toBe(true);
    const modes = ["runtime.json", "secrets.json", "model-server.json", "postgres.json"].map(
      (name) =>
        execFileSync("stat", ["-c", "%a", join(place.dataDir, name)])
          .toString()
          .trim(),
    );
    expect(modes).toEqual(["600", "600", "600", "600"]);
  });

  it("refuses a second supervisor on the same folder", async () => {
    const second = await assay(place, ["up"]);
    expect(second.code).not.toBe(0);
    expect(second.stderr).toMatch(/^Assay already runs on .*ASSAY_DATA_DIR/);
    expect(await ready()).toEqual([200, 200, 200, 200, 200]);
  });

  it.each(["worker", "endpoint", "model-server", "index", "web", "postgres"])(
    "starts a killed %s again",
    async (name) => {
      const before = instance.runtime().processes[name] ?? 0;
      process.kill(before, "SIGKILL");
      await expect
        .poll(() => instance.runtime().processes[name], { timeout: 20_000 })
        .not.toBe(before);
      await expect.poll(ready, { timeout: 20_000 }).toEqual([200, 200, 200, 200, 200]);
      expect(instance.output()).toContain(`The ${name} process ended`);
    },
  );

  it("leaves nothing when it is told to stop, and keeps what it has", async () => {
    await query(instance, "insert into project (slug, name) values ('kept', 'Kept')");
    const pids = processes().map(([, pid]) => pid);
    const code = await instance.end("SIGTERM");
    expect(code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(place.dataDir, "runtime.json"))).toBe(false);

    const since = Date.now();
    instance = await startInstance(place);
    // A machine that does nothing else needs three seconds.
    expect(Date.now() - since).toBeLessThan(30_000);
    expect(await query(instance, "select name from project")).toEqual([{ name: "Kept" }]);
    const links = await query(instance, "select 1 from one_time_link");
    expect(links).toHaveLength(1);
  });

  it("is gone within ten seconds of its supervisor's kill -9, and starts again over what is left", async () => {
    const pids = processes().map(([, pid]) => pid);
    await instance.end("SIGKILL");
    await untilGone(pids, 10);
    instance = await startInstance(place);
    expect(await query(instance, "select name from project")).toEqual([{ name: "Kept" }]);
  });

  it("starts over a postmaster.pid that names a foreign process", async () => {
    await instance.end();
    const { folder } = JSON.parse(readFileSync(join(place.dataDir, "postgres.json"), "utf8"));
    const stale = [process.pid, folder, 0, 5432, "", "127.0.0.1", "", "ready"].join("\n");
    writeFileSync(join(folder, "postmaster.pid"), stale);
    instance = await startInstance(place);
    expect(isAlive(process.pid)).toBe(true);
  });
});

describe.skipIf(!pagesAreBuilt)("an instance with an administrator in its settings", () => {
  let place: Place;
  let instance: Instance;
  beforeAll(async () => {
    place = await makePlace({
      ASSAY_ADMIN_EMAIL: "Ada@Example.test",
      ASSAY_ADMIN_PASSWORD: "a long enough password",
    });
    const tools = join(dirname(place.dataDir), "bin");
    mkdirSync(tools);
    for (const tool of ["cat", "id", "sh"]) {
      symlinkSync(execFileSync("which", [tool]).toString().trim(), join(tools, tool));
    }
    const venv = join(dirname(place.dataDir), "none");
    instance = await startInstance(place, { PATH: tools, ASSAY_VENV_DIR: venv });
  });
  afterAll(async () => {
    await instance?.end();
    place?.remove();
  });

  it("makes them and their project, without a link; and says when there is no Python", async () => {
    await expect.poll(instance.output).toContain("No Python");
    expect(instance.output()).not.toContain("/setup");
    expect(await query(instance, 'select email, admin from "user"')).toEqual([
      { email: "ada@example.test", admin: true },
    ]);
    const members = "select slug, role from project_member join project on project.id = project_id";
    expect(await query(instance, members)).toEqual([{ slug: "default", role: "owner" }]);
    expect(await answers(`${instance.url}/readyz`)).toBe(200);
  });

  it("goes on with an import whose database was killed in the middle, and loses no row", async () => {
    const rows = 40_000;
    const file = join(place.dataDir, "chats.jsonl");
    writeFileSync(file, chatLines(rows));
    const started = await assay(place, [
      "import",
      file,
      "--dataset",
      "chats",
      "--detach",
      "--json",
    ]);
    expect(started.code, started.stderr).toBe(0);
    const run = Number(JSON.parse(started.stdout).run);
    const show = async () => {
      const [row] = await query<{ state: string; done: number; attempt: number }>(
        instance,
        `select state, done::int, attempt from run where id = ${run}`,
      );
      return row;
    };
    await expect.poll(async () => (await show())?.done, { timeout: 30_000 }).toBeGreaterThan(50);
    expect(await show()).toMatchObject({ state: "running" });
    const before = instance.runtime().processes.postgres ?? 0;
    process.kill(before, "SIGKILL");
    await expect
      .poll(() => instance.runtime().processes.postgres, { timeout: 20_000 })
      .not.toBe(before);
    // What thirty seconds without a heartbeat would do.
    const lapse = `update run set lease_until = now() - interval '1 minute' where id = ${run} and state = 'running'`;
    await expect
      .poll(() => query(instance, lapse).then(() => true), { timeout: 20_000 })
      .toBe(true);
    await expect.poll(async () => (await show())?.state, { timeout: 60_000 }).toBe("succeeded");
    expect((await show())?.attempt).toBeGreaterThan(1);
    const counts = `select count(*)::int as rows, count(distinct c.hash)::int as texts,
      (select count(*)::int from occurrence) as seen
      from membership m join conversation c on c.id = m.conversation_id where m.removed_in is null`;
    expect(await query(instance, counts)).toEqual([{ rows, texts: rows, seen: rows }]);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chatLines } from "#tests/setup/datasets.ts";
import {
  assay,
  type Instance,
  makePlace,
  pagesAreBuilt,
  root,
  startInstance,
} from "#tests/setup/instance.ts";
import { noRedis, startRedis, type TestRedis } from "#tests/setup/redis.ts";

const missing = noRedis ?? (pagesAreBuilt ? undefined : "the pages are not built");
const title = missing ? `two workers on Redis (skipped: ${missing})` : "two workers on Redis";

/** Conversations of a file; large enough that the second worker can be killed while it writes them. */
const rows = 6_000;
const files = 4;

describe.skipIf(missing)(title, () => {
  let redis: TestRedis;
  let instance: Instance;
  let second: ChildProcess;
  let sql: postgres.Sql;

  beforeAll(async () => {
    redis = await startRedis();
    const place = await makePlace({
      REDIS_URL: redis.url,
      ASSAY_ADMIN_EMAIL: "ana@example.org",
      ASSAY_ADMIN_PASSWORD: "correct-horse-battery",
    });
    instance = await startInstance(place);
    sql = postgres(instance.runtime().databaseUrl, { max: 2 });
    second = spawn(process.execPath, ["jobs/worker.ts", "--queues", "cpu"], {
      cwd: root,
      env: { NODE_ENV: "production", PATH: process.env.PATH, ...place.settings },
      stdio: "ignore",
    });
    await vi.waitFor(
      async () => expect(await sql`select pid from worker where role = 'worker'`).toHaveLength(2),
      { timeout: 30_000, interval: 200 },
    );
  });

  afterAll(async () => {
    second?.kill("SIGKILL");
    await sql?.end();
    await instance?.end();
    instance?.place.remove();
    await redis?.stop();
  });

  it("import all files whole, though one worker is killed in the middle", async () => {
    const imports = Array.from({ length: files }, async (_, n) => {
      const file = join(instance.place.dataDir, `chats-${n}.jsonl`);
      writeFileSync(file, chatLines(rows, n * rows));
      return assay(instance.place, ["import", file, "--dataset", `chats-${n}`, "--json"]);
    });
    const mine = async (state: string) =>
      sql<{ id: number }[]>`
        select r.id::int from run r join worker w on w.id::text = r.claimed_by::text
        where w.pid = ${second.pid ?? 0} and r.kind = 'import' and r.state = ${state} and r.done > 0`;
    await expect
      .poll(async () => (await mine("running")).length, { timeout: 60_000 })
      .toBeGreaterThan(0);
    const [held] = await mine("running");
    second.kill("SIGKILL");
    await once(second, "exit");
    // What thirty seconds without a heartbeat would do.
    await sql`update run set lease_until = now() where id = ${held?.id ?? 0}`;
    const results = await Promise.all(imports);
    for (const { code, stdout, stderr } of results) {
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ read: rows, added: rows, errors: 0 });
    }
    const [taken] = await sql<{ attempt: number; state: string }[]>`
      select attempt, state from run where id = ${held?.id ?? 0}`;
    expect(taken).toEqual({ attempt: 2, state: "succeeded" });
    const counts = await sql<{ name: string; rows: number; distinct: number }[]>`
      select d.name, count(*)::int as rows, count(distinct c.hash)::int as distinct
      from dataset d join membership m on m.dataset_id = d.id join conversation c on c.id = m.conversation_id
      group by d.name order by d.name`;
    expect(counts.map(({ rows: count, distinct }) => [count, distinct])).toEqual(
      Array.from({ length: files }, () => [rows, rows]),
    );
  }, 240_000);
});

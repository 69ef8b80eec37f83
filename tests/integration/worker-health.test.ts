import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { worker } from "#db/schema/runs.ts";
import { startHealth } from "#jobs/health.ts";
import { answers } from "#lib/status/answers.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;
const id = randomUUID();
await db
  .insert(worker)
  .values({ id, host: hostname(), pid: process.pid, role: "worker", queues: ["cpu"], devices: [] });
const health = await startHealth(services, id, 0);
afterAll(() => health.close());

const get = async (path: string) => (await fetch(health.url + path)).status;

describe("a worker's health", () => {
  it("is told on loopback: alive, and ready while it takes runs", async () => {
    expect(health.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect([await get("/healthz"), await get("/readyz")]).toEqual([200, 200]);
    expect(await answers(`${health.url}/readyz`)).toBe(true);
  });

  it("is not ready when its beat stopped, and alive all the same", async () => {
    await db.execute(
      sql`update worker set seen_at = now() - interval '31 seconds' where id = ${id}`,
    );
    expect([await get("/healthz"), await get("/readyz")]).toEqual([200, 503]);
    expect(await answers(`${health.url}/readyz`)).toBe(false);
    await db.execute(sql`update worker set seen_at = now() where id = ${id}`);
    expect(await get("/readyz")).toBe(200);
  });

  it("is not ready when its database does not answer, and says nothing of why", async () => {
    const database = { ...services.database, db: { execute: failing } as never };
    const lost = await startHealth({ ...services, database }, id, 0);
    const answer = await fetch(`${lost.url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, '{"ok":false}']);
    expect((await fetch(`${lost.url}/healthz`)).status).toBe(200);
    await lost.close();
  });

  it("answers nothing else", async () => {
    expect(await get("/")).toBe(404);
    expect((await fetch(`${health.url}/readyz`, { method: "POST" })).status).toBe(405);
  });
});

async function failing(): Promise<never> {
  throw new Error("connection refused to postgres://secret");
}

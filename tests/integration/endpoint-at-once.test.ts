import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildEndpoint } from "#app/_endpoint/server.ts";
import { createKey } from "#lib/access/keys.ts";
import { resumeDeployment, stopDeployment } from "#lib/promotion/stop-deployment.ts";
import { act } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { liveDeployment, type Passed } from "#tests/setup/live-deployment.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const [old, next] = ["a".repeat(64), "b".repeat(64)] as [string, string];

/** A model server that says which model was asked, after some milliseconds, and counts who left before that. */
const asked: string[] = [];
let left = 0;
let thinks = 0;
const upstream = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  const { model, stream } = JSON.parse(text) as { model: string; stream?: boolean };
  asked.push(model);
  response.once("close", () => {
    if (!response.writableFinished) left += 1;
  });
  await sleep(thinks);
  const words = `I am ${model.slice(0, 1)}.`;
  if (stream) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const choices = [{ index: 0, delta: { content: words }, finish_reason: "stop" }];
    response.end(`data: ${JSON.stringify({ model, choices })}\n\ndata: [DONE]\n\n`);
    return;
  }
  const message = { role: "assistant", content: words };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ model, choices: [{ index: 0, message, finish_reason: "stop" }] }));
});
await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
services.modelServerUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
const app = await buildEndpoint(services);
const handle = await makeHandle(services);
/** Somebody else's connection, to hold what the endpoint wants to read. */
const other = postgres(services.postgresUrl, { max: 2, onnotice: () => {} });

let url: string;
let key: string;
let passed: Passed[];
beforeAll(async () => {
  url = await app.listen({ host: "127.0.0.1", port: 0 });
  ({ passed } = await liveDeployment(handle, "shop", [old, next]));
  key = (
    await act(services, handle, createKey, { name: "k", scope: ["chat"], ratePerMinute: 6000 })
  ).key;
});
afterAll(async () => {
  await app.close();
  await other.end();
  upstream.closeAllConnections();
  upstream.close();
});

async function ask(given: { stream?: boolean; signal?: AbortSignal } = {}) {
  const { signal, ...more } = given;
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "shop", messages: [{ role: "user", content: "Who?" }], ...more }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    version: Number(response.headers.get("x-assay-model-version")),
  };
}

const stop = () =>
  act(services, handle, stopDeployment, { deployment: "shop", reason: "it says bad things" });
const resume = () => act(services, handle, resumeDeployment, { deployment: "shop", reason: "" });
const point = (to: Passed | undefined) =>
  services.database.db.execute(
    sql`update deployment set live_version_id = ${to?.versionId}, live_gate_run_id = ${to?.gateRunId}`,
  );

/** Lets nobody read deployments until `work`, which may change them, is done. */
const holding = (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
  other.begin(async (tx) => {
    await tx`lock table deployment in access exclusive mode`;
    await work(tx);
  });

/** The upstream was asked once more, with the likely version, while Postgres had not said yet that it may answer. */
const askedEarly = (before: number) => expect.poll(() => asked.length).toBeGreaterThan(before);

describe.each([{ stream: false }, { stream: true }])(
  "what a deployment's state was before a request counts for it (stream: $stream)",
  { timeout: 30_000 },
  ({ stream }) => {
    // A version that answered a moment ago is the likely one.
    beforeEach(async () => {
      thinks = 0;
      expect(await ask({ stream })).toMatchObject({ status: 200, version: passed[0]?.versionId });
    });

    it("a stop counts for the next request, each of many times", async () => {
      for (let round = 0; round < 10; round++) {
        await stop();
        const refused = await Promise.all([ask({ stream }), ask({ stream }), ask({ stream })]);
        for (const { status, text } of refused) {
          expect([status, text.includes("I am")]).toEqual([503, false]);
          expect(text).toContain("it says bad things");
        }
        await resume();
        expect((await ask({ stream })).text).toContain("I am a.");
      }
    });

    it("no byte leaves before Postgres has said yes, and a stop in between wins", async () => {
      const [before, gone] = [asked.length, left];
      thinks = 60;
      let answer: ReturnType<typeof ask> | undefined;
      await holding(async (tx) => {
        answer = ask({ stream });
        await askedEarly(before);
        // By now the model has answered: without the question its answer would be out.
        expect(await Promise.race([answer, sleep(300, "nothing yet")])).toBe("nothing yet");
        await tx`update deployment set stopped_at = now(), stop_reason = 'held'`;
      });
      const { status, text } = (await answer) ?? {};
      expect([status, text?.includes("I am")]).toEqual([503, false]);
      expect(asked.length).toBe(before + 1);
      expect(left).toBe(gone);
      await resume();
    });

    it("a stop takes the work from the model that was asked early", async () => {
      const [before, gone] = [asked.length, left];
      thinks = 3000;
      const from = performance.now();
      let answer: ReturnType<typeof ask> | undefined;
      await holding(async (tx) => {
        answer = ask({ stream });
        await askedEarly(before);
        await tx`update deployment set stopped_at = now()`;
      });
      expect((await answer)?.status).toBe(503);
      await expect.poll(() => left).toBe(gone + 1);
      expect(performance.now() - from).toBeLessThan(2500);
      thinks = 0;
      await resume();
    });

    it("a pointer that moved in between: the other version answers, and only it", async () => {
      const before = asked.length;
      let answer: ReturnType<typeof ask> | undefined;
      await holding(async (tx) => {
        answer = ask({ stream });
        await askedEarly(before);
        const to = passed[1];
        await tx`update deployment set live_version_id = ${to?.versionId ?? 0}, live_gate_run_id = ${to?.gateRunId ?? 0}`;
      });
      const { text = "", version } = (await answer) ?? {};
      expect(text).toContain("I am b.");
      expect(text).not.toContain("I am a.");
      expect(version).toBe(passed[1]?.versionId);
      expect(asked.slice(before)).toEqual([old, next]);
      await point(passed[0]);
      expect((await ask({ stream })).text).toContain("I am a.");
    });

    it("so does a system prompt: the old one answers nobody", async () => {
      const before = asked.length;
      await services.database.db.execute(
        sql`update deployment set system = ${`Be kind ${before}`}`,
      );
      expect((await ask({ stream })).status).toBe(200);
      expect(asked.length).toBe(before + 2);
    });

    it("a PASS that was voided answers nobody", async () => {
      const gate = passed[0]?.gateRunId ?? 0;
      await services.database.db.execute(
        sql`update gate_run set voided_at = now() where id = ${gate}`,
      );
      const { status, text } = await ask({ stream });
      expect([status, text.includes("I am")]).toEqual([404, false]);
      await services.database.db.execute(
        sql`update gate_run set voided_at = null where id = ${gate}`,
      );
    });

    it("a question that Postgres does not answer lets nothing out", async () => {
      const before = asked.length;
      let answer: ReturnType<typeof ask> | undefined;
      await holding(async () => {
        answer = ask({ stream });
        await askedEarly(before);
        await expect
          .poll(
            () => other`
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%deployment%'`,
          )
          .not.toHaveLength(0);
        const { status, text } = await answer;
        expect(status).toBeGreaterThanOrEqual(500);
        expect(text).not.toContain("I am");
      });
      expect((await ask({ stream })).text).toContain("I am a.");
    });

    it("a client that leaves while Postgres is asked takes the work along", async () => {
      const [before, gone] = [asked.length, left];
      thinks = 3000;
      const leaving = new AbortController();
      await holding(async () => {
        const answer = ask({ stream, signal: leaving.signal });
        answer.catch(() => undefined);
        await askedEarly(before);
        leaving.abort();
        await expect(answer).rejects.toThrow();
        await expect.poll(() => left, { timeout: 1000 }).toBe(gone + 1);
      });
      await expect
        .poll(() =>
          services.database.db.execute(
            sql`select status from request_log order by created_at desc limit 1`,
          ),
        )
        .toEqual([{ status: 499 }]);
    });
  },
);

import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEndpoint } from "#app/_endpoint/server.ts";
import { createKey } from "#lib/access/keys.ts";
import { regexCheck } from "#lib/evals/checks/text-checks.ts";
import { act } from "#tests/setup/datasets.ts";
import { makePerson, request } from "#tests/setup/door.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";
import { registerStub, stubServer } from "#tests/setup/stub-model.ts";

const services = await testServices();
const stub = await stubServer();
services.modelServerUrl = stub.url;
const digest = "c".repeat(64);
const app = await buildEndpoint(services);
const handle = await makeHandle(services);
let url: string;
let good: string;

beforeAll(async () => {
  url = await app.listen({ host: "127.0.0.1", port: 0 });
  stub.behave(digest, { answer: () => "Fine." });
  await registerStub(handle, "fast", digest);
  good = (await act(services, handle, createKey, { name: "k", scope: ["preview"] })).key;
});
afterAll(() => app.close());

const messages = [{ role: "user", content: "Hello" }];
const ask = (body: unknown, key = good) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** Milliseconds that an ordinary question takes now: the quickest of three, for the machine may be busy with others. */
async function ordinary(): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let question = 0; question < 3; question++) {
    const at = performance.now();
    const answer = await ask({ model: "fast@1", messages });
    expect(answer.status).toBe(200);
    await answer.text();
    quickest = Math.min(quickest, performance.now() - at);
  }
  return quickest;
}

type ErrorBody = { error: { code: string; message: string } };

describe("attack 10: more than a machine should take", { timeout: 60_000 }, () => {
  it("a prompt of 100 MB is refused before it is read whole", async () => {
    const before = stub.chats();
    const sent = await new Promise<{ status: number; bytes: number }>((resolve, reject) => {
      const part = Buffer.alloc(1024 * 1024, "x");
      const asked = httpRequest(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${good}`,
          "content-type": "application/json",
          "transfer-encoding": "chunked",
        },
      });
      let bytes = 0;
      let done = false;
      asked.on("response", (response) => {
        done = true;
        response.resume();
        resolve({ status: response.statusCode ?? 0, bytes });
      });
      asked.on("error", (cause) => (done ? undefined : reject(cause)));
      const push = () => {
        if (done || bytes >= 100 * part.length) return;
        bytes += part.length;
        asked.write(part, push);
      };
      asked.write('{"model":"fast@1","prompt":"', push);
    });
    expect(sent.status).toBe(413);
    expect(sent.bytes).toBeLessThan(50 * 1024 * 1024);
    expect(stub.chats()).toBe(before);
  });

  it("JSON ten thousand levels deep is refused, at the endpoint and at the API", async () => {
    const deep = `{"model":"fast@1","messages":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    const answer = await ask(deep);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as ErrorBody).error.message).toMatch(/nested/);
    const owner = await makePerson(services, { email: "owner@example.test" });
    await makeProject(services, { slug: "target", owner });
    const nested = `{"name":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    const api = await request(services, owner, "PUT /projects/target", nested);
    expect([api.status, api.body.error.code]).toEqual([422, "invalid_input"]);
  });

  it("a flood of one key gets 429 with Retry-After, and nobody else notices", async () => {
    const noisy = await act(services, handle, createKey, {
      name: "noisy",
      scope: ["preview"],
      ratePerMinute: 60,
    });
    await ordinary();
    const flood = await Promise.all(
      Array.from({ length: 200 }, () => ask({ model: "fast@1", messages }, noisy.key)),
    );
    const refused = flood.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(180);
    for (const one of refused) {
      expect(Number(one.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(await ordinary()).toBeLessThan(1000);
  });

  it("a flood of made-up keys gets 429 and few questions to the database; known keys go on", async () => {
    await ordinary();
    const { sql } = services.database;
    let asked = 0;
    const { unsafe } = sql;
    sql.unsafe = ((...given: Parameters<typeof unsafe>) => {
      asked += 1;
      return unsafe(...given);
    }) as typeof unsafe;
    const flood = await Promise.all(
      Array.from({ length: 400 }, (_, n) => ask({}, `ak_${"0".repeat(30)}${n}`)),
    ).finally(() => {
      sql.unsafe = unsafe;
    });
    const codes = Map.groupBy(flood, ({ status }) => status);
    expect([...codes.keys()].sort()).toEqual([401, 429]);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(200);
    for (const one of codes.get(429) ?? []) {
      expect(Number(one.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(await ordinary()).toBeLessThan(1000);
  });

  it("a pattern that would take a regex engine for ever takes milliseconds", () => {
    const check = regexCheck.prepare({ pattern: "^(a+)+$" });
    const at = performance.now();
    const outcome = check({ prompt: "", answer: `${"a".repeat(5000)}!` } as never);
    expect(outcome.hit).toBe(false);
    expect(performance.now() - at).toBeLessThan(500);
  });

  it("bytes that trickle in do not keep a connection for ever", () => {
    // Node ends them itself after these times; waiting for it would take half a minute.
    expect(app.server.requestTimeout).toBe(30_000);
    expect(app.server.headersTimeout).toBeLessThanOrEqual(60_000);
  });
});

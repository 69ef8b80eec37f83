import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEndpoint } from "#app/_endpoint/server.ts";
import type { ProjectHandle } from "#db/handle.ts";
import { createKey, revokeKey } from "#lib/access/keys.ts";
import { setMemberRole } from "#lib/access/members.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { act, chatLines } from "#tests/setup/datasets.ts";
import { addMember, makeHandle, makeProject, makeUser } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { registerStub } from "#tests/setup/stub-model.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const digest = "b".repeat(64);

/** A model server whose answer never ends; it counts the readers that it has. */
let readers = 0;
const endless = createServer((_request, response) => {
  readers += 1;
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = { id: "1", object: "chat.completion.chunk", model: digest };
  const timer = setInterval(() => {
    const choices = [{ index: 0, delta: { content: "more " }, finish_reason: null }];
    response.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
  }, 50);
  response.on("close", () => {
    clearInterval(timer);
    readers -= 1;
  });
});

let url: string;
const app = await (async () => {
  await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
  services.modelServerUrl = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
  return buildEndpoint(services);
})();
const place = await makeProject(services);
const owner = await makeHandle(services, { project: place });
beforeAll(async () => {
  url = await app.listen({ host: "127.0.0.1", port: 0 });
  await registerStub(owner, "endless", digest);
});
afterAll(async () => {
  endless.closeAllConnections();
  endless.close();
  await app.close();
});

const keyOf = (handle: ProjectHandle) =>
  act(services, handle, createKey, { name: "k", scope: ["preview"] });

/** Starts an endless answer; `ended` gives how long it went on after `from` was called, and its last words. */
async function listen(key: string) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "endless@1",
      stream: true,
      messages: [{ role: "user", content: "Go on" }],
    }),
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  let text = first;
  const ended = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += new TextDecoder().decode(part.value);
    }
    return text.trim().split("\n\n").at(-1) ?? "";
  })();
  return { status: response.status, first, ended };
}

describe("attack 3: rights that end while they are used", { timeout: 30_000 }, () => {
  it("a key revoked during an answer cuts it within five seconds, and the model's work with it", async () => {
    const [leaving, staying] = [await keyOf(owner), await keyOf(owner)];
    const [cut, kept] = [await listen(leaving.key), await listen(staying.key)];
    expect([cut.status, kept.status, readers]).toEqual([200, 200, 2]);
    const at = performance.now();
    await act(services, owner, revokeKey, { key: leaving.id });
    const last = await cut.ended;
    expect(performance.now() - at).toBeLessThan(5000);
    expect(last).toContain("invalid_api_key");
    expect(last).not.toContain("[DONE]");
    await expect.poll(() => readers).toBe(1);
    await expect
      .poll(() =>
        services.database.db.execute(
          sql`select status, error_code from request_log where key_id = ${leaving.id}`,
        ),
      )
      .toEqual([{ status: 401, error_code: "unauthenticated" }]);
    // Somebody else's answer goes on.
    expect(await Promise.race([kept.ended, Promise.resolve("goes on")])).toBe("goes on");
    await act(services, owner, revokeKey, { key: staying.id });
    await kept.ended;
  });

  it("so does a person who leaves the project, whose key it was", async () => {
    const person = await makeUser(services);
    await addMember(services, place, person, "maintainer");
    const theirs = await makeHandle(services, { project: place, user: person });
    const running = await listen((await keyOf(theirs)).key);
    const at = performance.now();
    await services.database.db.execute(
      sql`delete from project_member where user_id = ${person.id} and project_id = ${place.id}`,
    );
    expect(await running.ended).toContain("invalid_api_key");
    expect(performance.now() - at).toBeLessThan(5000);
  });

  it("a queued import stops when its person's role is lowered, and adds nothing", async () => {
    const project = await makeProject(services);
    const person = await makeUser(services);
    await addMember(services, project, person, "curator");
    const curator = await makeHandle(services, { project, user: person });
    const source = await placeUpload(services, curator, "chats.jsonl", chatLines(5));
    const { run } = await act(services, curator, startImport, { source, dataset: "chats" });
    const boss = await makeHandle(services, { project });
    await act(services, boss, setMemberRole, { user: person.id, role: "viewer" });
    const done = await runJob(services, run);
    expect(done).toMatchObject({ state: "failed", errorCode: "forbidden" });
    expect(done.errorMessage).toMatch(/viewer.*needs curator/);
    const [count] = await boss.db.execute<{ n: number }>(
      sql`select count(*)::int as n from conversation where project_id = ${project.id}`,
    );
    expect(count?.n).toBe(0);
  });
});

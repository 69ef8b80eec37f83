import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { IndexClient } from "./client.ts";

const question = { project: 1, dataset: 1, version: 1, filter: {}, ids: true };

/** What the client makes of a server that answers so. */
async function askedOf(status: number, body: string) {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new IndexClient({ url: `http://127.0.0.1:${port}`, token: "secret" });
  const first = await client.ask(question);
  const second = await client.ask(question);
  client.close();
  await new Promise((resolve) => server.close(resolve));
  return { first, second, seen };
}

it("gives the answer, and says who asks", async () => {
  const answer = { state: "fresh", version: 1, ids: "1,2" };
  const { first, seen } = await askedOf(200, JSON.stringify(answer));
  expect(first).toEqual(answer);
  expect(seen).toEqual(["Bearer secret", "Bearer secret"]);
});

it.each([
  ["an error", 500, "{}"],
  ["a wrong token", 401, "{}"],
  ["what is no JSON", 200, "<html>"],
])("has no answer for %s, and asks again the next time", async (_name, status, body) => {
  const { first, second, seen } = await askedOf(status, body);
  expect([first, second]).toEqual([undefined, undefined]);
  expect(seen).toHaveLength(2);
});

it("asks anew when its kept connection was closed meanwhile", async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    // The second question on one connection meets a closed door.
    if (asked === 2) request.socket.resetAndDestroy();
    else response.end(JSON.stringify({ state: "fresh", version: asked }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new IndexClient({ url: `http://127.0.0.1:${port}`, token: "secret" });
  expect(await client.ask(question)).toMatchObject({ version: 1 });
  expect(await client.ask(question)).toMatchObject({ version: 3 });
  client.close();
  await new Promise((resolve) => server.close(resolve));
});

it("has no answer where nobody listens", async () => {
  const client = new IndexClient({ url: "http://127.0.0.1:9", token: "secret" });
  expect(await client.ask(question)).toBeUndefined();
  client.close();
});

import { once } from "node:events";
import { request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApi } from "#app/_web/api.ts";
import { createWebServer } from "#app/_web/server.ts";
import { credentialHeaders, makePerson } from "#tests/setup/door.ts";
import { makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
let owner: Awaited<ReturnType<typeof makePerson>>;

/** Next stands behind; here, what comes to it is told. */
const server = createWebServer(
  async ({ method, url }, response) => {
    if (url === "/broken") throw new Error("nobody foresaw this");
    response.end(`pages: ${method} ${url}`);
  },
  Promise.resolve(openApi(() => services)),
);
let port: number;

beforeAll(async () => {
  owner = await makePerson(services, { email: "owner@example.test", admin: true });
  await makeProject(services, { slug: "target", owner });
  // Far longer than what is worth packing.
  for (let n = 0; n < 40; n++)
    await makeProject(services, { slug: `another-project-with-a-long-name-${n}`, owner });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

type Wish = { body?: string; headers?: Record<string, string>; host?: string };

/** One request whose path is sent as it stands. */
async function send(line: string, { body, headers = {}, host = "127.0.0.1" }: Wish = {}) {
  const [method, path] = line.split(" ");
  const asked = ask({
    ...{ host, port, method, path, localAddress: "127.0.0.1" },
    headers: { ...credentialHeaders(services, owner), ...headers },
  });
  asked.end(body);
  const [answer] = await once(asked, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(chunks) };
}

describe("what the operations list answers", () => {
  it("is answered here, with the headers of every answer", async () => {
    const { status, headers, bytes } = await send("GET /api/projects/target");
    expect(status).toBe(200);
    expect(JSON.parse(String(bytes))).toMatchObject({ slug: "target" });
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "content-length": String(bytes.length),
    });
  });

  it("takes a body, and answers a refusal as one", async () => {
    const json = { "content-type": "application/json" };
    const named = await send("PUT /api/projects/target", {
      body: '{"name":"Näme"}',
      headers: json,
    });
    expect([named.status, JSON.parse(String(named.bytes)).name]).toEqual([200, "Näme"]);
    const bad = await send("PUT /api/projects/target", { body: "{", headers: json });
    expect([bad.status, JSON.parse(String(bad.bytes)).error.code]).toEqual([422, "invalid_input"]);
    const stranger = await send("GET /api/projects/target", { headers: { cookie: "" } });
    expect(stranger.status).toBe(401);
    const foreign = await send("PUT /api/projects/target", {
      body: '{"name":"x"}',
      headers: { ...json, origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
  });

  it("packs long answers for another machine, and only for one that takes them so", async () => {
    const wish = { headers: { "accept-encoding": "gzip, br" } };
    const near = await send("GET /api/projects", wish);
    expect([near.bytes.length > 4096, near.headers["content-encoding"]]).toEqual([true, undefined]);
    const far = await send("GET /api/projects", { ...wish, host: "127.0.0.2" });
    expect([far.bytes.length < 4096, far.headers["content-encoding"]]).toEqual([true, "gzip"]);
    const { gunzipSync } = await import("node:zlib");
    expect(String(gunzipSync(far.bytes))).toBe(String(near.bytes));
    for (const encoding of ["br", "gzip;q=0", "identity"]) {
      const plain = await send("GET /api/projects", {
        headers: { "accept-encoding": encoding },
        host: "127.0.0.2",
      });
      expect([encoding, plain.headers["content-encoding"]]).toEqual([encoding, undefined]);
    }
  });

  it("says that a body is too large while it is still being sent", async () => {
    const chunk = "x".repeat(256 * 1024);
    const asked = ask({
      ...{ host: "127.0.0.1", port, method: "PUT", path: "/api/projects/target" },
      headers: { ...credentialHeaders(services, owner), "content-type": "application/json" },
    });
    const broken: unknown[] = [];
    asked.on("error", (cause) => broken.push(cause));
    asked.write('{"name":"');
    for (let n = 0; n < 20; n++) asked.write(chunk);
    const [answer] = await once(asked, "response");
    expect([answer.statusCode, broken]).toEqual([413, []]);
    answer.resume();
    asked.end();
    await once(answer, "end");
    // The connection serves the next request.
    expect((await send("GET /api/projects/target")).status).toBe(200);
  });

  it("ends a connection that goes on sending after its refusal", async () => {
    const asked = ask({
      ...{ host: "127.0.0.1", port, method: "PUT", path: "/api/projects/target" },
      headers: { "content-type": "application/json" },
    });
    // How the connection ends is the server's affair; that it ends is what counts.
    asked.on("error", () => {});
    const closed = new Promise((resolve) => asked.once("close", resolve));
    asked.write("{");
    const [answer] = await once(asked, "response");
    expect(answer.statusCode).toBe(401);
    answer.on("error", () => {}).resume();
    await closed;
  });
});

it.each([
  "GET /",
  "GET /projects/target",
  "GET /api/projects//target",
  "GET /api/projects/target/",
  "GET /api/x/../projects/target",
  "GET /api/%2e%2e/api/projects/target",
  "GET //api/projects/target",
  "GET //",
  "GET http://[/api/projects/target",
  "GET /api/nothing",
  "HEAD /api/projects/target",
  "PATCH /api/projects/target",
  "GET /api/events",
  "POST /api/projects/target/uploads",
])("%s goes to the pages", async (line) => {
  const { status, bytes } = await send(line);
  expect(status).toBe(200);
  expect(String(bytes)).toBe(line.startsWith("HEAD") ? "" : `pages: ${line}`);
});

it("a fault of the pages costs one answer", async () => {
  const { status, bytes } = await send("GET /broken");
  expect([status, JSON.parse(String(bytes)).error.code]).toEqual([500, "internal"]);
  expect(String(bytes)).not.toContain("foresaw");
  expect((await send("GET /api/projects/target")).status).toBe(200);
});

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

// Before anything reads the settings: this host name may be reached although it is this machine, its addresses may not.
vi.hoisted(() => {
  process.env.ASSAY_ALLOW_HOSTS = "localhost";
});

import { eq } from "drizzle-orm";
import { upstream } from "#db/schema/models.ts";
import { openModelClient } from "#lib/models/model-address.ts";
import { addressedOf, requireVersion } from "#lib/models/read-models.ts";
import {
  changeUpstream,
  createUpstream,
  deleteUpstream,
} from "#lib/models/upstreams/change-upstreams.ts";
import { registerUpstreamModel } from "#lib/models/upstreams/probe-upstream.ts";
import { listUpstreamModels, listUpstreams } from "#lib/models/upstreams/read-upstreams.ts";
import { createOutbound } from "#lib/outbound.ts";
import { createModelClient } from "#models/client.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const handle = await makeHandle(services, { role: "maintainer" });
const context = { handle, services, actor: handle.actor, signal: new AbortController().signal };
const project = handle.slug;
const key = "sk-the-key-of-this-test";

type Seen = { path: string; authorization: string | undefined };
const seen: Seen[] = [];

/** A small server that speaks the protocol: it chats, lists, refuses what is too long, and knows no logprobs. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  seen.push({ path: request.url ?? "", authorization: request.headers.authorization });
  let text = "";
  request.on("data", (chunk) => {
    text += chunk;
  });
  request.on("end", () => {
    const [status, body] = reply(request.url ?? "", text ? JSON.parse(text) : {});
    const moved = status === 302 ? { location: `${request.headers["x-to"] ?? "/v1/models"}` } : {};
    response.writeHead(status, { "content-type": "application/json", ...moved });
    response.end(JSON.stringify(body));
  });
}

function reply(path: string, body: { n?: number; prompt?: string }): [number, object] {
  if (path.startsWith("/moved/")) return [302, {}];
  if (path === "/v1/models") {
    return [200, { object: "list", data: [{ id: "far-model", max_model_len: 64 }] }];
  }
  if (path === "/v1/chat/completions") {
    const choice = { index: 0, message: { role: "assistant", content: "Hi" } };
    return [200, { choices: [{ ...choice, finish_reason: "stop" }] }];
  }
  if (path === "/v1/completions") {
    if ((body.prompt ?? "").length > 150) return [400, { error: { message: "too long" } }];
    const choices = Array.from({ length: body.n ?? 1 }, (_, index) => ({
      index,
      text: "Paris",
      finish_reason: "stop",
    }));
    return [200, { choices }];
  }
  return [404, { error: { message: "There is no such thing here." } }];
}

const server = createServer(answer);
let base = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const create = (baseUrl: string, name = `server ${Math.random()}`, given?: string) =>
  createUpstream.run(context, { project, name, baseUrl, ...(given ? { key: given } : {}) });
const count = async () =>
  (
    await services.database.db
      .select()
      .from(upstream)
      .where(eq(upstream.projectId, handle.projectId))
  ).length;

describe("upstreams", () => {
  it("attack 8: keeps the key sealed, sends it to its host alone, and never shows it", async () => {
    const made = await create(`${base}/v1/`, "far", key);
    expect(made).toMatchObject({ reached: true, hasKey: true, baseUrl: `${base}/v1` });
    expect(seen.at(-1)).toEqual({ path: "/v1/models", authorization: `Bearer ${key}` });
    const listed = await listUpstreams.run(context, { project });
    expect(JSON.stringify([made, listed, services.logged])).not.toContain(key);
    const [row] = await services.database.db
      .select()
      .from(upstream)
      .where(eq(upstream.id, made.id));
    expect(JSON.stringify(row)).not.toContain(key);
    await expect(create(`${base}/v1`, "far")).rejects.toMatchObject({ code: "conflict" });
    // Somebody who can write rows but does not know the secret cannot lead the key elsewhere.
    const { port } = server.address() as AddressInfo;
    const other = `http://localhost:${port === 1 ? 2 : 1}`;
    await services.database.db
      .update(upstream)
      .set({ baseUrl: other, host: `localhost:${port}` })
      .where(eq(upstream.id, made.id));
    await expect(
      listUpstreamModels.run(context, { project, upstream: made.id }),
    ).rejects.toMatchObject({ code: "precondition_failed" });
    await services.database.db
      .update(upstream)
      .set({ baseUrl: `${base}/v1` })
      .where(eq(upstream.id, made.id));
  });

  it("attack 8: asks for the key again when the address changes", async () => {
    const made = await create(`${base}/v1`, "moving", key);
    const before = seen.length;
    const move = (given?: string) =>
      changeUpstream.run(context, {
        project,
        upstream: made.id,
        baseUrl: `${base}/v1/other`,
        ...(given ? { key: given } : {}),
      });
    await expect(move()).rejects.toMatchObject({
      code: "precondition_failed",
      issues: [{ path: "key" }],
    });
    expect(seen.length).toBe(before);
    expect(await move("another-key")).toMatchObject({ baseUrl: `${base}/v1/other` });
    expect(seen.at(-1)?.authorization).toBe("Bearer another-key");
    const renamed = await changeUpstream.run(context, {
      project,
      upstream: made.id,
      name: "moved",
    });
    expect(renamed).toMatchObject({ name: "moved", hasKey: true });
  });

  it("registers a proven model as a version and deletes nothing that a version needs", async () => {
    const { id } = await create(`${base}/v1`, "registered", key);
    const input = { project, upstream: id, upstreamModel: "far-model", model: "far" };
    const made = await registerUpstreamModel.run(context, input);
    expect(made.capabilities).toMatchObject({
      chat: true,
      n: true,
      tokenLogprobs: false,
      promptLogprobs: false,
      seed: false,
      embeddings: false,
      maxContext: 64,
    });
    expect(made.capabilities.reasons.tokenLogprobs).toContain("no logprobs");
    const version = await requireVersion(handle, made.version);
    expect(version.model_version).toMatchObject({ engine: "upstream", contextLength: 64 });
    const { client, model } = openModelClient(services, addressedOf(version));
    const said = await client.chat({ model, messages: [{ role: "user", content: "Hello" }] });
    expect(said.choices[0]?.text).toBe("Hi");
    await expect(deleteUpstream.run(context, { project, upstream: id })).rejects.toMatchObject({
      code: "conflict",
    });
  }, 60_000);

  it("is refused by its role", () => {
    expect([createUpstream, changeUpstream, deleteUpstream].map((one) => one.allow)).toEqual(
      Array(3).fill({ project: "upstream.manage" }),
    );
  });
});

describe("attack 8: addresses that are never reached", () => {
  const port = () => (server.address() as AddressInfo).port;
  it.each([
    ["loopback", () => `http://127.0.0.1:${port()}/v1`],
    ["loopback in one number", () => `http://2130706433:${port()}/v1`],
    ["loopback in hexadecimal", () => `http://0x7f.1:${port()}/v1`],
    ["IPv6 loopback", () => `http://[::1]:${port()}/v1`],
    ["IPv4 in IPv6", () => `http://[::ffff:127.0.0.1]:${port()}/v1`],
    ["a private network", () => "http://10.0.0.8/v1"],
    ["another private network", () => "http://192.168.1.1/v1"],
    ["link-local, where clouds keep their secrets", () => "http://169.254.169.254/v1"],
    ["unique local IPv6", () => "http://[fd00::1]/v1"],
    ["nowhere", () => `http://0.0.0.0:${port()}/v1`],
  ])("%s", async (_name, address) => {
    const [before, rows] = [seen.length, await count()];
    await expect(create(address(), undefined, key)).rejects.toMatchObject({ code: "forbidden" });
    expect([seen.length, await count()]).toEqual([before, rows]);
  });

  it.each([
    ["a name and a password in it", () => `http://admin:secret@localhost:${port()}/v1`],
    ["a file", () => "file:///etc/passwd"],
    ["no address", () => "localhost and more"],
  ])("%s", async (_name, address) => {
    const rows = await count();
    await expect(create(address())).rejects.toMatchObject({ code: "invalid_input" });
    expect(await count()).toBe(rows);
  });

  it("a name that means this machine and was not allowed: refused when connecting", async () => {
    const before = seen.length;
    const dispatcher = createOutbound(["another.test"]);
    const client = createModelClient({ baseUrl: `${base}/v1`, dispatcher });
    await expect(client.models()).rejects.toMatchObject({ code: "forbidden" });
    expect(seen.length).toBe(before);
    await dispatcher.close();
  });

  it("a redirect is an answer, not a way on", async () => {
    const before = seen.length;
    const made = await create(`${base}/moved/v1`, "redirecting", key);
    expect(made).toMatchObject({ reached: false });
    expect(made.message).toContain("302");
    expect(seen.slice(before).map((one) => one.path)).toEqual(["/moved/v1/models"]);
  });
});

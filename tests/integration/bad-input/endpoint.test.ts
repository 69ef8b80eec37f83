import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { signToken } from "#lib/secrets.ts";
import { servedEndpoint } from "#tests/setup/served-endpoint.ts";
import { registerTiny } from "#tests/setup/served-model.ts";
import { pythonWithTorch, withoutPython } from "#tests/setup/tiny-model.ts";

describe.skipIf(!pythonWithTorch())(
  `what the endpoint says to bad input (${withoutPython})`,
  { timeout: 120_000 },
  async () => {
    const { services, url, handle, key: makeKey } = await servedEndpoint();
    let key: string;
    beforeAll(async () => {
      await registerTiny(services, handle, "tiny");
      key = (await makeKey(["preview"])).key;
    });

    const send = async (
      body: string | Uint8Array,
      headers: Record<string, string> = {},
      path = "/v1/chat/completions",
    ) => {
      const answer = await fetch(url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
        body: body as BodyInit,
      });
      const text = await answer.text();
      return { status: answer.status, text, error: JSON.parse(text).error as Refusal };
    };
    type Refusal = { message: string; type: string; param: string | null; code: string | null };
    const chat = (given: object) =>
      JSON.stringify({ model: "tiny@1", max_tokens: 2, messages: [user("Hi")], ...given });
    const user = (content: unknown) => ({ role: "user", content });
    /** Requests that were answered, and feedback: what a refused one must not add to. */
    const kept = async () =>
      (
        await services.database.db.execute(sql`
          select (select count(*)::int from request_log where status = 200) as answered,
            (select count(*)::int from feedback) as feedback`)
      )[0];

    it.each<[string, string | Uint8Array, Record<string, string>, number]>([
      ["nothing", "", {}, 400],
      ["a form", "model=tiny", { "content-type": "application/x-www-form-urlencoded" }, 415],
      ["half of the JSON", '{"model":"tiny@1', {}, 400],
      ["a list", "[]", {}, 400],
      ["UTF-16", Buffer.from(chat({}), "utf16le"), {}, 400],
      ["gzip", gzipSync(chat({})), { "content-encoding": "gzip" }, 415],
      ["cut gzip", gzipSync(chat({})).subarray(0, 12), {}, 400],
      ["10 MB", chat({ messages: [user("x".repeat(10 * 1024 * 1024))] }), {}, 413],
      ["no model", JSON.stringify({ messages: [] }), {}, 400],
      ["a model called ../../etc/passwd", chat({ model: "../../etc/passwd" }), {}, 404],
      ["a model of 4 KB", chat({ model: "x".repeat(4096) }), {}, 404],
      ["a model with NUL", chat({ model: "tiny\u0000@1" }), {}, 400],
      ["an unknown role", chat({ messages: [{ role: "wizard", content: "Hi" }] }), {}, 400],
      ["no messages", chat({ messages: [] }), {}, 400],
      ["content that is a number", chat({ messages: [user(7)] }), {}, 400],
      ["half a character", chat({}).replace("Hi", "\\ud800"), {}, 400],
      ["a prompt beyond the context", chat({ messages: [user("word ".repeat(5000))] }), {}, 400],
      ["n = 1e9", chat({ n: 1e9 }), {}, 400],
      ["max_tokens below zero", chat({ max_tokens: -1 }), {}, 400],
      ["a parameter nobody knows", chat({ sparkle: true }), {}, 400],
    ])(
      "%s: status, type and words that help; nothing is written down as answered",
      async (...given) => {
        const [, body, headers, status] = given;
        const before = await kept();
        const answer = await send(body, headers);
        expect([answer.status, answer.error.type], answer.text).toEqual([
          status,
          "invalid_request_error",
        ]);
        expect(answer.error.message.length, answer.text).toBeGreaterThan(15);
        expect(answer.error.message.length).toBeLessThan(1000);
        expect(answer.text).not.toMatch(/\.ts:\d+|node_modules|at async|[0-9a-f]{64}/);
        expect(await kept()).toEqual(before);
      },
    );

    it("names the place of a character that cannot be kept", async () => {
      const answer = await send(chat({ messages: [user("a\u0000b")] }));
      expect([answer.status, answer.error.param]).toEqual([400, "messages.0.content"]);
      expect(answer.error.message).toMatch(/NUL/);
    });

    it("feedback that fits nothing is refused, and none is kept", async () => {
      const before = await kept();
      for (const body of [
        "",
        "[]",
        "{}",
        '{"request_id":"1","rating":"up"}',
        '{"rating":"magic"}',
      ]) {
        const answer = await send(body, {}, "/v1/feedback");
        expect([answer.status, answer.error.type], answer.text).toEqual([
          400,
          "invalid_request_error",
        ]);
      }
      expect(await kept()).toEqual(before);
    });

    it("a page's token that has passed its five minutes is refused", async () => {
      const given = { user: handle.userId, project: handle.projectId, preview: true };
      const old = signToken(services.secrets, given, -1);
      const answer = await send(chat({}), { authorization: `Bearer ${old}` });
      expect([answer.status, answer.error.code]).toEqual([401, "invalid_api_key"]);
    });

    it("a model server that stopped is named, and the request is written down as failed", async () => {
      const at = services.modelServerUrl;
      services.modelServerUrl = "http://127.0.0.1:9";
      try {
        const before = await kept();
        const answer = await send(chat({}));
        expect([answer.status, answer.error.type], answer.text).toEqual([503, "server_error"]);
        expect(answer.error.message).toMatch(/model server/i);
        expect(answer.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1:9/);
        expect(await kept()).toEqual(before);
      } finally {
        services.modelServerUrl = at;
      }
      expect((await send(chat({}))).status).toBe(200);
    });
  },
);

import { sql } from "drizzle-orm";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { revokeKey } from "#lib/access/keys.ts";
import { listResponses } from "#lib/inference/list-responses.ts";
import { startInference } from "#lib/inference/start-inference.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { refusal, servedEndpoint } from "#tests/setup/served-endpoint.ts";
import { registerTiny } from "#tests/setup/served-model.ts";
import { pythonWithTorch, withoutPython } from "#tests/setup/tiny-model.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const messages = [{ role: "user" as const, content: "Where is my parcel?" }];

describe.skipIf(!pythonWithTorch())(
  `the endpoint (${withoutPython})`,
  { timeout: 120_000 },
  async () => {
    const { services, url, handle, key, client } = await servedEndpoint();
    await registerTiny(services, handle, "tiny");

    const context = (of: ProjectHandle) => ({
      handle: of,
      services,
      actor: of.actor,
      signal: new AbortController().signal,
    });

    it("answers the official client, streamed and whole, under the name it asked for", async () => {
      const openai = await client(["preview"]);
      expect((await openai.models.list()).data.map((one) => one.id)).toEqual(["tiny@1"]);
      const parameters = { model: "tiny@1", messages, seed: 4, max_tokens: 24 };
      const { data: whole, response } = await openai.chat.completions
        .create(parameters)
        .withResponse();
      expect(response.headers.get("x-assay-stage")).toBe("preview");
      expect(whole.model).toBe("tiny@1");
      expect(whole.usage?.completion_tokens).toBeGreaterThan(0);
      let text = "";
      let usage: unknown;
      const stream = await openai.chat.completions.create({
        ...parameters,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const chunk of stream) {
        expect(chunk.model).toBe("tiny@1");
        text += chunk.choices[0]?.delta.content ?? "";
        usage = chunk.usage ?? usage;
      }
      expect(text).toBe(whole.choices[0]?.message.content);
      expect(usage).toEqual(whole.usage);
      const plain = await openai.chat.completions.create({ ...parameters, stream: true });
      for await (const chunk of plain) {
        expect(chunk.choices).toHaveLength(1);
        expect(chunk).not.toHaveProperty("usage");
      }
      const several = await openai.chat.completions.create({
        ...parameters,
        n: 3,
        temperature: 1.5,
      });
      expect(several.choices).toHaveLength(3);
      const stop = text.slice(2, 4);
      const stopped = await openai.chat.completions.create({ ...parameters, stop });
      expect(stopped.choices[0]?.message.content).toBe(text.slice(0, text.indexOf(stop)));
      expect(stopped.choices[0]?.finish_reason).toBe("stop");
      const scored = await openai.completions.create({
        model: "tiny@1",
        prompt: "Where is",
        max_tokens: 0,
        echo: true,
        logprobs: 0,
      });
      expect(
        scored.choices[0]?.logprobs?.token_logprobs?.slice(1).every((x) => x !== null && x <= 0),
      ).toBe(true);
    });

    it("refuses in the words that OpenAI's clients expect", async () => {
      const openai = await client(["preview"]);
      const wrong = new OpenAI({ baseURL: `${url}/v1`, apiKey: "ak_wrong", maxRetries: 0 });
      expect(await refusal(wrong.models.list())).toMatchObject({
        status: 401,
        code: "invalid_api_key",
      });
      const ask = (more: object) =>
        refusal(
          openai.chat.completions.create({ model: "tiny@1", messages, max_tokens: 4, ...more }),
        );
      expect(await ask({ model: "nothing@1" })).toMatchObject({
        status: 404,
        code: "model_not_found",
      });
      // A version is not a deployment: its bare name reaches nothing.
      expect(await ask({ model: "tiny" })).toMatchObject({ status: 404 });
      expect(await ask({ temperature: 9 })).toMatchObject({ status: 400, param: "temperature" });
      expect(await ask({ best_of: 2 })).toMatchObject({ status: 400, param: "best_of" });
      expect(await ask({ n: 1e9 })).toMatchObject({ status: 400, param: "n" });
    });

    it("keeps previews from keys without that scope, and projects from each other", async () => {
      const chatOnly = await client(["chat"]);
      expect((await chatOnly.models.list()).data).toEqual([]);
      const ask = (of: OpenAI) =>
        refusal(of.chat.completions.create({ model: "tiny@1", messages }));
      expect(await ask(chatOnly)).toMatchObject({ status: 404 });
      const other = await makeHandle(services);
      expect(await ask(await client(["preview"], other))).toMatchObject({ status: 404 });
    });

    it("cuts a revoked key within five seconds", async () => {
      const made = await key(["preview"]);
      const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: made.key, maxRetries: 0 });
      await openai.models.list();
      await revokeKey.run(context(handle), { project: handle.slug, key: made.id });
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await refusal(openai.models.list())).toMatchObject({ status: 401 });
    });

    it("limits the rate of a key with Retry-After", async () => {
      const made = await key(["preview"], handle, 20);
      const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: made.key, maxRetries: 0 });
      await openai.models.list();
      await openai.models.list();
      const error = await refusal(openai.models.list());
      expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
      expect(Number(error.headers?.get("retry-after"))).toBeGreaterThan(0);
    });

    it("cancels in the engine's child within a second when the client leaves, and writes it down", async () => {
      const openai = await client(["preview"]);
      const leave = new AbortController();
      const stream = await openai.chat.completions.create(
        {
          model: "tiny@1",
          messages,
          max_tokens: 200,
          n: 16,
          temperature: 1.5,
          stream: true,
          seed: 1,
        },
        { signal: leave.signal },
      );
      const left = (async () => {
        for await (const chunk of stream) {
          if (chunk.choices[0]?.delta.content) leave.abort();
        }
      })();
      await left.catch(() => undefined);
      const at = performance.now();
      for (;;) {
        const answer = await fetch(`${services.modelServerUrl}/internal/models`, {
          headers: { authorization: `Bearer ${services.secrets.internal}` },
        });
        const { models } = (await answer.json()) as {
          models: { aborted?: number; lastAbort?: unknown }[];
        };
        if (JSON.stringify(models).match(/"lastAbort":\{/)) break;
        if (performance.now() - at > 1000)
          throw new Error(`not aborted after 1 s: ${JSON.stringify(models)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      const [row] = await services.database.db.execute<{ status: number; error_code: string }>(
        sql`select status, error_code from request_log where project_id = ${handle.projectId} order by created_at desc limit 1`,
      );
      expect(row).toEqual({ status: 499, error_code: "cancelled" });
    });

    it("answers a prompt set with every version once, also when its worker stops in between", async () => {
      await registerTiny(services, handle, "second");
      const source = await placeUpload(
        services,
        handle,
        "prompts.jsonl",
        Array.from({ length: 12 }, (_, n) =>
          JSON.stringify({ messages: [{ role: "user", content: `Prompt ${n}` }] }),
        ).join("\n"),
      );
      const started = await startInference.run(
        context(handle),
        startInference.input.parse({
          project: handle.slug,
          models: ["tiny@1", "second@1"],
          source,
          samples: 2,
          parameters: { max_tokens: 8, seed: 5, temperature: 1 },
        }),
      );
      const shutdown = new AbortController();
      const first = runJob(services, started.run, shutdown.signal);
      setTimeout(() => shutdown.abort(), 150);
      const stopped = await first;
      const done = stopped.state === "queued" ? await runJob(services, started.run) : stopped;
      expect(done.result).toMatchObject({ planned: 48, answers: 48, errors: 0 });
      const { prompts } = await listResponses.run(context(handle), {
        project: handle.slug,
        run: started.run,
        after: -1,
        limit: 50,
        only: "all",
      });
      expect(prompts).toHaveLength(12);
      expect(prompts.every((prompt) => prompt.responses.length === 4)).toBe(true);
    });
  },
);

import type OpenAI from "openai";
import { beforeAll, describe, expect, it } from "vitest";
import { refusal, servedEndpoint } from "#tests/setup/served-endpoint.ts";
import { registerTiny } from "#tests/setup/served-model.ts";
import { pythonWithTorch, withoutPython } from "#tests/setup/tiny-model.ts";

const messages = [{ role: "user" as const, content: "Where is my parcel?" }];
const prompt = "Can I change";

describe.skipIf(!pythonWithTorch())(
  `parameters through the endpoint with the official client (${withoutPython})`,
  { timeout: 120_000 },
  async () => {
    const { services, handle, client } = await servedEndpoint();
    let openai: OpenAI;
    beforeAll(async () => {
      await registerTiny(services, handle, "tiny");
      openai = await client(["preview"], handle, 6000);
    });

    // A model this small is sure of what it learned: heat and a least length leave a parameter something to change.
    const base = { model: "tiny@1", seed: 5, max_tokens: 30, min_tokens: 30, temperature: 1.7 };
    const chat = (given: object = {}) =>
      openai.chat.completions.create({ ...base, messages, ...given, stream: false });
    const complete = (given: object = {}) =>
      openai.completions.create({ ...base, prompt, ...given, stream: false });
    const refused = async (work: Promise<unknown>) => {
      const { status, param, code, type } = await refusal(work);
      return { status, param, code, type };
    };

    const changing: [string, object][] = [
      ["seed", { seed: 6 }],
      ["temperature", { temperature: 0 }],
      ["top_p", { top_p: 0.2 }],
      ["top_k", { top_k: 1 }],
      ["max_tokens", { max_tokens: 3, min_tokens: 3 }],
      ["repetition_penalty", { repetition_penalty: 5 }],
      ["frequency_penalty", { frequency_penalty: 2 }],
      ["presence_penalty", { presence_penalty: 2 }],
      ["logit_bias", { logit_bias: { 20: 100 } }],
    ];

    it.each([
      ...changing,
      ["max_completion_tokens", { max_tokens: null, max_completion_tokens: 3, min_tokens: 3 }],
    ])("chat: %s changes the answer, and without a change it is the same", async (...given) => {
      const [, change] = given as [string, object];
      const text = async (more: object) => (await chat(more)).choices[0]?.message.content;
      const first = await text({});
      expect(await text({})).toBe(first);
      expect(await text(change)).not.toBe(first);
    });

    it.each(changing)("completions: %s changes the answer", async (_name, change) => {
      const first = (await complete()).choices[0]?.text;
      expect((await complete()).choices[0]?.text).toBe(first);
      expect((await complete(change)).choices[0]?.text).not.toBe(first);
    });

    it("stop, n and min_tokens, in both calls", async () => {
      const free = { min_tokens: 0 };
      const whole = (await complete(free)).choices[0]?.text ?? "";
      const said = (await chat(free)).choices[0]?.message.content ?? "";
      expect([whole.length, said.length].every((length) => length > 4)).toBe(true);
      const before = (text: string, stop: string) => text.slice(0, text.indexOf(stop));
      const [part, word] = [whole.slice(2, 4), said.slice(2, 4)];
      expect((await complete({ ...free, stop: [part] })).choices[0]).toMatchObject({
        text: before(whole, part),
        finish_reason: "stop",
      });
      const stopped = (await chat({ ...free, stop: word })).choices[0];
      expect(stopped?.message.content).toBe(before(said, word));
      const three = await complete({ n: 3 });
      expect(new Set(three.choices.map(({ text }) => text)).size).toBe(3);
      expect((await chat({ n: 2 })).choices.map(({ index }) => index)).toEqual([0, 1]);
      // It holds back stop strings, too.
      const held = await complete({ stop: [part], min_tokens: 20 });
      expect(held.usage?.completion_tokens).toBeGreaterThanOrEqual(20);
    });

    it("logprobs and top_logprobs of a chat; null without them", async () => {
      expect((await chat()).choices[0]?.logprobs ?? null).toBeNull();
      const tokens = (await chat({ logprobs: true })).choices[0]?.logprobs?.content ?? [];
      expect(tokens.length).toBeGreaterThan(0);
      expect(tokens.every(({ logprob }) => logprob <= 0)).toBe(true);
      expect(tokens[0]?.top_logprobs ?? []).toEqual([]);
      const ranked = await chat({ logprobs: true, top_logprobs: 3 });
      expect(ranked.choices[0]?.logprobs?.content?.[0]?.top_logprobs).toHaveLength(3);
    });

    it("echo and logprobs of a completion: the prompt's own tokens, scored", async () => {
      const plain = (await complete({ max_tokens: 4, min_tokens: 4 })).choices[0];
      expect(plain?.text.startsWith(prompt)).toBe(false);
      const echoed = (await complete({ max_tokens: 4, min_tokens: 4, echo: true, logprobs: 2 }))
        .choices[0];
      expect(echoed?.text).toBe(prompt + plain?.text);
      const scores = echoed?.logprobs?.token_logprobs ?? [];
      expect(scores[0]).toBeNull();
      expect(scores.slice(1).every((score) => score < 0)).toBe(true);
      expect(Object.keys(echoed?.logprobs?.top_logprobs?.[1] ?? {}).length).toBeGreaterThanOrEqual(
        2,
      );
      expect(plain?.logprobs ?? null).toBeNull();
    });

    it("stream and stream_options.include_usage, in both calls", async () => {
      for (const include_usage of [true, false]) {
        const more = { stream: true as const, stream_options: { include_usage } };
        const seen: unknown[] = [];
        for await (const one of await openai.completions.create({ ...base, prompt, ...more })) {
          if (one.usage) seen.push(one.usage);
        }
        for await (const one of await openai.chat.completions.create({
          ...base,
          messages,
          ...more,
        })) {
          if (one.usage) seen.push(one.usage);
        }
        expect(seen).toHaveLength(include_usage ? 2 : 0);
      }
    });

    it("response_format text is what it does anyway", async () => {
      const first = (await chat()).choices[0]?.message.content;
      expect((await chat({ response_format: { type: "text" } })).choices[0]?.message.content).toBe(
        first,
      );
    });

    const tool = { type: "function", function: { name: "look", parameters: {} } };
    it.each<[string, object]>([
      ["tools", { tools: [tool] }],
      ["tool_choice", { tool_choice: "auto" }],
      ["parallel_tool_calls", { parallel_tool_calls: true }],
      ["functions", { functions: [] }],
      ["function_call", { function_call: "none" }],
      ["response_format.type", { response_format: { type: "json_object" } }],
      [
        "response_format.type",
        { response_format: { type: "json_schema", json_schema: { name: "x" } } },
      ],
      ["audio", { audio: { voice: "alloy", format: "wav" } }],
      ["modalities", { modalities: ["text", "audio"] }],
      ["prediction", { prediction: { type: "content", content: "x" } }],
      ["reasoning_effort", { reasoning_effort: "low" }],
      ["verbosity", { verbosity: "low" }],
      ["service_tier", { service_tier: "auto" }],
      ["store", { store: true }],
      ["metadata", { metadata: { a: "b" } }],
      ["user", { user: "me" }],
      ["web_search_options", { web_search_options: {} }],
      ["stream_options", { stream_options: { include_usage: true } }],
      [
        "messages.0.content.0.type",
        {
          messages: [
            { role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] },
          ],
        },
      ],
      ["top_logprobs", { top_logprobs: 2 }],
      ["top_logprobs", { logprobs: true, top_logprobs: 21 }],
      ["temperature", { temperature: 2.1 }],
      ["top_p", { top_p: 0 }],
      ["n", { n: 17 }],
      ["stop", { stop: ["a", "b", "c", "d", "e"] }],
      ["seed", { seed: "4" }],
      ["max_completion_tokens", { max_completion_tokens: 0, min_tokens: 0 }],
    ])("chat: 400 names %s (%#)", async (param, given) => {
      expect(await refused(chat(given))).toMatchObject({
        status: 400,
        param,
        type: "invalid_request_error",
      });
    });

    it.each<[string, object]>([
      ["suffix", { suffix: "x" }],
      ["best_of", { best_of: 2 }],
      ["messages", { messages }],
      ["max_completion_tokens", { max_completion_tokens: 4 }],
      ["logprobs", { logprobs: true }],
      ["max_tokens", { max_tokens: 0, min_tokens: 0 }],
      ["user", { user: "me" }],
    ])("completions: 400 names %s", async (param, given) => {
      expect(await refused(complete(given))).toMatchObject({ status: 400, param });
    });

    it("400 names an option of a stream that is not supported", async () => {
      const ask = (stream_options: object) =>
        refused(
          openai.chat.completions.create({ ...base, messages, stream: true, stream_options }),
        );
      expect(await ask({ include_obfuscation: true })).toMatchObject({
        status: 400,
        param: "stream_options.include_obfuscation",
      });
      expect(await ask({ include_usage: 1 } as object)).toMatchObject({
        status: 400,
        param: "stream_options.include_usage",
      });
    });

    it("one model by its name; an unknown one and an unknown address as OpenAI says it", async () => {
      expect(await openai.models.retrieve("tiny@1")).toMatchObject({
        id: "tiny@1",
        object: "model",
      });
      const unknown = {
        status: 404,
        param: "model",
        code: "model_not_found",
        type: "invalid_request_error",
      };
      expect(await refused(openai.models.retrieve("nothing"))).toEqual(unknown);
      expect(await refused(chat({ model: "nothing@1" }))).toEqual(unknown);
      expect(await refused(openai.get("/sparkles"))).toMatchObject({
        status: 404,
        code: "unknown_url",
      });
    });
  },
);

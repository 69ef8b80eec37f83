import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeCapabilities } from "#models/capabilities.ts";
import { createModelClient } from "#models/client.ts";
import { batches, loadEmbedder } from "#models/server/engine/embedder.ts";
import { encoderTypes } from "#models/server/engine/encoder-config.ts";
import { loadEngine } from "#models/server/engine/load-engine.ts";
import type { Engine, RunContext } from "#models/server/engine/port.ts";
import { pythonWithTorch, tinyEncoder, withoutPython } from "#tests/setup/tiny-model.ts";
import { copyOf, modelServer, type TestServer, until } from "./engine-server.ts";

type Vectors = { mean: number[]; cls: number[]; max: number[]; normalized: number[] };
type Expected = ({ text: string; ids: number[] } & Vectors)[];
const limit = 1e-5;
const context = (signal = new AbortController().signal): RunContext => ({ signal, steps: 0 });
const text = (value: string) => ({ kind: "text", text: value, addSpecialTokens: true }) as const;

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(Number(a[i]) - Number(b[i])));
  return most;
}

it("the engine and the trainer name the same families", async () => {
  const source = await readFile("models/trainer/assay_trainer/encoders.py", "utf8");
  const list = /^ENCODERS = \{(.+)\}$/m.exec(source)?.[1] ?? "";
  expect([...list.matchAll(/"([^"]+)"/g)].map((match) => match[1])).toEqual([...encoderTypes]);
});

describe("batches", () => {
  const of = (...lengths: number[]) => lengths.map((length) => new Array<number>(length).fill(1));

  it("hold every sequence once, the like-long together", () => {
    expect(batches(of(2, 9, 3, 9, 1), 18, 64)).toEqual([
      [1, 3],
      [2, 0, 4],
    ]);
    expect(batches([], 18, 64)).toEqual([]);
  });

  it("keep to their tokens, padding counted, and to their rows", () => {
    for (const rows of batches(of(5, 4, 3, 2, 1, 40), 10, 2)) {
      expect(rows.length).toBeLessThanOrEqual(2);
      const longest = Math.max(...rows.map((row) => [5, 4, 3, 2, 1, 40][row] ?? 0));
      if (rows.length > 1) expect(rows.length * longest).toBeLessThanOrEqual(10);
    }
    expect(batches(of(5, 5, 5), 1000, 1)).toEqual([[0], [1], [2]]);
  });
});

describe.skipIf(!pythonWithTorch())(`embedding engine (${withoutPython})`, () => {
  let folder: string;
  let expected: Expected;
  let engine: Engine;
  beforeAll(async () => {
    const built = await tinyEncoder();
    folder = join(built, "artefact");
    expected = JSON.parse(await readFile(join(built, "expected.json"), "utf8"));
    engine = await loadEngine(folder, { device: "cpu", dtype: undefined });
  }, 600_000);
  afterAll(() => engine?.close());

  it("says what it is", () => {
    expect(engine.info).toMatchObject({
      embeddings: true,
      chat: false,
      dimensions: 32,
      maxContext: 48,
      dtype: "fp32",
    });
  });

  it("reads texts as transformers does", () => {
    for (const { text: given, ids } of expected) {
      expect([given, engine.encode(text(given))]).toEqual([given, ids]);
    }
    const [first] = expected;
    expect(engine.pieces(first?.ids ?? []).at(0)).toMatchObject({ text: "[CLS]", special: true });
    const words = engine.pieces(first?.ids ?? []).slice(1, -1);
    expect(words.map((piece) => piece.text).join("")).toBe(first?.text.replaceAll(" ", ""));
  });

  it.each(["mean", "cls", "max", "normalized"] as const)(
    "gives torch's vectors: %s",
    async (kind) => {
      const copy = await copyOf(folder, `pooling-${kind}`);
      const mode = {
        mean: "mean_tokens",
        cls: "cls_token",
        max: "max_tokens",
        normalized: "mean_tokens",
      };
      const modules = ["Transformer", "Pooling", ...(kind === "normalized" ? ["Normalize"] : [])];
      const listed = modules.map((name, i) => ({
        path: i === 0 ? "" : `${i}_${name}`,
        type: `a.b.${name}`,
      }));
      await writeFile(join(copy, "modules.json"), JSON.stringify(listed));
      const pooling = { [`pooling_mode_${mode[kind]}`]: true };
      await writeFile(join(copy, "1_Pooling/config.json"), JSON.stringify(pooling));
      const one = await loadEmbedder(copy, { device: "cpu", dtype: undefined });
      const vectors = await one.embed(
        expected.map(({ ids }) => ids),
        context(),
      );
      await one.close();
      for (const [i, vector] of vectors.entries()) {
        expect(distance(vector, expected[i]?.[kind] ?? [])).toBeLessThan(1e-4);
      }
    },
  );

  it("gives a text the same vector alone and in any company", async () => {
    const ids = expected.map((each) => each.ids);
    const alone = [];
    for (const one of ids) alone.push(...(await engine.embed([one], context())));
    const many = [...ids, ...ids.toReversed(), ...ids.map((one) => one.slice(0, 3)), ...ids];
    const together = await engine.embed(many, context());
    for (const [i, vector] of alone.entries()) {
      for (const at of [i, 2 * ids.length - 1 - i, 3 * ids.length + i]) {
        expect(distance(vector, together[at] ?? [])).toBeLessThan(limit);
      }
    }
    // The comparison would mean nothing if all texts had one vector.
    expect(distance(alone[0] ?? [], alone[1] ?? [])).toBeGreaterThan(0.01);
  });

  it("hears an abort between batches, and says how far it came", async () => {
    const abort = new AbortController();
    const run = context(abort.signal);
    const long = new Array<number>(48).fill(7);
    const work = engine.embed(
      Array.from({ length: 2_000 }, () => long),
      run,
    );
    const counted = until(async () => run.steps > 0, 5_000).then(() => abort.abort());
    await expect(work).rejects.toThrow(/abort/i);
    await counted;
    expect(run.steps).toBeLessThan(40);
  });

  it("refuses to write, to score and to chat", async () => {
    const words = /embedding model: it gives vectors and writes no text/;
    await expect(engine.score([7], 0, context())).rejects.toThrow(words);
    await expect(engine.generate([7], {} as never, context()).next()).rejects.toThrow(words);
    const messages = [{ role: "user" as const, content: "Hello" }];
    expect(() => engine.encode({ kind: "chat", messages, addGenerationPrompt: true })).toThrow(
      words,
    );
  });

  it.each([
    [
      "modules.json",
      '[{"type":"a.Transformer"},{"type":"a.Dense","path":"1_Dense"}]',
      /applies .*Dense/,
    ],
    ["modules.json", '[{"type":"a.Transformer","path":"../x"}]', /plain folder/],
    ["1_Pooling/config.json", '{"pooling_mode_lasttoken":true}', /lasttoken/],
    ["1_Pooling/config.json", "{}", /not named/],
    [
      "config.json",
      '{"model_type":"qwen3","vocab_size":9,"max_position_embeddings":9}',
      /type qwen3/,
    ],
    ["sentence_bert_config.json", '{"max_seq_length":"x"}', /max_seq_length/],
  ])("refuses a folder whose %s it does not know: %s", async (file, content, message) => {
    const copy = await copyOf(folder, "refused");
    await writeFile(join(copy, file), content);
    const load = loadEngine(copy, { device: "cpu", dtype: undefined });
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toMatchObject({ code: "unsupported_format" });
  });

  describe("over HTTP", () => {
    let server: TestServer;
    let openai: OpenAI;
    beforeAll(async () => {
      server = await modelServer({ artefactPath: (id) => (id === "enc" ? folder : undefined) });
      openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.token, maxRetries: 0 });
      await server.call("/v1/embeddings", { model: "enc", input: "x" });
    }, 60_000);
    afterAll(() => server?.close());

    it("OpenAI's own client, unchanged: base64 by its default, and floats", async () => {
      const input = expected.map((each) => each.text);
      const packed = await openai.embeddings.create({ model: "enc", input });
      const plain = await openai.embeddings.create({
        model: "enc",
        input,
        encoding_format: "float",
      });
      expect(packed.data).toHaveLength(input.length);
      for (const [i, { embedding, index }] of packed.data.entries()) {
        expect(index).toBe(i);
        expect(distance(embedding, plain.data[i]?.embedding ?? [])).toBe(0);
        expect(distance(embedding, expected[i]?.mean ?? [])).toBeLessThan(1e-4);
      }
      const tokens = expected.reduce((sum, each) => sum + each.ids.length, 0);
      expect(packed.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
    });

    it("takes a text, texts, token ids and lists of them, all alike", async () => {
      const [one, two] = expected;
      const read = async (input: unknown): Promise<number[][]> =>
        (await server.call("/v1/embeddings", { model: "enc", input })).data.map(
          (each: { embedding: number[] }) => each.embedding,
        );
      const { tokens } = await server.call("/tokenize", { model: "enc", prompt: one?.text });
      const [first] = await read(one?.text);
      for (const same of [
        await read([one?.text]),
        await read(tokens),
        await read([tokens, two?.ids]),
      ]) {
        expect(distance(same[0] ?? [], first ?? [])).toBeLessThan(limit);
      }
    });

    it("is found out by probing: vectors and nothing else", async () => {
      const client = createModelClient({ baseUrl: `${server.url}/v1`, apiKey: server.token });
      const found = await probeCapabilities(client, "enc");
      expect(found).toMatchObject({
        embeddings: true,
        chat: false,
        tokenLogprobs: false,
        promptLogprobs: false,
        n: false,
        seed: false,
        maxContext: 48,
      });
      expect(found.reasons.chat).toMatch(/writes no text/);
    });

    it.each([
      ["an empty text", { input: "" }, { param: "input", code: "invalid_value" }],
      ["an empty list", { input: [] }, { param: "input" }],
      ["an empty text in a list", { input: ["a", ""] }, { param: "input.1" }],
      ["an empty list of ids", { input: [[7], []] }, { param: "input.1" }],
      ["half a character", { input: "\ud800" }, { param: "input" }],
      [
        "an id that does not exist",
        { input: [[7], [99_999]] },
        { param: "input", message: /99999/ },
      ],
      [
        "too many texts",
        { input: new Array(2_049).fill("a") },
        { param: "input", message: /2048/ },
      ],
      [
        "a text that is too long, named and never cut",
        { input: ["a", "the parcel ".repeat(30)] },
        {
          param: "input",
          code: "context_length_exceeded",
          message: /Text 2 of 2 has 62 tokens.* 48/,
        },
      ],
      [
        "one that is far too long",
        { input: "a ".repeat(50_000) },
        { param: "input", code: "context_length_exceeded" },
      ],
      [
        "other dimensions",
        { input: "a", dimensions: 16 },
        { param: "dimensions", message: /have 32/ },
      ],
      ["another form", { input: "a", encoding_format: "hex" }, { param: "encoding_format" }],
      ["what it does not know", { input: "a", truncate: true }, { code: "unknown_parameter" }],
    ])("refuses %s", async (_name, body, wanted) => {
      const found: Record<string, unknown> = await server.refusal("/v1/embeddings", {
        model: "enc",
        ...body,
      });
      const { message, ...fields } = wanted as { message?: RegExp };
      expect(found).toMatchObject({ status: 400, ...fields });
      if (message) expect(found.message).toMatch(message);
    });

    it("takes the dimensions that it has, and refuses to write", async () => {
      const body = { model: "enc", input: "a", dimensions: 32 };
      expect((await server.call("/v1/embeddings", body)).data[0].embedding).toHaveLength(32);
      const messages = [{ role: "user", content: "Hello" }];
      for (const [path, more] of [
        ["/v1/chat/completions", { messages }],
        ["/v1/completions", { prompt: "Hello" }],
        ["/v1/chat/completions", { messages, stream: true }],
      ] as const) {
        const found = await server.refusal(path, { model: "enc", ...more });
        expect(found).toMatchObject({
          status: 400,
          message: expect.stringMatching(/writes no text/),
        });
      }
    });

    it("cuts a text only when asked, and then to the beginning that fits", async () => {
      const long = "the parcel ".repeat(30);
      const { tokens } = await server.call("/tokenize", { model: "enc", prompt: long });
      const cut = { model: "enc", input: [long, "x"], truncate_prompt_tokens: -1 };
      const found = await server.call("/v1/embeddings", cut);
      const same = [...tokens.slice(0, 47), tokens.at(-1)];
      const plain = await server.call("/v1/embeddings", { model: "enc", input: same });
      expect(distance(found.data[0].embedding, plain.data[0].embedding)).toBeLessThan(limit);
      expect(found.usage.prompt_tokens).toBe(48 + 3);
      const other = { model: "enc", input: "x", truncate_prompt_tokens: 9 };
      expect(await server.refusal("/v1/embeddings", other)).toMatchObject({
        status: 400,
        param: "truncate_prompt_tokens",
      });
    });

    it("stops when its client leaves", async () => {
      const abort = new AbortController();
      const long = "the parcel ".repeat(22);
      const body = { model: "enc", input: new Array(2_000).fill(long) };
      const before = (await server.state("enc")).counts.aborted;
      const left = server.send("/v1/embeddings", body, abort.signal).catch(() => "left");
      await until(async () => (await server.state("enc")).active === 1);
      abort.abort();
      expect(await left).toBe("left");
      const state = await until(async () => {
        const now = await server.state("enc");
        return now.counts.aborted > before ? now : undefined;
      });
      expect(state.lastAbort).toMatchObject({ killed: false });
      expect(state.counts.crashed).toBe(0);
    });
  });
});

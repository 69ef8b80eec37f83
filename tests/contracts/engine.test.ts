import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { loadTransformersEngine } from "#models/server/engine/transformers.ts";
import { pythonWithTorch, tinyModel, withoutPython } from "#tests/setup/tiny-model.ts";
import { engineContract } from "./engine.contract.ts";

const python = pythonWithTorch();

if (python) {
  engineContract("transformers.js", async () => {
    const folder = await tinyModel();
    const engine = await loadTransformersEngine(folder, { device: "cpu", dtype: undefined });
    const session = await InferenceSession.create(join(folder, "onnx/model.onnx"));
    return {
      engine,
      reference: (ids) => wholeForward(session, ids),
      close: async () => {
        await engine.close();
        await session.release();
      },
    };
  });
}

describe.skipIf(!python)(`transformers.js engine (${withoutPython})`, () => {
  it("agrees with torch on the same weights", async () => {
    const folder = await tinyModel();
    const engine = await loadTransformersEngine(folder, { device: "cpu", dtype: undefined });
    const ids = engine.encode({
      kind: "text",
      text: "Why did my invoice come late?",
      addSpecialTokens: true,
    });
    const script = [
      "import sys, json, torch",
      "from transformers import AutoModelForCausalLM",
      "model = AutoModelForCausalLM.from_pretrained(sys.argv[1]).eval()",
      "ids = torch.tensor([json.loads(sys.argv[2])])",
      "with torch.no_grad(): logp = torch.log_softmax(model(ids).logits[0].double(), -1)",
      "print(json.dumps([logp[i, t].item() for i, t in enumerate(ids[0, 1:])]))",
    ].join("\n");
    const { stdout } = await promisify(execFile)(python ?? "", [
      "-c",
      script,
      folder,
      JSON.stringify(ids),
    ]);
    const expected: number[] = JSON.parse(stdout);
    const run = { signal: new AbortController().signal, steps: 0 };
    const scored = await engine.score(ids, 0, run);
    for (const [i, logprob] of expected.entries()) {
      expect(Math.abs((scored[i + 1]?.logprob ?? Number.NaN) - logprob)).toBeLessThan(1e-3);
    }
    await engine.close();
    // Importing torch alone takes half a minute when the machine is busy.
  }, 180_000);

  it("falls back to the processor where CUDA is missing", async () => {
    const engine = await loadTransformersEngine(await tinyModel(), {
      device: "cuda",
      dtype: undefined,
    });
    expect(["cpu", "cuda"]).toContain(engine.info.device);
    await engine.close();
  });

  it("says what an artefact lacks", async () => {
    const load = (folder: string, dtype?: "q4") =>
      loadTransformersEngine(folder, { device: "cpu", dtype });
    await expect(load("/nowhere")).rejects.toMatchObject({ code: "unsupported_format" });
    await expect(load(await tinyModel(), "q4")).rejects.toThrow(/with dtype q4/);
    const engine = await load(await tinyModel());
    const run = { signal: new AbortController().signal, steps: 0 };
    await expect(engine.embed([[1]], run)).rejects.toThrow(/no embeddings/);
    await engine.close();
  });
});

/** The whole sequence in one pass with an empty cache. */
async function wholeForward(session: InferenceSession, ids: number[]): Promise<Float32Array[]> {
  const feeds: Record<string, Tensor> = {};
  for (const meta of session.inputMetadata) {
    if (!meta.isTensor || !meta.name.startsWith("past_key_values")) continue;
    const shape = meta.shape.map((size) =>
      typeof size === "number" ? size : size === "batch_size" ? 1 : 0,
    );
    feeds[meta.name] = new Tensor("float32", new Float32Array(0), shape);
  }
  const row = (values: number[]) =>
    new Tensor("int64", BigInt64Array.from(values.map(BigInt)), [1, values.length]);
  feeds.input_ids = row(ids);
  feeds.attention_mask = row(ids.map(() => 1));
  feeds.position_ids = row(ids.map((_, i) => i));
  const { logits } = await session.run(feeds);
  if (!logits) throw new Error("the graph gave no logits");
  const data = logits.data as Float32Array;
  const width = data.length / ids.length;
  return ids.map((_, i) => data.slice(i * width, (i + 1) * width));
}

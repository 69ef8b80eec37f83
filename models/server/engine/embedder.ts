import { setImmediate as breathe } from "node:timers/promises";
import { AutoModel, env, PreTrainedTokenizer } from "@huggingface/transformers";
import { type EncoderConfig, readEncoderConfig } from "./encoder-config.ts";
import { chooseFile, type Dtype, type LoadOptions, notLoaded, readJson } from "./model-files.ts";
import { poolVectors } from "./pool-vectors.ts";
import { type Engine, type EngineInfo, EngineRefusal, type Prompt } from "./port.ts";
import { closeRuntime, int64, loadOn, sessionOptions } from "./runtime.ts";
import type { TokenizerJson } from "./token-text.ts";
import { readVocabulary } from "./vocabulary.ts";

type EncoderModel = Awaited<ReturnType<typeof AutoModel.from_pretrained>>;
/** Rows of one pass, whatever their length. */
const mostRows = 64;

/**
 * Loads an embedding model from `folder`: {config,tokenizer}.json, onnx/model*.onnx from ids and mask to one vector a
 * token, and sentence-transformers' files for the rest (encoder-config.ts). Reads nothing outside the folder.
 * Throws EngineRefusal when the folder is no such model.
 */
export async function loadEmbedder(folder: string, options: LoadOptions): Promise<Engine> {
  closeRuntime();
  const config = await readEncoderConfig(folder);
  const { dtype, bytes } = await chooseFile(folder, options.dtype);
  const { tokenizer, vocabulary } = await loadTokenizer(folder);
  const { model, device } = await loadOn(options.device, (on) =>
    AutoModel.from_pretrained(folder, sessionOptions(dtype, on)),
  );
  const info: EngineInfo = {
    engine: `transformers.js ${env.version}`,
    dtype,
    device,
    maxContext: config.maxTokens,
    vocabulary: config.vocabulary,
    chat: false,
    embeddings: true,
    dimensions: config.dimensions,
  };
  const passes = (sequences: number[][]) =>
    batches(sequences, passTokens(bytes), rowsAtOnce(dtype));
  return {
    info,
    encode: (prompt) => encode(prompt, config, tokenizer, vocabulary),
    pieces: (ids) => ids.map((id) => vocabulary.piece(id)),
    // biome-ignore lint/correctness/useYield: it refuses before the first
    generate: async function* () {
      throw writesNoText();
    },
    score: async () => {
      throw writesNoText();
    },
    embed: async (sequences, run) => {
      const vectors: Float32Array[] = new Array(sequences.length);
      for (const rows of passes(sequences)) {
        // A turn of the event loop, so that a cancel sent meanwhile is heard.
        await breathe();
        run.signal.throwIfAborted();
        const given = rows.map((row) => sequences[row] ?? []);
        const pooled = await forward(model, config, given);
        run.steps++;
        for (const [i, row] of rows.entries()) vectors[row] = pooled[i] as Float32Array;
      }
      return vectors;
    },
    close: async () => {
      await model.dispose();
    },
  };
}

/** A pass should stay well below the second in which a cancel must be heard; a single text cannot be divided. */
const passTokens = (bytes: number) => (bytes < 100e6 ? 2048 : bytes < 1e9 ? 512 : 256);

/** q8 measures its scale over a whole batch, so there the company of a text would change its vector. */
const rowsAtOnce = (dtype: Dtype) => (dtype === "q8" ? 1 : mostRows);

/** Indices of the sequences in passes: the like-long together, so that little is computed for padding. */
export function batches(sequences: number[][], tokens: number, mostRows: number): number[][] {
  const lengthOf = (row: number) => sequences[row]?.length ?? 0;
  const order = sequences.map((_, row) => row).sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const passes: number[][] = [];
  let longest = 0;
  for (const row of order) {
    const last = passes.at(-1);
    if (last && last.length < mostRows && (last.length + 1) * longest <= tokens) last.push(row);
    else {
      longest = lengthOf(row);
      passes.push([row]);
    }
  }
  return passes;
}

async function forward(
  model: EncoderModel,
  config: EncoderConfig,
  rows: number[][],
): Promise<Float32Array[]> {
  const lengths = rows.map((ids) => ids.length);
  const longest = Math.max(...lengths);
  const shape = [rows.length, longest];
  const padding = (ids: number[], value: number) =>
    new Array<number>(longest - ids.length).fill(value);
  const { last_hidden_state: hidden } = await model({
    input_ids: int64(
      rows.flatMap((ids) => [...ids, ...padding(ids, config.padId)]),
      shape,
    ),
    attention_mask: int64(
      rows.flatMap((ids) => [...ids.map(() => 1), ...padding(ids, 0)]),
      shape,
    ),
  });
  const found: number[] = hidden?.dims ?? [];
  if (found.join() !== [...shape, config.dimensions].join()) {
    throw notLoaded(`its graph does not give one vector of ${config.dimensions} numbers a token`);
  }
  const { pooling, normalize } = config;
  const data: Float32Array = hidden.data;
  const vectors = poolVectors(data, lengths, longest, config.dimensions, pooling, normalize);
  if (!vectors.every((vector) => vector.every(Number.isFinite))) {
    throw new EngineRefusal(
      "upstream_failed",
      "The model gave a vector that holds no numbers, so nothing was returned. Its weights are damaged; register it again.",
    );
  }
  return vectors;
}

async function loadTokenizer(folder: string) {
  const json = (await readJson(folder, "tokenizer.json")) as TokenizerJson | undefined;
  if (!json) throw notLoaded("it has no tokenizer.json");
  const config = (await readJson(folder, "tokenizer_config.json")) ?? {};
  try {
    const tokenizer = new PreTrainedTokenizer(json, config as Record<string, unknown>);
    return { tokenizer, vocabulary: readVocabulary(json) };
  } catch (error) {
    if (error instanceof EngineRefusal) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw notLoaded(`its tokenizer cannot be read (${reason})`, error);
  }
}

/** Texts with the tokenizer's own tokens around them; token ids as they are. What is too long is refused, never cut. */
function encode(
  prompt: Prompt,
  config: EncoderConfig,
  tokenizer: PreTrainedTokenizer,
  vocabulary: ReturnType<typeof readVocabulary>,
): number[] {
  if (prompt.kind === "chat") throw writesNoText("messages");
  if (prompt.kind === "tokens") {
    const unknown = prompt.ids.find((id) => !vocabulary.has(id));
    if (unknown === undefined) return prompt.ids;
    throw new EngineRefusal(
      "invalid_input",
      `Token id ${unknown} is not in this model's vocabulary.`,
      { param: "input" },
    );
  }
  const bytes = Buffer.byteLength(prompt.text);
  if (bytes > config.maxTokens * mostBytes) {
    throw new EngineRefusal(
      "invalid_input",
      `A text has ${bytes} bytes, far more than this model's ${config.maxTokens} tokens. Shorten it or divide it.`,
      { param: "input", reason: "context_length_exceeded" },
    );
  }
  const text = config.lowercase ? prompt.text.toLowerCase() : prompt.text;
  return tokenizer.encode(text, { add_special_tokens: prompt.addSpecialTokens });
}

/**
 * Bytes a token, far above any language's: a text of so many is refused before the tokenizer reads it. One unknown
 * word of up to 100 characters is one token, and runs of spaces are none.
 */
const mostBytes = 400;

function writesNoText(param = "model"): EngineRefusal {
  return new EngineRefusal(
    "invalid_input",
    "This is an embedding model: it gives vectors and writes no text. Send texts to /v1/embeddings, or name a model that writes.",
    { param },
  );
}

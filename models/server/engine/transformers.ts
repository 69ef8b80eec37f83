import { AutoModelForCausalLM, env, type Tensor } from "@huggingface/transformers";
import { type Decoder, decode, type Forward, score } from "./decode.ts";
import { chooseFile, type LoadOptions, notLoaded, readJson } from "./model-files.ts";
import { type Engine, type EngineInfo, EngineRefusal, type Prompt } from "./port.ts";
import { closeRuntime, int64, loadOn, sessionOptions } from "./runtime.ts";
import { PromptTokenizer } from "./tokenizer.ts";

type Cache = Record<string, Tensor>;
type CausalModel = Awaited<ReturnType<typeof AutoModelForCausalLM.from_pretrained>>;

/**
 * Loads an exported causal language model from `folder` ({config,tokenizer,tokenizer_config}.json and
 * onnx/model*.onnx with a KV cache). Reads nothing outside the folder and never the network.
 * Throws EngineRefusal when the folder is no such model.
 */
export async function loadTransformersEngine(
  folder: string,
  options: LoadOptions,
): Promise<Engine> {
  closeRuntime();
  const config = await readConfig(folder);
  const { dtype, bytes } = await chooseFile(folder, options.dtype);
  const tokenizer = await PromptTokenizer.load(folder).catch(unreadable);
  const { model, device } = await loadOn(options.device, (on) =>
    AutoModelForCausalLM.from_pretrained(folder, sessionOptions(dtype, on)),
  );
  const decoder: Decoder<Cache> = {
    forward: forwardOf(model, config.vocabulary),
    vocabulary: config.vocabulary,
    maxContext: config.maxContext,
    // A pass should stay well below the second in which a cancel must be heard.
    chunk: bytes < 100e6 ? 256 : bytes < 1e9 ? 64 : 16,
    endTokens: await readEndTokens(folder, config.endTokens, tokenizer.eosId),
    text: tokenizer.text,
  };
  const info: EngineInfo = {
    engine: `transformers.js ${env.version}`,
    dtype,
    device,
    maxContext: config.maxContext,
    vocabulary: config.vocabulary,
    chat: tokenizer.hasTemplate,
    embeddings: false,
    dimensions: undefined,
  };
  return {
    info,
    encode: (prompt: Prompt) => tokenizer.encode(prompt, config.maxContext),
    pieces: (ids) => ids.map((id) => tokenizer.text.piece(id)),
    generate: (ids, sampling, run) => decode(decoder, ids, sampling, run),
    score: (ids, top, run) => score(decoder, ids, top, run),
    embed: async () => {
      throw new EngineRefusal(
        "invalid_input",
        "This model writes text and gives no embeddings. Use an embedding model.",
        { param: "model" },
      );
    },
    close: async () => {
      await model.dispose();
    },
  };
}

type ModelConfig = { maxContext: number; vocabulary: number; endTokens: number[] };

async function readConfig(folder: string): Promise<ModelConfig> {
  const config = await readObject(folder, "config.json");
  if (config === undefined) throw notLoaded(`${folder} has no config.json`);
  if (config.auto_map) throw notLoaded("its config.json asks for code of its own (auto_map)");
  const maxContext = Number(config.max_position_embeddings ?? config.n_positions ?? config.n_ctx);
  const vocabulary = Number(config.vocab_size);
  if (!(maxContext > 0) || !(vocabulary > 0)) {
    throw notLoaded("its config.json does not say how many positions and tokens it has");
  }
  return { maxContext, vocabulary, endTokens: idList(config.eos_token_id) };
}

/** The generation config knows best; the tokenizer's own end token always ends. */
async function readEndTokens(
  folder: string,
  fromConfig: number[],
  fromTokenizer: number | undefined,
): Promise<Set<number>> {
  const generation = await readObject(folder, "generation_config.json");
  const ids = idList(generation?.eos_token_id);
  return new Set([...(ids.length > 0 ? ids : fromConfig), ...idList(fromTokenizer)]);
}

function forwardOf(model: CausalModel, vocabulary: number): Forward<Cache> {
  return async (ids, cache) => {
    const past = cache ? pastLength(cache) : 0;
    const outputs = await model.forward({
      input_ids: int64(ids, [1, ids.length]),
      attention_mask: int64(1, [1, past + ids.length]),
      past_key_values: cache ?? null,
    });
    const logits: Float32Array = outputs.logits.data;
    if (logits.length !== ids.length * vocabulary) {
      throw notLoaded("its graph does not give one row of logits a token");
    }
    const next: Cache = {};
    for (const [name, tensor] of Object.entries<Tensor>(outputs)) {
      if (name.startsWith("present")) next[name.replace("present", "past_key_values")] = tensor;
    }
    if (Object.keys(next).length === 0) throw notLoaded("its graph has no KV cache");
    return { logits, cache: next };
  };
}

/** Keys and values are [batch, heads, tokens, size]. */
function pastLength(cache: Cache): number {
  return Object.values(cache)[0]?.dims.at(-2) ?? 0;
}

async function readObject(
  folder: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  const value = await readJson(folder, name);
  if (value === undefined || (typeof value === "object" && value !== null)) {
    return value as Record<string, unknown> | undefined;
  }
  throw notLoaded(`its ${name} does not hold an object`);
}

/** Broken JSON, missing files, a template that does not parse: all of them faults of the artefact. */
function unreadable(error: unknown): never {
  if (error instanceof EngineRefusal) throw error;
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  throw notLoaded(`its tokenizer or chat template cannot be read (${reason})`, error);
}

function idList(value: unknown): number[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(Number);
}

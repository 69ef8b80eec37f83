import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const headerNames = [
  "dim",
  "hidden",
  "layers",
  "heads",
  "kvHeads",
  "vocabulary",
  "context",
] as const;
type Header = Record<(typeof headerNames)[number], number>;
type Tensor = { shape: number[]; values: Float32Array };

/**
 * Writes a Hugging Face Llama folder (config, safetensors, tokenizer) from a llama2.c checkpoint and its tokenizer.
 * Layout: seven int32, then float32 tensors; the output head shares the embedding.
 * Byte order is little-endian, as that of every machine this runs on.
 */
export function convertLlama2c(checkpoint: string, tokenizer: string, folder: string): void {
  const bytes = Uint8Array.from(readFileSync(checkpoint)).buffer;
  const numbers = new Int32Array(bytes, 0, headerNames.length);
  const header = Object.fromEntries(
    headerNames.map((name, i) => [name, numbers[i] ?? 0]),
  ) as Header;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "model.safetensors"),
    safetensors(readTensors(new Float32Array(bytes, 4 * headerNames.length), header)),
  );
  const json = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  json("config.json", modelConfig(header));
  json("tokenizer.json", tokenizerJson(readPieces(readFileSync(tokenizer), header.vocabulary)));
  json("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: "<s>",
    eos_token: "</s>",
    unk_token: "<unk>",
    clean_up_tokenization_spaces: false,
    model_max_length: header.context,
  });
}

function modelConfig(header: Header) {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: header.vocabulary,
    hidden_size: header.dim,
    intermediate_size: header.hidden,
    num_hidden_layers: header.layers,
    num_attention_heads: header.heads,
    num_key_value_heads: header.kvHeads,
    max_position_embeddings: header.context,
    hidden_act: "silu",
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
    dtype: "float32",
  };
}

/** The checkpoint holds each kind of weight for all layers in a row. */
function readTensors(all: Float32Array, header: Header): Map<string, Tensor> {
  const { dim, hidden, layers, heads, kvHeads, vocabulary } = header;
  const kv = (dim / heads) * kvHeads;
  const out = new Map<string, Tensor>();
  let at = 0;
  const take = (shape: number[]) => {
    const from = at;
    at += shape.reduce((a, b) => a * b);
    return { shape, values: all.subarray(from, at) };
  };
  const each = (name: string, shape: number[], change = (tensor: Tensor) => tensor) => {
    for (let layer = 0; layer < layers; layer++) {
      out.set(`model.layers.${layer}.${name}.weight`, change(take(shape)));
    }
  };
  out.set("model.embed_tokens.weight", take([vocabulary, dim]));
  each("input_layernorm", [dim]);
  each("self_attn.q_proj", [dim, dim], (tensor) => splitHalves(tensor, heads));
  each("self_attn.k_proj", [kv, dim], (tensor) => splitHalves(tensor, kvHeads));
  each("self_attn.v_proj", [kv, dim]);
  each("self_attn.o_proj", [dim, dim]);
  each("post_attention_layernorm", [dim]);
  each("mlp.gate_proj", [hidden, dim]);
  each("mlp.down_proj", [dim, hidden]);
  each("mlp.up_proj", [hidden, dim]);
  out.set("model.norm.weight", take([dim]));
  return out;
}

/** Rotary pairs lie side by side in llama2.c; transformers wants a head's first members before its second ones. */
function splitHalves({ shape, values }: Tensor, heads: number): Tensor {
  const [rows = 0, columns = 0] = shape;
  const size = rows / heads;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % size;
    const to = row - inHead + (inHead % 2) * (size / 2) + Math.floor(inHead / 2);
    out.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return { shape, values: out };
}

/** https://github.com/huggingface/safetensors: length of the header, header, tensors end to end. */
function safetensors(tensors: Map<string, Tensor>): Buffer {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  const text = JSON.stringify({ ...Object.fromEntries(entries), __metadata__: { format: "pt" } });
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const bodies = [...tensors.values()].map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, header, ...bodies]);
}

/** A token's text by id. After one int32: score, length and bytes of each token, best score first. */
function readPieces(bytes: Buffer, count: number): string[] {
  const pieces: string[] = [];
  for (let at = 4; pieces.length < count; ) {
    const length = bytes.readInt32LE(at + 4);
    pieces.push(bytes.toString("utf8", at + 8, at + 8 + length));
    at += 8 + length;
  }
  return pieces.map((piece, id) => (id < 3 ? piece.trim() : piece.replaceAll(" ", "\u2581")));
}

/** SentencePiece's BPE as merges: any two pieces that make a third, those of the better (earlier) third first. */
function tokenizerJson(pieces: string[]) {
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const merges = pieces.slice(3).flatMap((piece) => {
    const characters = [...piece];
    return characters.slice(1).flatMap((_, i) => {
      const pair = [characters.slice(0, i + 1).join(""), characters.slice(i + 1).join("")];
      return pair.every((part) => part in vocab) ? [pair] : [];
    });
  });
  const special = { special: true, normalized: false, single_word: false };
  return {
    version: "1.0",
    added_tokens: pieces
      .slice(0, 3)
      .map((content, id) => ({ id, content, ...special, lstrip: false, rstrip: false })),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "\u2581" },
        { type: "Replace", pattern: { String: " " }, content: "\u2581" },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
      special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "\u2581" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      unk_token: "<unk>",
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

import { z } from "zod";

/**
 * The trainer's files, as docs/trainer.md describes them: what goes in (spec.json, rows) and what comes out
 * (events.jsonl, result.json, the preview). Names are those of the files. The Python side is the authority on
 * contradictions between fields; bounds and defaults here are the same, and a test holds them together.
 */
const whole = (low: number, high: number) => z.number().int().min(low).max(high);

export const architectureSchema = z.strictObject({
  /** The most that the tokenizer may learn; small data may give fewer. */
  vocab_size: whole(300, 65_536).default(2048),
  hidden_size: whole(8, 4096).default(128),
  intermediate_size: whole(8, 16_384).default(344),
  layers: whole(1, 48).default(4),
  heads: whole(1, 64).default(4),
  kv_heads: whole(1, 64).default(2),
  context_length: whole(16, 8192).default(512),
  tie_embeddings: z.boolean().default(true),
});
export type Architecture = z.infer<typeof architectureSchema>;

export const hyperSchema = z.strictObject({
  epochs: z.number().min(0.001).max(1000).default(1),
  /** Above 0 it replaces epochs. */
  max_steps: whole(0, 10_000_000).default(0),
  batch_size: whole(1, 4096).default(8),
  grad_accum: whole(1, 4096).default(1),
  learning_rate: z.number().min(0).max(1).default(5e-4),
  warmup_ratio: z.number().min(0).max(1).default(0.05),
  schedule: z.enum(["linear", "cosine", "constant"]).default("cosine"),
  weight_decay: z.number().min(0).max(10).default(0),
  /** Gradients are clipped to this norm; 0 leaves them. */
  max_grad_norm: z.number().min(0).max(1e6).default(1),
  cutoff_length: whole(8, 32_768).default(512),
  lora_rank: whole(1, 512).default(8),
  lora_alpha: whole(1, 4096).default(16),
  lora_dropout: z.number().min(0).max(0.9).default(0),
  lora_targets: z.union([z.string(), z.array(z.string())]).default("all-linear"),
  train_on: z.enum(["assistant", "all"]).default("assistant"),
  /** Steps between evaluations; 0 evaluates at the end only. */
  eval_every: whole(0, 10_000_000).default(0),
  /** Steps between checkpoints; 0 makes ten of them. */
  checkpoint_every: whole(0, 10_000_000).default(0),
  precision: z.enum(["auto", "fp32", "bf16"]).default("auto"),
});
export type Hyper = z.infer<typeof hyperSchema>;

export const trainSpecSchema = z.strictObject({
  schema: z.literal(1).default(1),
  run: z.string().default(""),
  attempt: whole(1, 1_000_000).default(1),
  method: z.enum(["pretrain", "sft"]).default("pretrain"),
  tuning: z.enum(["full", "lora"]).default("full"),
  /** A local Hugging Face folder with safetensors; null when training from scratch. */
  base: z.string().nullable().default(null),
  architecture: architectureSchema.prefault({}),
  hyper: hyperSchema.prefault({}),
  seed: whole(0, 2 ** 31 - 1).default(0),
  device: z.enum(["auto", "cpu", "cuda"]).default("auto"),
  threads: whole(1, 256).default(1),
  /** Replaces the base's template. */
  chat_template: z.string().max(65_536).nullable().default(null),
});
export type TrainSpec = z.infer<typeof trainSpecSchema>;

/** One training row; `content` may be null on an assistant's turn that only calls tools. */
export type TrainRow =
  | {
      messages: {
        role: "system" | "user" | "assistant" | "tool";
        content: string | null;
        tool_calls?: { name: string; arguments: string }[];
      }[];
      tools?: unknown[];
    }
  | { text: string }
  | { prompt: string; completion: string };

const paritySchema = z.object({
  passed: z.boolean(),
  tolerance: z.number(),
  max_abs_logit_difference: z.number(),
  greedy_tokens: z.number(),
  greedy_equal: z.number(),
  greedy_ties: z.number(),
  loglikelihood_difference: z.number(),
  sequences: z.number(),
});
export type Parity = z.infer<typeof paritySchema>;

const dataSchema = z.object({
  rows: z.number(),
  examples: z.number(),
  tokens: z.number(),
  trained_tokens: z.number(),
  truncated: z.number(),
  /** Reason -> rows. */
  skipped: z.record(z.string(), z.number()),
});

/** Why an attempt failed; each has its own exit code. */
export const failureCodes = [
  "invalid_input",
  "unsupported_format",
  "parity_failed",
  "out_of_memory",
  "disk_full",
  "diverged",
  "internal",
] as const;

const at = { t: z.number() };
const step = z.number().int();

export const trainEventSchema = z.discriminatedUnion("type", [
  z.object({ ...at, type: z.literal("tokenizer"), vocab_size: z.number(), ...dataSchema.shape }),
  z.object({
    ...at,
    type: z.literal("started"),
    step,
    total_steps: step,
    resumed_from: step.nullable(),
    device: z.string(),
    device_name: z.string(),
    precision: z.string(),
    threads: z.number(),
    parameters: z.number(),
    trainable_parameters: z.number(),
  }),
  z.object({
    ...at,
    type: z.literal("step"),
    step,
    total_steps: step,
    loss: z.number(),
    lr: z.number(),
    grad_norm: z.number(),
    tokens: z.number(),
    tokens_per_second: z.number(),
    eta_seconds: z.number(),
    epoch: z.number(),
  }),
  z.object({
    ...at,
    type: z.literal("eval"),
    step,
    final: z.boolean(),
    loss: z.number(),
    perplexity: z.number(),
    examples: z.number(),
    trained_tokens: z.number(),
  }),
  z.object({ ...at, type: z.literal("checkpoint"), step }),
  z.object({ ...at, type: z.literal("export"), step }),
  z.object({ ...at, type: z.literal("parity"), ...paritySchema.shape }),
  z.object({ ...at, type: z.literal("done"), step }),
  z.object({ ...at, type: z.literal("failed"), code: z.enum(failureCodes), message: z.string() }),
  z.object({ ...at, type: z.literal("stopped"), reason: z.enum(["signal", "owner_gone"]) }),
]);
export type TrainEvent = z.infer<typeof trainEventSchema>;

/** Vectors of the graph against torch's. */
const vectorParitySchema = z.object({
  passed: z.boolean(),
  tolerance: z.number(),
  least_cosine_allowed: z.number(),
  least_cosine: z.number(),
  max_abs_difference: z.number(),
  sequences: z.number(),
});

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const artefactFields = {
  /** Path below artefact/ -> digest and size. */
  files: z.record(z.string(), z.object({ sha256: hex, bytes: z.number() })),
  parameters: z.number(),
  architecture: z.string(),
  context_length: z.number(),
  tokenizer_digest: hex,
  template_digest: hex,
  parity: paritySchema,
};

export const trainResultSchema = z.discriminatedUnion("state", [
  z.object({
    schema: z.literal(1),
    state: z.literal("done"),
    ...artefactFields,
    trainable_parameters: z.number(),
    steps: step,
    tokens: z.number(),
    seconds: z.number(),
    /** Mean loss a trained token (nats) of the last step; null when a resumed run had no step left. */
    loss: z.number().nullable(),
    eval_loss: z.number().nullable(),
    eval_perplexity: z.number().nullable(),
    /** 6 × parameters × tokens. */
    flops: z.number(),
    peak_memory_bytes: z.number(),
    device: z.string(),
    precision: z.string(),
    seed: z.number(),
    lock_digest: hex,
    train_digest: hex,
    data: z.object({ train: dataSchema, eval: dataSchema.nullable() }),
  }),
  z.object({
    schema: z.literal(1),
    state: z.literal("failed"),
    code: z.enum(failureCodes),
    message: z.string(),
    parity: paritySchema.optional(),
    issues: z.array(z.string()).optional(),
  }),
  z.object({
    schema: z.literal(1),
    state: z.literal("stopped"),
    reason: z.enum(["signal", "owner_gone", "killed"]),
  }),
]);
export type TrainResult = z.infer<typeof trainResultSchema>;

const exported = { schema: z.literal(1), state: z.literal("done"), ...artefactFields };
export const exportResultSchema = z.union([
  z.object({
    ...exported,
    /** How an embedding model's tokens become the vector of a text. */
    embedding: z.object({
      dimensions: whole(1, 1_000_000),
      pooling: z.enum(["mean", "cls", "max"]),
      normalize: z.boolean(),
      max_length: whole(1, 10_000_000),
    }),
    template_digest: z.null(),
    parity: vectorParitySchema,
  }),
  z.object({ ...exported, embedding: z.undefined().optional() }),
]);
export type ExportResult = z.infer<typeof exportResultSchema>;

export const previewSchema = z.object({
  schema: z.literal(1),
  /** False when train.jsonl was too large to be read whole; counts are then scaled up from a sample. */
  exact: z.boolean(),
  tokenizer: z.object({ vocab_size: z.number(), source: z.enum(["base", "rows"]) }),
  examples: z.array(
    z.union([
      z.object({
        ids: z.array(z.number()),
        tokens: z.array(z.string()),
        trained: z.array(z.boolean()),
        length: z.number(),
      }),
      z.object({ skipped: z.string() }),
    ]),
  ),
  data: dataSchema.extend({ sampled_share: z.number() }),
  estimate: z.object({
    steps: z.number(),
    tokens: z.number(),
    parameters: z.number(),
    trainable_parameters: z.number(),
    flops: z.number(),
    seconds: z.number(),
    seconds_of: z.object({
      reading: z.number(),
      steps: z.number(),
      evaluation: z.number(),
      export: z.number(),
    }),
    tokens_per_second: z.number(),
    peak_memory_bytes: z.number(),
    device: z.string(),
    precision: z.string(),
    how: z.string(),
  }),
});
export type TrainPreview = z.infer<typeof previewSchema>;

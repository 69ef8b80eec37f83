import type { InputOf } from "#app/_ui/client.ts";
import { countParameters } from "#lib/training/count-parameters.ts";
import type { Architecture, Hyper } from "#models/launch/schema.ts";

export type Way = "pretrain" | "full" | "lora";
export type Preset = "tiny" | "small" | "custom";

/** What the page holds; the server's input is made from it. */
export type Settings = {
  snapshot: string | null;
  model: string;
  way: Way;
  base: string | null;
  preset: Preset;
  architecture: Architecture;
  hyper: Hyper;
  seed: number;
  device: "auto" | "cpu" | "cuda";
  canaries: { count: number; repeats: number };
};

export const ways: { value: Way; label: string; help: string }[] = [
  {
    value: "pretrain",
    label: "From scratch",
    help: "A new tokenizer and a new small model learn from your rows alone. It answers only what it has seen.",
  },
  {
    value: "full",
    label: "Fine-tune all weights",
    help: "A base goes on learning from your rows. Every weight may change; it costs the most memory.",
  },
  {
    value: "lora",
    label: "Fine-tune with LoRA",
    help: "Small adapters learn beside a frozen base and are merged into it at the end. Little memory, little forgetting.",
  },
];

/**
 * What suits models of this size. A frozen base takes a higher rate than a moving one. From scratch, many small steps learn
 * as much as few large ones, and seem to keep less of a row that was read once (docs/evaluation-methods.md).
 */
const suited: Record<Way, Pick<Hyper, "learning_rate" | "batch_size">> = {
  pretrain: { learning_rate: 6e-4, batch_size: 2 },
  full: { learning_rate: 1e-4, batch_size: 8 },
  lora: { learning_rate: 5e-4, batch_size: 8 },
};

export const presets: Record<Exclude<Preset, "custom">, Architecture> = {
  tiny: {
    vocab_size: 1024,
    hidden_size: 64,
    intermediate_size: 172,
    layers: 2,
    heads: 4,
    kv_heads: 2,
    context_length: 256,
    tie_embeddings: true,
  },
  small: {
    vocab_size: 1536,
    hidden_size: 160,
    intermediate_size: 432,
    layers: 2,
    heads: 4,
    kv_heads: 4,
    context_length: 256,
    tie_embeddings: true,
  },
};

/** The trainer's own defaults, written out: the browser should not load zod to fill a form. A test holds them equal. */
export const defaultHyper: Hyper = {
  epochs: 1,
  max_steps: 0,
  batch_size: 8,
  grad_accum: 1,
  learning_rate: 0.0005,
  warmup_ratio: 0.05,
  schedule: "cosine",
  weight_decay: 0,
  max_grad_norm: 1,
  cutoff_length: 512,
  lora_rank: 8,
  lora_alpha: 16,
  lora_dropout: 0,
  lora_targets: "all-linear",
  train_on: "assistant",
  eval_every: 0,
  checkpoint_every: 0,
  precision: "auto",
};

export const presetHelp = (preset: Preset, architecture: Architecture): string => {
  const size = `At most ${new Intl.NumberFormat("en", { notation: "compact" }).format(countParameters(architecture))} parameters`;
  if (preset === "tiny") return `${size}; minutes on a laptop, to see whether the data works.`;
  if (preset === "small") return `${size}; recognisable answers from a few thousand conversations.`;
  return `${size}.`;
};

export function initialSettings(given: { snapshot: string | null; base: string | null }): Settings {
  const way = given.base === null ? "pretrain" : "full";
  return {
    ...given,
    model: "",
    way,
    preset: "small",
    architecture: presets.small,
    // One reading a row: more answer better and learn by heart (docs/evaluation-methods.md); the gate's canaries tell.
    hyper: { ...defaultHyper, ...suited[way] },
    seed: 1,
    device: "auto",
    canaries: { count: 8, repeats: 1 },
  };
}

/** Another way of training, with the steps that suit it. */
export const withWay = (settings: Settings, way: Way): Settings => ({
  ...settings,
  way,
  hyper: { ...settings.hyper, ...suited[way] },
});

/** What is still missing before a start, in one sentence. */
export function missingOf({ snapshot, way, base, model }: Settings): string | undefined {
  if (!snapshot) return "Choose a snapshot first";
  if (way !== "pretrain" && !base) return "Choose the version to start from";
  if (model.trim() === "") return "Give the model a name";
  return undefined;
}

/** What a preview is asked with. */
export function choicesOf(project: string, s: Settings): InputOf<"training.preview"> {
  const scratch = s.way === "pretrain";
  return {
    project,
    snapshot: s.snapshot ?? "",
    method: scratch ? "pretrain" : "sft",
    tuning: s.way === "lora" ? "lora" : "full",
    ...(scratch ? { architecture: s.architecture } : { base: s.base ?? "" }),
    hyper: s.hyper,
    seed: s.seed,
    device: s.device,
  };
}

type NumberField<K extends string> = {
  name: K;
  label: string;
  help: string;
  min: number;
  max: number;
  decimals?: true;
};

type ArchitectureNumber = Exclude<keyof Architecture, "tie_embeddings">;
export const architectureFields: NumberField<ArchitectureNumber>[] = [
  {
    name: "vocab_size",
    label: "Vocabulary",
    help: "Most tokens it may learn; small data gives fewer",
    min: 300,
    max: 65_536,
  },
  {
    name: "hidden_size",
    label: "Hidden size",
    help: "Width; an even multiple of the heads",
    min: 8,
    max: 4096,
  },
  {
    name: "intermediate_size",
    label: "Inner size",
    help: "Width inside a layer, about 2.7 × hidden",
    min: 8,
    max: 16_384,
  },
  { name: "layers", label: "Layers", help: "Depth", min: 1, max: 48 },
  { name: "heads", label: "Heads", help: "Attention heads", min: 1, max: 64 },
  {
    name: "kv_heads",
    label: "Key/value heads",
    help: "Divides the heads; fewer save memory",
    min: 1,
    max: 64,
  },
  {
    name: "context_length",
    label: "Context",
    help: "Most tokens it can read at once",
    min: 16,
    max: 8192,
  },
];

type HyperNumber = {
  [K in keyof Hyper]: Hyper[K] extends number ? K : never;
}[keyof Hyper];

export const basicFields: NumberField<HyperNumber>[] = [
  {
    name: "epochs",
    label: "Epochs",
    help: "How often every row is read",
    min: 0.001,
    max: 1000,
    decimals: true,
  },
  {
    name: "max_steps",
    label: "Steps",
    help: "Above 0 it replaces the epochs",
    min: 0,
    max: 10_000_000,
  },
  {
    name: "batch_size",
    label: "Batch size",
    help: "Examples in memory at once",
    min: 1,
    max: 4096,
  },
  {
    name: "learning_rate",
    label: "Learning rate",
    help: "Size of a step at its height; too high diverges",
    min: 0,
    max: 1,
    decimals: true,
  },
];

export const moreFields: NumberField<HyperNumber>[] = [
  {
    name: "grad_accum",
    label: "Gradient accumulation",
    help: "Batches added up into one step",
    min: 1,
    max: 4096,
  },
  {
    name: "warmup_ratio",
    label: "Warm-up",
    help: "Share of the steps in which the rate rises",
    min: 0,
    max: 1,
    decimals: true,
  },
  {
    name: "weight_decay",
    label: "Weight decay",
    help: "Pulls weights towards 0",
    min: 0,
    max: 10,
    decimals: true,
  },
  {
    name: "max_grad_norm",
    label: "Gradient limit",
    help: "Longer gradients are cut to it; 0 leaves them",
    min: 0,
    max: 1e6,
    decimals: true,
  },
  {
    name: "cutoff_length",
    label: "Length limit",
    help: "Tokens of an example; longer rows are cut or continued",
    min: 8,
    max: 32_768,
  },
  {
    name: "eval_every",
    label: "Steps between evaluations",
    help: "0 evaluates at the end only",
    min: 0,
    max: 10_000_000,
  },
  {
    name: "checkpoint_every",
    label: "Steps between checkpoints",
    help: "0 makes ten of them",
    min: 0,
    max: 10_000_000,
  },
];

export const loraFields: NumberField<HyperNumber>[] = [
  { name: "lora_rank", label: "LoRA rank", help: "Width of the adapters", min: 1, max: 512 },
  {
    name: "lora_alpha",
    label: "LoRA alpha",
    help: "Their weight; usually twice the rank",
    min: 1,
    max: 4096,
  },
  {
    name: "lora_dropout",
    label: "LoRA dropout",
    help: "Share of the adapter's input left out",
    min: 0,
    max: 0.9,
    decimals: true,
  },
];

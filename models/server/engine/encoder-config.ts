import { z } from "zod";
import { notLoaded, readJson } from "./model-files.ts";

/** Families that read a text in both directions. The trainer exports the same (assay_trainer/encoders.py). */
export const encoderTypes = [
  "albert",
  "bert",
  "camembert",
  "distilbert",
  "electra",
  "modernbert",
  "mpnet",
  "roberta",
  "xlm-roberta",
] as const;
/** Their positions are counted from behind the padding's id, so the table holds that many fewer. */
const offsetPositions: ReadonlySet<string> = new Set([
  "camembert",
  "mpnet",
  "roberta",
  "xlm-roberta",
]);
const poolings = ["mean", "cls", "max"] as const;
export type Pooling = (typeof poolings)[number];

/** How the vectors of a text's tokens become one. */
export type EncoderConfig = {
  pooling: Pooling;
  /** Whether vectors are cut to length 1. */
  normalize: boolean;
  /** Most tokens of a text, the tokenizer's own around it included. */
  maxTokens: number;
  lowercase: boolean;
  vocabulary: number;
  dimensions: number;
  /** What fills a batch's shorter rows; the mask hides it. */
  padId: number;
};

const whole = z.int().min(0);
const configSchema = z.looseObject({
  model_type: z.string().optional(),
  is_decoder: z.boolean().nullish(),
  vocab_size: whole.min(1),
  max_position_embeddings: whole.min(3),
  pad_token_id: whole.nullish(),
  hidden_size: whole.min(1).optional(),
  dim: whole.min(1).optional(),
  auto_map: z.never("asks for code of its own (auto_map)").optional(),
});
const modulesSchema = z.array(
  z.looseObject({
    type: z.string(),
    path: z
      .string()
      .regex(/^(\w[\w.-]*)?$/, "names a path that is no plain folder")
      .default(""),
  }),
);
const sentenceSchema = z.looseObject({
  max_seq_length: z.int().min(3).nullish(),
  do_lower_case: z.boolean().nullish(),
});
const poolingSchema = z.looseObject({ pooling_mode: z.string().optional() });
const modes: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: "mean",
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
};
const orders = ["Transformer", "Transformer,Pooling", "Transformer,Pooling,Normalize"];

/** Whether an artefact folder gives vectors: an encoder, or whatever says so in sentence-transformers' words. */
export async function isEncoder(folder: string): Promise<boolean> {
  const config = await readJson(folder, "config.json");
  const kind = (config as { model_type?: unknown; is_decoder?: unknown } | undefined) ?? {};
  if (encoderTypes.some((one) => one === kind.model_type) && kind.is_decoder !== true) return true;
  return (await readJson(folder, "modules.json")) !== undefined;
}

/**
 * How an embedding model's folder wants its texts read: config.json, modules.json, 1_Pooling/config.json and
 * sentence_bert_config.json, as sentence-transformers writes them. Without the last three: the mean, not normalised.
 * Throws EngineRefusal for steps and poolings that the engine does not know.
 */
export async function readEncoderConfig(folder: string): Promise<EncoderConfig> {
  const config = await read(folder, "config.json", configSchema);
  if (!config) throw notLoaded("it has no config.json");
  if (!encoderTypes.some((one) => one === config.model_type)) {
    throw notLoaded(
      `it is an embedding model of the type ${config.model_type}; supported are ${encoderTypes.join(", ")}`,
    );
  }
  const modules = (await read(folder, "modules.json", modulesSchema)) ?? [];
  const kinds = modules.map(({ type }) => type.split(".").at(-1) ?? "");
  if (modules.length > 0 && !orders.includes(kinds.join(","))) {
    throw notLoaded(
      `its modules.json applies ${kinds.join(", ")}; Transformer, Pooling and Normalize are known, in this order`,
    );
  }
  const named = modules[kinds.indexOf("Pooling")]?.path;
  const pooling = await read(folder, `${named || "1_Pooling"}/config.json`, poolingSchema);
  if (!pooling && named !== undefined) {
    throw notLoaded(`${named}/config.json is missing, and modules.json names it`);
  }
  const sentence = await read(folder, "sentence_bert_config.json", sentenceSchema);
  const dimensions = config.hidden_size ?? config.dim;
  if (!dimensions) throw notLoaded("its config.json does not say how long its vectors are");
  const offset = offsetPositions.has(config.model_type ?? "") ? (config.pad_token_id ?? 0) + 1 : 0;
  const table = config.max_position_embeddings - offset;
  return {
    pooling: pooling ? poolingOf(pooling) : "mean",
    normalize: kinds.includes("Normalize"),
    maxTokens: Math.min(table, sentence?.max_seq_length ?? table),
    lowercase: sentence?.do_lower_case === true,
    vocabulary: config.vocab_size,
    dimensions,
    padId: config.pad_token_id ?? 0,
  };
}

function poolingOf(config: z.output<typeof poolingSchema>): Pooling {
  const set = Object.entries(config).filter(
    ([name, value]) => name.startsWith("pooling_mode_") && value === true,
  );
  const chosen = config.pooling_mode
    ? [config.pooling_mode]
    : set.map(([name]) => modes[name] ?? name);
  const [only, more] = chosen;
  const known = poolings.find((one) => one === only);
  if (known && more === undefined) return known;
  throw notLoaded(
    `its pooling is ${chosen.join(", ") || "not named"}; one of ${poolings.join(", ")} is needed`,
  );
}

async function read<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const value = await readJson(folder, name);
  if (value === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw notLoaded(`its ${name} is not usable (${issue?.path.join(".")}: ${issue?.message})`);
}

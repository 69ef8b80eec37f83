import type { run } from "#db/schema/runs.ts";
import { poolingWords } from "../core/model-methods.ts";
import type { requireSnapshot } from "../datasets/create-snapshot.ts";
import { embeddingOf } from "./embedding-model.ts";
import type { VersionRow } from "./read-models.ts";
import type { Relations } from "./relations.ts";

export type CardScore = {
  suite: string;
  check: string;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  state: string;
};

export type CardFacts = {
  row: VersionRow;
  run: typeof run.$inferSelect | undefined;
  snapshot: Awaited<ReturnType<typeof requireSnapshot>> | undefined;
  relations: Relations;
  scores: readonly CardScore[];
};

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
/** A score and its interval: the samples behind them do not carry more digits. */
const score = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat("en", { notation: "scientific", maximumFractionDigits: 2 });

const methods: Record<string, string> = {
  pretrain: "Trained from scratch",
  "sft-full": "Fine-tuned, all weights",
  "sft-lora": "Fine-tuned with LoRA, merged",
  imported: "Registered from a local folder",
  upstream: "Answered by another server",
};

/** Names and texts of people stand as text, whatever characters they hold. */
const plain = (text: string) =>
  text.replace(/[\\`*_{}[\]()#+!|<>~&\n\r]/g, (c) => (/\s/.test(c) ? " " : `\\${c}`));

type Cell = string | number | null | undefined;
const shown = (value: Cell) =>
  typeof value === "number" ? number.format(value) : plain(value ?? "");
const code = (digest: string | null) => (digest ? `\`${digest}\`` : undefined);

/** A table of name and value; rows without a value are left out, and an empty one disappears. */
function table(
  title: string,
  rows: readonly (readonly [string, Cell | { raw: string | undefined }])[],
) {
  const kept = rows.flatMap(([name, value]) => {
    const text = value !== null && typeof value === "object" ? value.raw : shown(value);
    return text ? [`| ${name} | ${text} |`] : [];
  });
  return kept.length === 0 ? [] : [`## ${title}`, "", "| | |", "|---|---|", ...kept, ""];
}

const numberAt = (facts: Record<string, unknown>, name: string) =>
  typeof facts[name] === "number" ? (facts[name] as number) : null;
const textAt = (facts: Record<string, unknown>, name: string) =>
  typeof facts[name] === "string" ? (facts[name] as string) : null;
const partAt = (facts: Record<string, unknown>, name: string) =>
  (facts[name] !== null && typeof facts[name] === "object" ? facts[name] : {}) as Record<
    string,
    unknown
  >;

/** Markdown of a model version's card; pure. */
export function renderCard(given: CardFacts): string {
  const { row } = given;
  const { model_version: v, model: m } = row;
  return [
    `# ${plain(m.name)}@${v.number}`,
    "",
    `${methods[v.method] ?? plain(v.method)}, registered ${v.createdAt.toISOString().slice(0, 10)}.`,
    ...(m.description ? ["", plain(m.description)] : []),
    "",
    ...modelPart(row),
    ...vectorPart(row),
    ...dataPart(given),
    ...configurationPart(given),
    ...trainingPart(given),
    ...parityPart(v.facts),
    ...(embeddingOf(row.model_version.facts) ? [] : scorePart(given.scores)),
    ...lineagePart(given.relations),
    ...table("Digests", [
      ["Artefact", { raw: code(v.artefactDigest) }],
      ["Tokenizer", { raw: code(v.tokenizerDigest) }],
      ["Chat template", { raw: code(v.templateDigest) }],
      ["Trainer's lock", { raw: code(v.trainerLock) }],
      ["Training rows", { raw: code(textAt(v.facts, "train_digest")) }],
    ]),
  ].join("\n");
}

function modelPart({ model_version: v, upstream }: VersionRow) {
  return table("Model", [
    ["Architecture", textAt(v.facts, "architecture")],
    ["Parameters", v.parameters],
    ["Context", v.contextLength === null ? null : `${number.format(v.contextLength)} tokens`],
    ["Number format", v.artefactDigest ? v.dtype : null],
    ["Size", sizeOf(v.facts)],
    ["Server", upstream?.name],
    ["Its name there", v.upstreamModel],
  ]);
}

/** What an embedding model gives; a model that writes text has none of it. */
function vectorPart({ model_version: v }: VersionRow) {
  const found = embeddingOf(v.facts);
  if (!found) return [];
  return table("Vectors", [
    ["Dimensions", found.dimensions],
    ["Pooling", `${poolingWords[found.pooling]}${found.normalize ? ", cut to length 1" : ""}`],
    ["Longest text", `${number.format(found.max_length)} tokens; a longer one is refused`],
  ]);
}

function sizeOf(facts: Record<string, unknown>) {
  const bytes = numberAt(facts, "bytes");
  return bytes === null ? null : `${number.format(Math.round(bytes / 1e4) / 100)} MB`;
}

function dataPart({ snapshot, row, run }: CardFacts) {
  const data = partAt(partAt(row.model_version.facts, "data"), "train");
  const skipped = Object.entries(partAt(data, "skipped"));
  const canaries = partAt(run?.input ?? {}, "canaries");
  return table("Data", [
    ["Snapshot", snapshot?.name],
    ["Dataset", snapshot && `${snapshot.dataset}, version ${snapshot.version}`],
    [
      "Rows",
      snapshot &&
        `${snapshot.counts.train} train, ${snapshot.counts.validation} validation, ${snapshot.counts.test} test`,
    ],
    ["Split seed", snapshot?.seed],
    [
      "Filter",
      {
        raw:
          snapshot && Object.keys(snapshot.filter).length > 0
            ? `\`${JSON.stringify(snapshot.filter).replace(/[`|]/g, "")}\``
            : undefined,
      },
    ],
    ["Snapshot digest", { raw: code(snapshot?.digest ?? null) }],
    ["Training tokens", numberAt(data, "tokens")],
    ["of them in the loss", numberAt(data, "trained_tokens")],
    ["Cut at the length limit", numberAt(data, "truncated")],
    ["Left out", skipped.map(([reason, count]) => `${count} ${reason}`).join("; ")],
    [
      "Planted canaries",
      canaries.count ? `${canaries.count}, ${canaries.repeats} time(s) each` : null,
    ],
    ["Folder", textAt(row.model_version.facts, "folder")],
  ]);
}

function configurationPart({ run, row }: CardFacts) {
  if (run?.kind !== "train") return [];
  const input = run.input;
  const parts = row.model_version.method === "pretrain" ? ["architecture", "hyper"] : ["hyper"];
  const rows = parts.flatMap((part) => Object.entries(partAt(input, part)));
  const lora = row.model_version.method === "sft-lora";
  return table("Configuration", [
    ...rows
      .filter(([name]) => lora || !name.startsWith("lora_"))
      .map(([name, value]) => [name.replaceAll("_", " "), String(value)] as const),
    ["seed", row.model_version.seed],
  ]);
}

function trainingPart({ row }: CardFacts) {
  const { model_version: v } = row;
  const { facts } = v;
  const memory = numberAt(facts, "peak_memory_bytes");
  const seconds = numberAt(facts, "seconds");
  return table("Training", [
    ["Steps", numberAt(facts, "steps")],
    ["Tokens read", numberAt(facts, "tokens")],
    [
      "Time in steps",
      seconds === null ? null : `${number.format(Math.round(seconds * 10) / 10)} s`,
    ],
    ["Loss of the last step", numberAt(facts, "loss")],
    ["Validation loss", numberAt(facts, "eval_loss")],
    ["Validation perplexity", numberAt(facts, "eval_perplexity")],
    ["Trained parameters", numberAt(facts, "trainable_parameters")],
    [
      "FLOPs",
      v.flops === null
        ? null
        : `${compact.format(v.flops)} ((4 × parameters + 2 × trained parameters) × tokens)`,
    ],
    [
      "Device",
      textAt(facts, "device") && `${textAt(facts, "device")}, ${textAt(facts, "precision")}`,
    ],
    ["Peak memory", memory === null ? null : `${number.format(Math.round(memory / 1e6))} MB`],
  ]);
}

function parityPart(facts: Record<string, unknown>) {
  const parity = partAt(facts, "parity");
  if (typeof parity.passed !== "boolean") return [];
  return table("Served graph against torch", [
    ["Verdict", parity.passed ? "passed" : "failed"],
    ...(typeof parity.least_cosine === "number" ? vectorParity(parity) : textParity(parity)),
  ]);
}

const vectorParity = (parity: Record<string, unknown>) =>
  [
    [
      "Smallest cosine of two vectors of one text",
      `${numberAt(parity, "least_cosine")?.toFixed(7)} (at least ${numberAt(parity, "least_cosine_allowed")})`,
    ],
    [
      "Largest difference of a number",
      `${numberAt(parity, "max_abs_difference")?.toExponential(2)} (limit ${numberAt(parity, "tolerance")})`,
    ],
  ] as const;

const textParity = (parity: Record<string, unknown>) =>
  [
    [
      "Largest logit difference",
      `${numberAt(parity, "max_abs_logit_difference")?.toExponential(2)} (limit ${numberAt(parity, "tolerance")})`,
    ],
    [
      "Greedy tokens",
      `${numberAt(parity, "greedy_equal")} of ${numberAt(parity, "greedy_tokens")} equal, ${numberAt(parity, "greedy_ties")} ties`,
    ],
    [
      "Difference of a summed log-likelihood",
      numberAt(parity, "loglikelihood_difference")?.toExponential(2),
    ],
  ] as const;

function scorePart(scores: readonly CardScore[]) {
  if (scores.length === 0) {
    return [
      "## Evaluation",
      "",
      "Not evaluated yet: nothing is known of its bias, safety or memory.",
      "",
    ];
  }
  const cell = (value: number | null) => (value === null ? "–" : score.format(value));
  return [
    "## Evaluation",
    "",
    "| Suite | Check | Value | Interval | n | State |",
    "|---|---|---|---|---|---|",
    ...scores.map(
      (one) =>
        `| ${plain(one.suite)} | ${plain(one.check)} | ${cell(one.value)} | ${one.low === null ? "–" : `${cell(one.low)} to ${cell(one.high)}`} | ${one.n} | ${plain(one.state)} |`,
    ),
    "",
  ];
}

function lineagePart({ up, down }: Relations) {
  const line = (one: Relations["up"][number]) =>
    `- ${one.kind} ${plain(one.name)}: ${plain(one.note)}`;
  if (up.length + down.length === 0) return [];
  return [
    "## Lineage",
    "",
    ...(up.length > 0 ? ["Made from:", "", ...up.map(line), ""] : []),
    ...(down.length > 0 ? ["Used by:", "", ...down.map(line), ""] : []),
  ];
}

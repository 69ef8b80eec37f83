import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Crew } from "./crew.ts";
import { askStreamed, sendThumb } from "./endpoint.ts";
import { compare, label } from "./people.ts";

export type Tour = {
  crew: Crew;
  seed: number;
  /** Folder of the shipped sample. */
  sample: string;
  endpointUrl: string;
  signal: AbortSignal;
  /** What later stages need of earlier ones. */
  found: {
    dataset: number;
    snapshot: string;
    run: number;
    models: string[];
    request: string;
    key: string;
  };
};

export type Stage = { name: string; run(tour: Tour): Promise<string> };

/** The gate's verdict on this model: it may not be promoted. */
export class Blocked extends Error {}

const dataset = "support";
const deployment = "helper";
const recipe = "tidy";
const steps = [
  { step: "html", params: {} },
  { step: "unicode", params: {} },
  { step: "pii", params: { mode: "redact" } },
  { step: "language", params: { keep: ["en"] } },
  { step: "duplicates", params: { mode: "normalised" } },
];
/** A held-out question that the promoted version is asked. */
const question = "What would it cost to rent a tandem for one day?";

const count = (value: unknown) => Number(value ?? 0).toLocaleString("en");

async function clean({ crew, found }: Tour): Promise<string> {
  const { recipes } = await crew.admin.call("recipes.list", {});
  if (!recipes.some((one) => one.name === recipe)) {
    await crew.admin.call("recipes.create", { name: recipe, steps });
  }
  const before = await crew.admin.call("datasets.facets", { dataset: found.dataset });
  await crew.admin.finish("recipes.run", { dataset: found.dataset, recipe });
  const after = await crew.admin.call("datasets.facets", { dataset: found.dataset });
  const { version } = await crew.admin.call("datasets.read", { dataset: found.dataset });
  return `${count(before.total)} → ${count(after.total)} conversations in ${steps.length} steps, version ${version}`;
}

async function explore({ crew, found }: Tour): Promise<string> {
  const { facets } = await crew.admin.call("datasets.facets", { dataset: found.dataset });
  const languages = (facets.lang ?? []).map((one) => `${one.value} ${count(one.count)}`).join(", ");
  const { total } = await crew.admin.call("datasets.facets", {
    dataset: found.dataset,
    filter: { text: "return or delivery" },
  });
  return `languages ${languages}; ${count(total)} conversations speak of returns or delivery`;
}

async function freeze({ crew, seed, found }: Tour): Promise<string> {
  const made = await crew.admin.call("snapshot", {
    dataset: String(found.dataset),
    seed,
    split: { train: 88, validation: 4, test: 8 },
  });
  if (made.run !== null) throw new Error("the sample is small enough to be frozen at once");
  found.snapshot = made.name;
  const { train, validation, test } = made.counts;
  return `${count(train)} train, ${count(validation)} validation, ${count(test)} test rows, digest ${made.digest.slice(0, 12)}`;
}

/** A model from scratch, and a fine-tune of it on the assistant's turns: two versions to compare. */
async function train({ crew, seed, sample, found }: Tour): Promise<string> {
  const common = { snapshot: found.snapshot, model: "willow", seed };
  const { pretrain, tune } = JSON.parse(
    await readFile(join(sample, "demo-recipe.json"), "utf8"),
  ) as Record<"pretrain" | "tune", object>;
  const base = await crew.admin.finish("train", { ...common, method: "pretrain", ...pretrain });
  const tuned = await crew.admin.finish("train", {
    ...common,
    method: "sft",
    base: String(base.model),
    ...tune,
  });
  found.models = [String(tuned.model), String(base.model)];
  const figures = [base, tuned].map(
    (one) => `${one.model} perplexity ${Number(one.evalPerplexity).toFixed(2)}`,
  );
  return `${count(base.parameters)} parameters, ${count(base.tokens)} tokens in ${Number(base.seconds).toFixed(0)} s; ${figures.join(", ")}`;
}

async function infer({ crew, found }: Tour): Promise<string> {
  const { run } = await crew.admin.call("infer", {
    models: found.models,
    snapshot: found.snapshot,
    side: "test",
    limit: 120,
    parameters: { temperature: 0, max_tokens: 48 },
  });
  found.run = run;
  const result = await crew.admin.watch(run);
  return `${count(result.answers)} answers of ${found.models.join(" and ")}, ${count(result.errors)} errors`;
}

const percent = (share: number | null) => (share === null ? "–" : (100 * share).toFixed(0));

/** Questions that stand in no training row, with the words that a right answer holds. */
async function evaluate({ crew, sample, seed, found }: Tour): Promise<string> {
  const source = await crew.admin.upload(join(sample, "prompts.jsonl"));
  const { slug } = await crew.admin.call("suites.import", {
    source,
    name: "held-out-questions",
    title: "Held-out questions",
    licence: "Apache-2.0",
  });
  const [model = ""] = found.models;
  const { run } = await crew.admin.call("evaluate", { models: [model], suites: [slug], seed });
  await crew.admin.watch(run);
  const { results } = await crew.admin.call("evaluations.results", { run });
  const right = results.find((one) => one.check === "expected");
  if (!right) throw new Error("The held-out questions were not scored.");
  const { value, low, high, n } = right;
  return `${model} answers ${percent(value)} % [${percent(low)}, ${percent(high)}] of ${count(n)} held-out questions with the right words`;
}

async function gate({ crew, seed, found }: Tour): Promise<string> {
  const { deployments } = await crew.admin.call("deployments.list", {});
  if (!deployments.some((one) => one.name === deployment)) {
    await crew.admin.call("deployments.create", {
      name: deployment,
      policy: "lab",
      traffic: "full",
    });
  }
  const model = found.models[0] ?? "";
  const started = await crew.admin.call("gate", { deployment, model, seed });
  await crew.admin.watch(started.run);
  const { verdict, checks } = await crew.admin.call("gate.show", { gate: started.gate });
  const states = (some: typeof checks) => some.map((one) => `${one.id} ${one.state}`).join(", ");
  if (verdict !== "PASS") {
    const blocking = checks.filter((one) => one.blocks);
    throw new Blocked(
      `The lab policy blocks ${model}: ${states(blocking)}. A model so small is blocked now and then, and its page under Promote says why.`,
    );
  }
  const others = checks.filter((one) => one.state !== "PASS");
  return `${model} passes the lab policy: ${checks.length - others.length} of ${checks.length} checks PASS (${states(others)})`;
}

async function promote({ crew, found }: Tour): Promise<string> {
  const { gates } = await crew.admin.call("gate.list", { deployment });
  const [model] = found.models;
  const passed = gates.find((one) => one.verdict === "PASS" && one.model === model);
  if (!passed) throw new Error("No gate run passed.");
  const signed = await crew.admin.call("gate.sign", { gate: passed.id, comment: "Demo" });
  await crew.admin.call("promote", { deployment, gate: passed.id });
  return `${model} is live as “${deployment}”, sign-off ${signed.stamp}`;
}

async function serve({ crew, endpointUrl, found, signal }: Tour): Promise<string> {
  const { key } = await crew.admin.call("key.create", { name: "demo", scope: ["chat"] });
  found.key = key;
  const answer = await askStreamed(endpointUrl, key, deployment, question, signal);
  found.request = answer.requestId;
  return `“${question}” → “${answer.text.trim()}” (${answer.pieces} pieces, stage ${answer.stage})`;
}

async function learn({ crew, endpointUrl, found, signal }: Tour): Promise<string> {
  const id = await sendThumb(endpointUrl, found.key, found.request, signal);
  const review = await crew.admin.call("feedback.review", {
    feedback: id,
    decision: "row",
    dataset: "feedback",
  });
  return `a thumb up became a row of dataset “feedback”, version ${review.version}`;
}

/** The loop, a line a stage. Everything goes through the same operations as pages and commands. */
export const stages: readonly Stage[] = [
  {
    name: "Import",
    run: async ({ crew, sample, found }) => {
      const source = await crew.admin.upload(join(sample, "support.jsonl"));
      const result = await crew.admin.finish("import", { source, dataset });
      found.dataset = Number(result.datasetId);
      return `${count(result.read)} records read, ${count(result.added)} conversations added, ${count(result.duplicates)} duplicates, ${count(result.errors)} errors`;
    },
  },
  { name: "Clean", run: clean },
  { name: "Explore", run: explore },
  { name: "Label", run: label },
  { name: "Freeze", run: freeze },
  { name: "Train", run: train },
  { name: "Infer", run: infer },
  { name: "Compare", run: compare },
  { name: "Evaluate", run: evaluate },
  { name: "Gate", run: gate },
  { name: "Promote", run: promote },
  { name: "Serve", run: serve },
  { name: "Learn", run: learn },
];

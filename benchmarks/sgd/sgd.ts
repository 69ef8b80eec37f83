import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { env } from "#lib/env.ts";
import { assay, makePlace, startInstance } from "#tests/setup/instance.ts";
import { scaleDialogues } from "../datasets/dialogues.ts";

/**
 * A small model through the app's own commands on an instance with embedded defaults: 14,272 task dialogues are
 * imported, frozen, pre-trained on, fine-tuned on the system's turns, and both versions scored on the test side.
 * `--dialogues N` takes the first N only. Ends with code 1 when one of the verdict's lines does not hold.
 */
const { values } = parseArgs({
  options: {
    dialogues: { type: "string", default: "14272" },
    "pretrain-epochs": { type: "string", default: "1" },
    "tune-epochs": { type: "string", default: "0.1" },
  },
});

/** The trainer's own: 1.05 million parameters. */
const architecture = {
  vocab_size: 2048,
  hidden_size: 128,
  intermediate_size: 344,
  layers: 4,
  heads: 4,
  kv_heads: 2,
  context_length: 512,
};
const maxParameters = 5_000_000;
/** All dialogues gave 7.05; one that has learnt nothing has its vocabulary's size, 2048. Fewer dialogues teach less. */
const maxPerplexity = (dialogues: number) => (dialogues >= 14_272 ? 8 : 200);
/** Validation is torch's word and test the server's, of different dialogues: more apart than this is a fault. */
const maxSplitRatio = 1.2;
/** What learning the system's turns alone may cost on all turns. */
const maxForgetting = 1.05;

const imported = z.object({
  read: z.number(),
  added: z.number(),
  duplicates: z.number(),
  errors: z.number(),
});
const frozen = z.object({
  name: z.string(),
  counts: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
});
const trained = z.object({
  model: z.string(),
  parameters: z.number(),
  steps: z.number(),
  tokens: z.number(),
  seconds: z.number(),
  loss: z.number(),
  evalPerplexity: z.number(),
});
const scored = z.object({
  results: z.array(z.object({ model: z.string(), value: z.number(), n: z.number() })),
});

const started = performance.now();
const since = (from: number) => ((performance.now() - from) / 1000).toFixed(0);
const say = (line: string) => console.log(line);
const count = (value: number) => value.toLocaleString("en");

/** Runs one command of the app and gives its one JSON object in the shape it should have. */
type Command = <S extends z.ZodType>(shape: S, ...words: string[]) => Promise<z.output<S>>;

async function teach(command: Command, file: string): Promise<[string, boolean][]> {
  let from = performance.now();
  const read = await command(imported, "import", file, "--dataset", "sgd");
  say(`import     ${count(read.read)} dialogues, ${count(read.added)} added, ${since(from)} s`);
  const snapshot = await command(frozen, "snapshot", "sgd", "--seed", "1");
  const { train, validation, test } = snapshot.counts;
  say(`freeze     ${count(train)} train, ${count(validation)} validation, ${count(test)} test`);

  const learn = async (name: string, hyper: object, ...more: string[]) => {
    from = performance.now();
    const words = ["train", snapshot.name, "--model", "sgd", "--seed", "1", ...more];
    const made = await command(trained, ...words, "--hyper", JSON.stringify(hyper));
    say(
      `${name} ${made.model}: ${count(made.parameters)} parameters, ${count(made.tokens)} tokens in ${made.steps} steps, ${made.seconds.toFixed(0)} s (${since(from)} s with export), last loss ${made.loss.toFixed(3)}, validation perplexity ${made.evalPerplexity.toFixed(2)}`,
    );
    return made;
  };
  const hyper = { batch_size: 8, learning_rate: 0.003 };
  const base = await learn(
    "pre-train ",
    { ...hyper, epochs: Number(values["pretrain-epochs"]), train_on: "all" },
    ...["--architecture", JSON.stringify(architecture)],
  );
  const tune = ["--method", "sft", "--base", base.model, "--canaries.count", "0"];
  // One step at rate zero changes nothing and tells how well the base predicts the system's turns alone.
  const still = await learn(
    "unchanged ",
    { batch_size: 8, learning_rate: 0, max_steps: 1 },
    ...tune,
  );
  const tuned = await learn(
    "fine-tune ",
    { ...hyper, learning_rate: 0.0005, epochs: Number(values["tune-epochs"]) },
    ...tune,
  );

  from = performance.now();
  const perplexity: number[] = [];
  for (const model of [base.model, tuned.model]) {
    await command(z.unknown(), "evaluate", model, "--suites", "test-perplexity");
    const { results } = await command(scored, "evaluations", "results", "--model", model);
    const [result] = results;
    if (!result) throw new Error(`${model} has no figure.`);
    perplexity.push(result.value);
    say(
      `test       ${model}: perplexity ${result.value.toFixed(2)} on ${result.n} dialogues, all turns`,
    );
  }
  say(`           scored by the model server in ${since(from)} s`);

  const [before = Number.NaN, after = Number.NaN] = perplexity;
  const apart = Math.max(before / base.evalPerplexity, base.evalPerplexity / before);
  const limit = maxPerplexity(read.read);
  return [
    [`every line became a dialogue (${read.errors} errors)`, read.errors === 0],
    [`the model has at most ${count(maxParameters)} parameters`, base.parameters <= maxParameters],
    [`its test perplexity is below ${limit}`, before < limit],
    [
      `validation and test are at most ×${maxSplitRatio} apart (×${apart.toFixed(3)})`,
      apart < maxSplitRatio,
    ],
    [
      `fine-tuning predicts the system's turns better (${still.evalPerplexity.toFixed(2)} → ${tuned.evalPerplexity.toFixed(2)})`,
      tuned.evalPerplexity < still.evalPerplexity,
    ],
    [
      `and whole dialogues no worse than ×${maxForgetting} (×${(after / before).toFixed(3)})`,
      after < before * maxForgetting,
    ],
  ];
}

const { bytes, source } = scaleDialogues();
const lines = bytes.toString("utf8").trim().split("\n").slice(0, Number(values.dialogues));
say(
  `${count(lines.length)} dialogues, ${source === "shared" ? "the reference data" : "made text"}`,
);
const folder = mkdtempSync(join(tmpdir(), "assay-sgd-"));
const file = join(folder, "dialogues.jsonl");
writeFileSync(file, `${lines.join("\n")}\n`);
const place = await makePlace({
  ASSAY_VENV_DIR: env().venvDir,
  ASSAY_ADMIN_EMAIL: "sgd@example.test",
  ASSAY_ADMIN_PASSWORD: "a long password for one run",
});
const instance = await startInstance(place);
try {
  const verdict = await teach(async (shape, ...words) => {
    const { code, stdout, stderr } = await assay(place, [...words, "--json"]);
    if (code !== 0)
      throw new Error(`assay ${words[0]} ended with code ${code}. ${stdout || stderr}`);
    return shape.parse(JSON.parse(stdout));
  }, file);
  say(`verdict    after ${since(started)} s`);
  for (const [line, holds] of verdict) say(`           ${holds ? "yes" : "NO "} ${line}`);
  if (verdict.some(([, holds]) => !holds)) process.exitCode = 1;
} finally {
  await instance.end();
  place.remove();
  rmSync(folder, { recursive: true, force: true });
}

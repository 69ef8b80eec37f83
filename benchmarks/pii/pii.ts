import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { env } from "#lib/env.ts";
import { requireQuiet } from "../quiet.ts";
import { readCorpus } from "./corpus.ts";

/**
 * The same fixed patterns (`patterns.json`) over the same texts by our scan and by Python's `re`, in turns. Ends with
 * code 1 when the spans differ, on the labelled file or on all texts.
 */
const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "50" },
    rounds: { type: "string", default: "5" },
    busy: { type: "boolean", default: false },
  },
});

const roundSchema = z.object({
  spans: z.number(),
  clocks: z.tuple([clock(), clock()]),
  /** Resident memory at its highest, MB. */
  peak: z.number(),
});
type Round = z.infer<typeof roundSchema>;
const spansSchema = z.object({ labelled: z.array(z.array(z.unknown())), all: z.string() });

function clock() {
  return z.object({ wall: z.number(), processor: z.number() });
}

/** A process that answers each line with a line of JSON. */
class Side {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (!this.#child.stdout) throw new Error(`${command} has no output to read.`);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("A side of the benchmark ended before it answered; see above.");
    return JSON.parse(value);
  }

  ask(question: string): Promise<unknown> {
    this.#child.stdin?.write(`${question}\n`);
    return this.answer();
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

const median = (numbers: readonly number[]) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};
const rounded = (number: number) => Number(number.toPrecision(4));
const sum = ({ clocks }: Round, name: "wall" | "processor") => clocks[0][name] + clocks[1][name];

const load = requireQuiet(process.argv.slice(2));
const corpus = readCorpus(Number(values.megabytes));
if (!corpus) {
  console.log("Left out: the labelled texts (shared/data/safety) are not here.");
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
const file = join(folder, "texts.jsonl");
writeFileSync(file, corpus.texts.map((text) => JSON.stringify(text)).join("\n"));
const ofTrainer = join(env().venvDir, "bin", "python");
const python = existsSync(ofTrainer) ? ofTrainer : "python3";
const args = [file, corpus.labelled, ...corpus.times].map(String);
const ours = new Side(process.execPath, [join(import.meta.dirname, "side.ts"), ...args]);
const theirs = new Side(python, [join(import.meta.dirname, "scan.py"), ...args]);
try {
  await Promise.all([ours.answer(), theirs.answer()]);
  const found = spansSchema.parse(await ours.ask("spans"));
  const wanted = spansSchema.parse(await theirs.ask("spans"));
  const rounds: { ours: Round; python: Round; conditions: Round; plain: Round }[] = [];
  const round = async (side: Side, how: string) => roundSchema.parse(await side.ask(how));
  await round(ours, "conditions");
  for (let n = 0; n < Number(values.rounds); n++) {
    rounds.push({
      ours: await round(ours, "conditions"),
      python: await round(theirs, "plain"),
      plain: await round(ours, "plain"),
      conditions: await round(theirs, "conditions"),
    });
  }
  const correct =
    JSON.stringify(found.labelled) === JSON.stringify(wanted.labelled) &&
    found.all === wanted.all &&
    new Set(rounds.flatMap((one) => Object.values(one).map(({ spans }) => spans))).size === 1;
  const megabytes = (corpus.bytes[0] + corpus.bytes[1]) / 1e6;
  const rate = (name: keyof (typeof rounds)[number]) =>
    rounded(median(rounds.map((one) => megabytes / sum(one[name], "wall"))));
  const ratio = (name: "python" | "conditions", time: "wall" | "processor" = "wall") =>
    rounded(median(rounds.map((one) => sum(one[name], time) / sum(one.ours, time))));
  const part = (i: 0 | 1) =>
    rounded(median(rounds.map((one) => one.python.clocks[i].wall / one.ours.clocks[i].wall)));
  const each = <T>(read: (name: "ours" | "python") => T) => ({
    ours: read("ours"),
    python: read("python"),
  });
  const result = {
    ratio: ratio("python"),
    ratio_processor: ratio("python", "processor"),
    ratio_dialogues: part(0),
    ratio_labelled_texts: part(1),
    /** Not the target: the same conditions written in Python before each `re`. */
    ratio_python_with_conditions: ratio("conditions"),
    megabytes_per_second: {
      ...each(rate),
      ours_without_conditions: rate("plain"),
      python_with_conditions: rate("conditions"),
    },
    processor_seconds_a_round: each((name) =>
      rounded(median(rounds.map((one) => sum(one[name], "processor")))),
    ),
    peak_megabytes: each((name) => Math.round(Math.max(...rounds.map((one) => one[name].peak)))),
    megabytes: rounded(megabytes),
    texts: corpus.texts.length,
    spans_a_round: rounds[0]?.ours.spans,
    spans_of_labelled_file: wanted.labelled.length,
    rounds: rounds.length,
    load,
    correct,
  };
  console.log(JSON.stringify(result, null, 2));
  if (!correct) process.exitCode = 1;
} finally {
  ours.end();
  theirs.end();
  rmSync(folder, { recursive: true, force: true });
}

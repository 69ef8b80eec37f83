import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { bandingFor, candidateProbability } from "#lib/near-duplicates/settings.ts";
import { oneThread, pinned, pythonWith } from "../python.ts";
import { requireQuiet } from "../quiet.ts";
import { jaccardOf, type PlantedTexts, plantTexts, shinglesOf } from "./texts.ts";

/**
 * Near-duplicates end to end (texts in, verified pairs out) against datasketch with the same shingles, bands and
 * permutations, one core each. Both take the same texts in every round; the whole set is then run by ours alone.
 * `--texts=200000` of the whole set, `--round-texts=20000`, `--rounds=5`, `--busy`.
 */
const packageVersion = "datasketch==2.0.0";
const threshold = 0.8;
const folder = join(import.meta.dirname, "../../.assay-test/near-duplicates");
const here = (name: string) => join(import.meta.dirname, name);
const flag = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);

const measured = z.object({ seconds: z.number(), cpuSeconds: z.number(), peakMb: z.number() });
type Measured = z.infer<typeof measured>;
type Side = (texts: string, pairs: string) => Measured;

console.log(requireQuiet(process.argv));
mkdirSync(folder, { recursive: true });
const banding = bandingFor(threshold, 256);
const settings = [threshold, banding.bands, banding.rows].map(String);
const chance = candidateProbability(threshold, banding).toFixed(4);
console.log(
  `256 permutations, ${banding.bands} bands of ${banding.rows}: a pair at ${threshold} is found with ${chance}`,
);

const ours: Side = (texts, pairs) =>
  run(process.execPath, [here("ours.ts"), texts, pairs, ...settings]);
const datasketch = makeDatasketch();

const rounds = flag("rounds", 5);
const perRound = flag("round-texts", 20_000);
const results: { ours: Measured; theirs: Measured }[] = [];
let correct = true;
for (let round = 0; datasketch && round < rounds; round++) {
  const planted = plantTexts(perRound, 100 + round);
  const file = writeTexts(planted);
  const sides = {
    ours: () => ours(file, join(folder, "ours")),
    theirs: () => datasketch(file, join(folder, "theirs")),
  };
  // Who begins takes turns.
  const first = round % 2 === 0 ? sides.ours() : undefined;
  const theirs = sides.theirs();
  results.push({ ours: first ?? sides.ours(), theirs });
  correct = check(`round ${round + 1}, ours`, planted, "ours") && correct;
  check(`round ${round + 1}, datasketch`, planted, "theirs");
}
if (results.length > 0) {
  console.log(`\n${perRound} texts a round, ${rounds} rounds in turns, medians`);
  for (const side of ["ours", "theirs"] as const) {
    const of = (figure: keyof Measured) => median(results.map((one) => one[side][figure]));
    console.log(
      `  ${side === "ours" ? "ours      " : "datasketch"} ${of("seconds").toFixed(2)} s, processor ${of("cpuSeconds").toFixed(2)} s, peak ${of("peakMb").toFixed(0)} MB, ${(perRound / of("seconds")).toFixed(0)} texts/s`,
    );
  }
  const ratio = (figure: keyof Measured) =>
    median(results.map((one) => one.theirs[figure] / one.ours[figure])).toFixed(1);
  console.log(
    `  ratio (median of the rounds') ${ratio("seconds")} × by the clock, ${ratio("cpuSeconds")} × by the processor`,
  );
}

const whole = plantTexts(flag("texts", 200_000), 1);
const took = ours(writeTexts(whole), join(folder, "ours"));
console.log(
  `\n${whole.texts.length} texts, ours alone: ${took.seconds.toFixed(2)} s, processor ${took.cpuSeconds.toFixed(2)} s, peak ${took.peakMb.toFixed(0)} MB`,
);
correct = check("whole set", whole, "ours") && correct;
console.log(`correct: ${correct}`);
if (!correct) process.exitCode = 1;

/** Recall among planted pairs of 0.80 to 0.85 and of all ≥ 0.8; precision by sets of strings, not by our hashes. */
function check(name: string, { texts, planted }: PlantedTexts, side: string): boolean {
  const lines = readFileSync(join(folder, side), "utf8").split("\n").filter(Boolean);
  const found = new Set(lines);
  const recall = (until: number) => {
    const due = planted.filter(({ jaccard }) => jaccard >= threshold && jaccard <= until);
    return due.filter(({ a, b }) => found.has(`${a} ${b}`)).length / due.length;
  };
  const right = lines.filter((line) => {
    const [a, b] = line.split(" ").map(Number) as [number, number];
    return jaccardOf(shinglesOf(texts[a] ?? ""), shinglesOf(texts[b] ?? "")) >= threshold;
  });
  const precision = right.length / Math.max(1, lines.length);
  const [near, all] = [recall(0.85), recall(1)];
  console.log(
    `  ${name}: recall ${near.toFixed(4)} within 0.80-0.85, ${all.toFixed(4)} from 0.80; precision ${precision.toFixed(4)} of ${lines.length} pairs`,
  );
  return near >= 0.98 && precision >= 0.99;
}

function writeTexts({ texts }: PlantedTexts): string {
  const file = join(folder, "texts");
  writeFileSync(file, texts.join("\n"), "latin1");
  return file;
}

function makeDatasketch(): Side | undefined {
  const python = pythonWith(join(folder, "venv"), [packageVersion]);
  if (!python) return undefined;
  return (texts, pairs) => run(python, [here("with_datasketch.py"), texts, pairs, ...settings]);
}

/** Both sides on one core where the machine can say so. */
function run(command: string, args: readonly string[]): Measured {
  const [program, ...rest] = [...pinned, command, ...args] as [string, ...string[]];
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", env: oneThread });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return measured.parse(JSON.parse(stdout));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

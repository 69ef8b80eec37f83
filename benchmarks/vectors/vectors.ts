import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { VectorIndex } from "#db/index/vectors/vector-index.ts";
import { compared, nearest } from "#lib/embeddings/nearest-rows.ts";
import { seededRandom } from "#lib/stats/random.ts";
import { oneThread, pinned, pythonWith } from "../python.ts";
import { requireQuiet } from "../quiet.ts";

/**
 * The 10 most similar of a million vectors of 384 dimensions, spread evenly and in clusters, against numpy's exact
 * float32 scan; and the index's building against usearch's HNSW graph. One core each, queries in turns.
 * `--rows=1000000 --rounds=5 --hnsw-rows=20000 --clustered --busy`. The graph is of fewer rows (a million take the better
 * part of an hour on one core) and compared by the row: what a row costs a graph grows with it, ours does not.
 */
const dimensions = 384;
const k = 10;
const perRound = 20;
const flag = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);
const rows = flag("rows", 1_000_000);
const rounds = flag("rounds", 5);
const hnswRows = Math.min(rows, flag("hnsw-rows", 20_000));
/** 0 is spread evenly. */
const kinds = process.argv.includes("--clustered") ? [1_000] : [0, 1_000];
const answered = z.array(z.object({ ms: z.number(), rows: z.array(z.number()) }));
const folder = join(import.meta.dirname, "../../.assay-test/vectors");

console.log(requireQuiet(process.argv));
mkdirSync(folder, { recursive: true });
const python = pythonWith(join(folder, "venv"), ["numpy==2.4.6", "usearch==2.26.6"]);
let correct = true;
for (const clusters of kinds) {
  console.log(`\n${rows} vectors ${clusters ? `in ${clusters} clusters` : "spread evenly"}`);
  correct = (await compare(clusters)) && correct;
}
console.log(`correct (recall of at least 0.98): ${correct}`);
if (!correct) process.exitCode = 1;

async function compare(clusters: number): Promise<boolean> {
  const draw = drawing(clusters);
  const vectors = many(rows, draw);
  const queries = many(rounds * perRound, draw);
  const from = performance.now();
  const index = VectorIndex.build(vectors, dimensions);
  const built = (performance.now() - from) / 1000;
  console.log(
    `  built in ${built.toFixed(2)} s; ${index.candidates} candidates a query; peak ${peakMb()} MB, the vectors' ${((rows * dimensions * 4) / 2 ** 20).toFixed(0)} among them`,
  );
  if (!python) return true;
  const theirs = otherSide(python, vectors, queries);
  const one = (of: Float32Array, row: number) =>
    of.subarray(row * dimensions, (row + 1) * dimensions);
  const ratios: number[] = [];
  const times = { ours: [] as number[], exact: [] as number[] };
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    const first = round * perRound;
    const ask = async () => {
      const answers = [];
      for (let query = first; query < first + perRound; query++) {
        const start = performance.now();
        const asked = one(queries, query);
        const found = index.search(asked, compared(k)).map((each) => each.index);
        const exactly = found.map((row) => one(vectors, row));
        const near = await nearest(exactly, asked, k);
        answers.push({
          ms: performance.now() - start,
          rows: near.map((each) => found[each.index] as number),
        });
      }
      return answers;
    };
    // Who begins takes turns.
    const early = round % 2 === 0 ? await ask() : undefined;
    const exact = answered.parse(await theirs.ask(`${first} ${first + perRound}`));
    const ours = early ?? (await ask());
    ratios.push(median(exact.map((each) => each.ms)) / median(ours.map((each) => each.ms)));
    times.ours.push(...ours.map((each) => each.ms));
    times.exact.push(...exact.map((each) => each.ms));
    for (const [n, truth] of exact.entries()) {
      found += truth.rows.filter((row) => ours[n]?.rows.includes(row)).length;
    }
  }
  const recall = found / (rounds * perRound * k);
  console.log(
    `  a query: ours ${median(times.ours).toFixed(1)} ms, exact scan ${median(times.exact).toFixed(1)} ms: ${median(ratios).toFixed(1)} × (median of ${rounds} rounds); recall ${recall.toFixed(4)}`,
  );
  const { seconds } = z.object({ seconds: z.number() }).parse(await theirs.ask("build"));
  const longer = seconds / hnswRows / (built / rows);
  console.log(
    `  HNSW over ${hnswRows}: ${seconds.toFixed(1)} s, ${longer.toFixed(1)} × our time a row`,
  );
  theirs.end();
  return recall >= 0.98;
}

/** A unit vector in any direction, or near the centre of one of `clusters`. */
function drawing(clusters: number): () => Float32Array {
  const random = seededRandom(`vectors of ${clusters} clusters`);
  const gaussian = () => unit(Float32Array.from({ length: dimensions }, () => random.gaussian()));
  const centres = Array.from({ length: clusters }, gaussian);
  return () => {
    const own = gaussian();
    const centre = centres[random.below(Math.max(1, clusters))];
    if (!centre) return own;
    for (let i = 0; i < dimensions; i++) {
      own[i] = 0.6 * (own[i] as number) + (centre[i] as number);
    }
    return unit(own);
  };
}

function many(count: number, draw: () => Float32Array): Float32Array {
  const all = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) all.set(draw(), i * dimensions);
  return all;
}

function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}

/** numpy and usearch in a process of their own, asked line by line. */
function otherSide(command: string, vectors: Float32Array, queries: Float32Array) {
  const files = [vectors, queries].map((values, n) => {
    const file = join(folder, n === 0 ? "vectors.f32" : "queries.f32");
    writeFileSync(file, values);
    return file;
  }) as [string, string];
  const args = [join(import.meta.dirname, "exact.py"), ...files];
  const [program, ...rest] = [
    ...pinned,
    command,
    ...args,
    ...[dimensions, k, hnswRows].map(String),
  ] as [string, ...string[]];
  const child = spawn(program, rest, { env: oneThread, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line: string): Promise<unknown> {
      child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the other side ended");
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}

function peakMb(): string {
  return (process.resourceUsage().maxRSS / 1024).toFixed(0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

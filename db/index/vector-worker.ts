import { setImmediate as breathe } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import postgres from "postgres";
import { unpackVector } from "../../lib/core/vector-bytes.ts";
import type { NearAnswer, NearQuestion } from "./protocol.ts";
import { serveCalls } from "./thread.ts";
import { VectorIndex } from "./vectors/vector-index.ts";

/** The thread that holds vectors in memory and searches them: a search of a million computes for tens of milliseconds. */

/** Indexes kept at once: half a gigabyte each for a million vectors of 384 dimensions. */
const mostKept = 2;
/** Vectors read at a time, and added between two looks at new messages. */
const pageRows = 2_000;

type Built = { stamp: string; ids: Float64Array; index: VectorIndex };
type Kept = { built?: Built; building?: { done: number; total: number } };

const { databaseUrl } = workerData as { databaseUrl: string };
const sql = postgres(databaseUrl, {
  max: 2,
  idle_timeout: 60,
  onnotice: () => {},
  connection: { application_name: "assay index vectors" },
});
/** By project, dataset and model version, the least recently used first. */
const kept = new Map<string, Kept>();

type Row = { id: number; vector: Uint8Array };
type Which = Pick<NearQuestion, "project" | "dataset" | "modelVersion">;

/** Vectors of the rows of a dataset's newest version after `after`, ascending. */
const readPage = ({ project, dataset, modelVersion }: Which, after: number) => sql<Row[]>`
  select e.conversation_id::float8 as id, e.vector
  from membership m join conversation c on c.id = m.conversation_id
    join embedding e on e.conversation_id = c.id and e.model_version_id = ${modelVersion}
  where m.dataset_id = ${dataset} and m.removed_in is null and (c.project_id = ${project}) is not false
    and c.erased_at is null and m.conversation_id > ${after} and c.id > ${after}
  order by m.conversation_id limit ${pageRows}`;

/**
 * Reads and adds all vectors; one row more or less than was expected while it reads makes an index that the next question
 * finds out of date.
 */
async function build(which: Which, total: number, entry: Kept): Promise<void> {
  entry.building = { done: 0, total };
  const ids = new Float64Array(total);
  let index: VectorIndex | undefined;
  let count = 0;
  let sum = 0n;
  let squares = 0n;
  for (let after = 0; count < total; ) {
    const page = await readPage(which, after);
    if (page.length === 0) break;
    const vectors = page.slice(0, total - count).map((row) => unpackVector(row.vector));
    index ??= new VectorIndex(total, vectors[0]?.length ?? 0, flat(vectors));
    for (const [at, vector] of vectors.entries()) {
      index.add(vector);
      const id = page[at]?.id ?? 0;
      ids[count++] = id;
      sum += BigInt(id);
      squares += BigInt(id) * BigInt(id);
    }
    after = page.at(-1)?.id ?? 0;
    entry.building = { done: count, total };
    await breathe();
  }
  if (!index) return;
  index.finish();
  entry.built = { stamp: `${count} ${sum} ${squares}`, ids, index };
}

function flat(vectors: readonly Float32Array[]): Float32Array {
  const width = vectors[0]?.length ?? 0;
  const all = new Float32Array(vectors.length * width);
  for (const [at, vector] of vectors.entries()) all.set(vector, at * width);
  return all;
}

export const vectorCalls = {
  /** What is nearest, when the index holds the vectors that there are; otherwise it is being built. */
  async near(question: NearQuestion): Promise<NearAnswer> {
    const key = `${question.project} ${question.dataset} ${question.modelVersion}`;
    const entry = kept.get(key) ?? {};
    kept.delete(key);
    kept.set(key, entry);
    for (const [old, { building }] of kept) {
      if (kept.size <= mostKept) break;
      if (!building) kept.delete(old);
    }
    if (entry.built?.stamp === question.stamp) {
      const query = unpackVector(Buffer.from(question.query, "base64"));
      const { ids, index } = entry.built;
      const near = index.search(query, question.limit);
      return { state: "fresh", ids: near.map((one) => ids[one.index] as number) };
    }
    if (!entry.building) {
      // What is out of date makes room first.
      delete entry.built;
      const building = build(question, question.count, entry);
      building
        .catch(() => kept.delete(key))
        .finally(() => {
          delete entry.building;
        });
      // A failure to begin is told to whoever asked.
      await Promise.race([building, breathe()]);
    }
    return { state: "behind", ...(entry.building ?? { done: 0, total: question.count }) };
  },
  async end(): Promise<void> {
    kept.clear();
    await sql.end({ timeout: 5 });
  },
};
export type VectorCalls = typeof vectorCalls;

serveCalls(vectorCalls);

import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Services } from "#lib/services.ts";
import { withInstance } from "../datasets/database.ts";
import { importSource, sourceFile } from "../datasets/import.ts";
import { requireQuiet } from "../quiet.ts";
import { writeChats } from "./chats-file.ts";
import { startIndexProcess, type Used } from "./index-process.ts";
import { buildIndex, numberFlag, quantile } from "./world.ts";

/**
 * Import of 500,000 conversations, about 2.5 million messages and 750 MB, against COPY of the same bytes into one jsonb
 * column of the same cluster, by pglz and by lz4. `--rows=500000 --rounds=5`. Sides take turns. The import's clock
 * stops when the last row is committed, every index valid and the search index fresh, which follows in its own process, as
 * in an instance; memory is this process's while it imports, as a worker's would be, and the index process's beside it.
 */
const load = requireQuiet(process.argv);
const rows = numberFlag("rows", 500_000);
const rounds = numberFlag("rounds", 5);
const allowedMb = 512;

const folder = mkdtempSync(join(tmpdir(), "assay-scale-"));
const file = join(folder, "chats.jsonl");
const kept = await writeChats(file, rows);

/** Text format: a backslash means something to COPY. The made texts hold no tab. */
const escapeBackslashes = () =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, chunk.includes(0x5c) ? chunk.toString("latin1").replaceAll("\\", "\\\\") : chunk);
    },
    decodeStrings: true,
    encoding: "latin1",
  });

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

async function copy({ database: { sql } }: Services, compression: "pglz" | "lz4"): Promise<number> {
  const table = sql(`copied_${compression}`);
  await sql`create table ${table} (body jsonb)`;
  const set = sql`alter table ${table} alter column body set compression ${sql.unsafe(compression)}`;
  // The embedded server is built without lz4.
  if (!(await set.then(Boolean, (error) => notBuiltIn(error)))) return Number.NaN;
  const took = await seconds(async () => {
    const into = await sql`copy ${table} from stdin`.writable();
    await pipeline(createReadStream(file, { highWaterMark: 2 ** 18 }), escapeBackslashes(), into);
  });
  const [counted] = await sql<{ n: number }[]>`select count(*)::int as n from ${table}`;
  await sql`drop table ${table}`;
  return counted?.n === rows ? took : Number.NaN;
}

function notBuiltIn(error: { code?: string }): false {
  if (error.code === "0A000") return false;
  throw error;
}

const times = {
  pglz: [] as number[],
  lz4: [] as number[],
  rows: [] as number[],
  index: [] as number[],
};
let correct = true;
let residentMb = 0;
const cpu = { client: 0 };
let indexUsed: Used | undefined;
for (let round = 0; round < rounds; round++) {
  await withInstance(async (services, handle, databaseUrl) => {
    const copies = async () => {
      times.pglz.push(await copy(services, "pglz"));
      times.lz4.push(await copy(services, "lz4"));
    };
    if (round % 2 === 0) await copies();
    await copyFile(file, sourceFile(services, kept.digest));
    await services.database.sql`checkpoint`;
    const index = await startIndexProcess(services, databaseUrl);
    const watch = setInterval(() => {
      residentMb = Math.max(residentMb, process.memoryUsage.rss() / 1e6);
    }, 50);
    const before = process.cpuUsage();
    let imported = 0;
    times.rows.push(
      await seconds(async () => {
        imported = await importSource(services, handle, kept);
      }),
    );
    clearInterval(watch);
    const used = process.cpuUsage(before);
    cpu.client = (used.user + used.system) / 1e6;
    const [dataset] = await handle.db.query.dataset.findMany();
    const world = { project: handle.projectId, dataset: dataset?.id ?? 0, rows };
    times.index.push(await seconds(() => buildIndex(services, world)));
    indexUsed = await index.close();
    if (round % 2 === 1) await copies();
    const invalid = await services.database.sql`select 1 from pg_index where not indisvalid`;
    correct &&= imported === rows && invalid.length === 0;
  });
  console.log(
    `round ${round + 1}: COPY ${times.pglz.at(-1)?.toFixed(1)} s pglz, ${Number.isNaN(times.lz4.at(-1)) ? "lz4 not built in" : `${times.lz4.at(-1)?.toFixed(1)} s lz4`}; import ${times.rows.at(-1)?.toFixed(1)} s and ${times.index.at(-1)?.toFixed(1)} s until the search index is fresh`,
  );
}
rmSync(folder, { recursive: true, force: true });

const ratio = (side: readonly number[], mine: (round: number) => number) =>
  quantile(
    side.map((one, round) => one / mine(round)),
    0.5,
  );
const whole = (round: number) => (times.rows[round] ?? 0) + (times.index[round] ?? 0);
const rowsOnly = (round: number) => times.rows[round] ?? 0;
console.log(
  JSON.stringify(
    {
      load,
      rows,
      megabytes: kept.bytes / 1e6,
      rateToCopy: {
        pglz: ratio(times.pglz, whole),
        lz4: ratio(times.lz4, whole),
        pglzWithoutSearchIndex: ratio(times.pglz, rowsOnly),
      },
      importCpuSeconds: cpu.client,
      residentMb,
      index: indexUsed,
      allowedMb,
      correct: correct && residentMb < allowedMb,
    },
    null,
    2,
  ),
);
if (!correct) process.exitCode = 1;

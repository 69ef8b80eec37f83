import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ProjectHandle } from "#db/handle.ts";
import { source } from "#db/schema/datasets.ts";
import { importFile } from "#lib/datasets/import-file.ts";
import { importRunInput, startImport } from "#lib/datasets/start-import.ts";
import { claimRun } from "#lib/runs/own-run.ts";
import { tellPlanner } from "#lib/runs/tell-planner.ts";
import { folders, type Services } from "#lib/services.ts";
import { withInstance } from "./database.ts";
import { scaleDialogues } from "./dialogues.ts";

export type ImportBench = {
  source: "shared" | "made";
  megabytes: number;
  conversations: number;
  importSeconds: number;
  copySeconds: number;
  /** Seconds of our import (parse, hash, dedupe, index, language) over seconds of a bare COPY of the same bytes, each round; the middle one. */
  ratio: number;
  megabytesPerSecond: number;
  /** Growth of this process's resident memory while it imported, MiB. */
  memoryMb: number;
  /** Every line became a conversation, in every round. */
  correct: boolean;
};

const rounds = 5;

/** Import of 262,524 turns against COPY of the same bytes into a table with one jsonb column. */
export async function benchImport(): Promise<ImportBench> {
  const { bytes, source: from } = scaleDialogues();
  const copySeconds: number[] = [];
  const importSeconds: number[] = [];
  const lines = bytes.toString("utf8").trim().split("\n").length;
  let conversations = 0;
  let correct = true;
  let memoryMb = 0;
  for (let round = 0; round < rounds; round++) {
    await withInstance(async (services, handle) => {
      const copy = async () => {
        copySeconds.push(await seconds(() => copyLines(services, bytes)));
      };
      if (round % 2 === 0) await copy();
      const before = process.memoryUsage.rss();
      let peak = before;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss());
      }, 50);
      importSeconds.push(
        await seconds(async () => {
          conversations = await importBytes(services, handle, bytes);
        }),
      );
      clearInterval(watch);
      if (round % 2 === 1) await copy();
      correct &&= conversations === lines;
      memoryMb = Math.max(memoryMb, (peak - before) / 1024 ** 2);
    });
  }
  const importing = median(importSeconds);
  const megabytes = bytes.length / 1e6;
  return {
    source: from,
    megabytes,
    conversations,
    importSeconds: importing,
    copySeconds: median(copySeconds),
    ratio: median(importSeconds.map((one, round) => one / (copySeconds[round] ?? 1))),
    megabytesPerSecond: megabytes / importing,
    memoryMb,
    correct,
  };
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function copyLines({ database }: Services, bytes: Buffer): Promise<void> {
  await database.sql`create table copied (body jsonb)`;
  // Text format: a backslash and a tab mean something to COPY.
  const text = bytes.toString("utf8").replaceAll("\\", "\\\\").replaceAll("\t", "\\t");
  const stream = await database.sql`copy copied from stdin`.writable();
  const chunks = text.match(/[\s\S]{1,262144}/g) ?? [];
  await pipeline(Readable.from(chunks), stream);
}

async function importBytes(
  services: Services,
  handle: ProjectHandle,
  bytes: Buffer,
): Promise<number> {
  const digest = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(sourceFile(services, digest), bytes);
  return importSource(services, handle, { digest, bytes: bytes.length });
}

/** Where the file of this digest is kept. */
export function sourceFile(services: Services, digest: string): string {
  const folder = folders(services.dataDir).sources;
  mkdirSync(folder, { recursive: true });
  return join(folder, digest);
}

/** Imports a kept file as the job does, in this process; gives the conversations that the dataset holds then. */
export async function importSource(
  services: Services,
  handle: ProjectHandle,
  kept: { digest: string; bytes: number },
): Promise<number> {
  const [file] = await handle.db
    .insert(source)
    .values({ projectId: handle.projectId, fileName: "dialogues.jsonl", ...kept })
    .returning({ id: source.id });
  const signal = new AbortController().signal;
  const { run } = await startImport.run(
    { handle, services, actor: handle.actor, signal },
    { project: handle.slug, source: file?.id ?? 0, dataset: "dialogues" },
  );
  const owned = await claimRun(services.database, run, 1, "bench");
  if (!owned) throw new TypeError("the run was not claimed");
  await importFile(owned, handle, services, importRunInput.parse(owned.run.input), signal);
  await tellPlanner(services, run);
  const rows = await handle.db.query.dataset.findMany();
  return rows[0]?.headCount ?? 0;
}

export { importBytes };

if (import.meta.main) {
  const result = await benchImport();
  console.log(JSON.stringify(result, null, 2));
  if (!result.correct) process.exitCode = 1;
}

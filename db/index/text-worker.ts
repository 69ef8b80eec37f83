import { setImmediate, setTimeout } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import postgres from "postgres";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import { searchableTexts, separatedWords } from "../../lib/core/search-text.ts";
import type { Best, BestWish } from "./best-matches.ts";
import { TextFile } from "./text-file.ts";
import { serveCalls } from "./thread.ts";

/**
 * The thread in which text is read, split into words, indexed and searched: SQLite is synchronous and words cost time.
 * Calls interleave where they wait for Postgres.
 */

/** Text gathered before a transaction: large enough to write few segments, small enough to let a search through. */
const batchCharacters = 8_000_000;
/** Rows fetched at a time; a row may hold a megabyte. */
const fetchRows = 64;

const { databaseUrl } = workerData as { databaseUrl: string };
const sql = postgres(databaseUrl, {
  max: 2,
  idle_timeout: 60,
  onnotice: () => {},
  connection: { application_name: "assay index texts" },
});
const files = new Map<string, TextFile>();

function fileAt(path: string): TextFile {
  const file = files.get(path);
  if (!file) throw new Error(`text index ${path} is not open`);
  return file;
}

/** Between its steps, searches are answered. */
async function readLengths(path: string, file: TextFile): Promise<void> {
  while (files.get(path) === file && !file.readLengths()) await setImmediate();
}

/** Lists are made when nothing came or went for so long; until then, searches for common words are slower. */
const calmMs = 2000;

async function keepCommonWords(path: string, file: TextFile): Promise<void> {
  const isOpen = () => files.get(path) === file;
  while (isOpen()) {
    while (isOpen() && file.calmFor >= calmMs && !file.listCommonWords()) await setImmediate();
    await setTimeout(calmMs, undefined, { ref: false });
  }
}

type Stored = { id: number; body: ConversationBody };

async function addRows(file: TextFile, rows: AsyncIterable<Stored[]>): Promise<number> {
  let batch: { id: number; text: string }[] = [];
  let characters = 0;
  let added = 0;
  const flush = () => {
    file.add(batch);
    added += batch.length;
    batch = [];
    characters = 0;
  };
  for await (const some of rows) {
    for (const { id, body } of some) {
      const text = Array.from(searchableTexts(body), separatedWords).join("\n");
      batch.push({ id, text });
      characters += text.length;
    }
    if (characters > batchCharacters) flush();
  }
  flush();
  return added;
}

export const textCalls = {
  open({ path, origin }: { path: string; origin: string }): [number, number, string | null][] {
    files.get(path)?.close();
    files.delete(path);
    const file = new TextFile(path, origin);
    files.set(path, file);
    // Without them, searches are slower; a damaged file is told by who searches it.
    readLengths(path, file)
      .then(() => keepCommonWords(path, file))
      .catch(() => {});
    return [...file.datasets()].map(([id, { version, made }]) => [id, version, made]);
  },
  check: ({ path }: { path: string }): boolean => fileAt(path).check(),
  /** Adds those of the conversations that are not there yet. */
  async fill({ path, project, ids }: { path: string; project: number; ids: number[] }) {
    const file = fileAt(path);
    const missing = file.missing(ids);
    if (missing.length === 0) return 0;
    return addRows(
      file,
      sql<Stored[]>`select id::float8 as id, body from conversation
        where id = any(${missing}) and project_id = ${project} and body is not null`.cursor(
        fetchRows,
      ),
    );
  },
  /** Adds the next conversations of the project, whether a dataset holds them yet or not; returns how many it saw. */
  async ahead({ path, project, limit }: { path: string; project: number; limit: number }) {
    const file = fileAt(path);
    const ids = await sql<{ id: number }[]>`select id::float8 as id from conversation
      where project_id = ${project} and id > ${file.ahead} order by id limit ${limit}`;
    const last = ids.at(-1);
    if (!last) return 0;
    await textCalls.fill({ path, project, ids: ids.map((row) => row.id) });
    file.ahead = last.id;
    return ids.length;
  },
  setDataset({
    path,
    id,
    version,
    made,
  }: {
    path: string;
    id: number;
    version: number;
    made: string | null;
  }) {
    fileAt(path).setDataset(id, version, made);
  },
  remove({ path, ids }: { path: string; ids: number[] }): number {
    return fileAt(path).remove(ids);
  },
  /** Takes the words of removed conversations out of the file, a step at a time. */
  async purge({ path }: { path: string }): Promise<void> {
    for (let step = 0; files.get(path)?.mustPurge; step++) {
      if (fileAt(path).mergeStep(step === 0)) return;
      // Searches that came meanwhile go first.
      await setImmediate();
    }
  },
  matches({ path, expression, scored }: { path: string; expression: string; scored: boolean }) {
    return fileAt(path).matches(expression, scored);
  },
  best({
    path,
    expression,
    words,
    ...wish
  }: { path: string; expression: string; words: string[] | undefined } & BestWish): Best {
    return fileAt(path).best(expression, words, wish);
  },
  frequencies({ path, words }: { path: string; words: string[] }) {
    const file = fileAt(path);
    return { total: file.count(), counts: file.frequencies(words) };
  },
  close({ path }: { path: string }): void {
    files.get(path)?.close();
    files.delete(path);
  },
  async end(): Promise<void> {
    for (const file of files.values()) file.close();
    files.clear();
    await sql.end({ timeout: 5 });
  },
};
export type TextCalls = typeof textCalls;

serveCalls(textCalls);

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type postgres from "postgres";
import {
  ColumnsFile,
  type DatasetState,
  readDatasets,
  readMeta,
  saveMeta,
} from "./columns-file.ts";
import { readOrigin } from "./origin.ts";
import { noWatermarks, type Watermarks } from "./read-changes.ts";
import { breakSeal, seal } from "./seal.ts";
import type { TextCalls } from "./text-worker.ts";
import type { Thread } from "./thread.ts";

export const columnsName = "columns.duckdb";
export const textName = "text.sqlite";
const names = [columnsName, textName];
const openingName = "opening";
/** An index that was not read for so long is made anew; a day less than notes of changes are kept. */
const unreadMs = 6 * 86_400_000;

export type IndexOptions = {
  projectId: number;
  /** Of this project alone. */
  folder: string;
  sql: postgres.Sql;
  texts: Thread<TextCalls>;
  log(message: string, cause?: unknown): void;
};

/** What the columns hold: every dataset up to a version, and what changes without one. */
export type Held = {
  datasets: Map<number, DatasetState>;
  marks: Watermarks;
  /** A moment of Postgres of which nothing is missing here; undefined until it was looked at. */
  moment?: string;
};
export type TextState = Map<number, { version: number; made: string | null }>;
export type OpenFiles = { columns: ColumnsFile; held: Held; texts: TextState };

/**
 * The two files of a project's index: opened on first use, thrown away and made anew when they are damaged, strange or
 * gone, sealed when they are closed.
 */
export class IndexFiles {
  readonly #options: IndexOptions;
  #open: OpenFiles | undefined;

  constructor(options: IndexOptions) {
    this.#options = options;
  }

  /** A call into the text thread about this project's file. */
  text<Name extends keyof TextCalls>(
    name: Name,
    args: Omit<NonNullable<Parameters<TextCalls[Name]>[0]>, "path">,
  ) {
    const path = join(this.#options.folder, textName);
    return this.#options.texts.call(name, { path, ...args } as Parameters<TextCalls[Name]>[0]);
  }

  async open(): Promise<OpenFiles> {
    const { folder, sql, projectId } = this.#options;
    const there = (name: string) => existsSync(join(folder, name));
    if (this.#open && names.every(there)) return this.#open;
    // Taken away under our hands: what is open still answers, but nothing of it would be kept. And a file that took the
    // whole process down while it was opened is not opened twice.
    if (this.#open || there(openingName)) await this.wipe();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, openingName), "");
    const origin = await readOrigin(sql, projectId);
    const sound = await breakSeal(folder, names);
    const columns = await this.#reopen(columnsName, sound[columnsName], () =>
      openColumns(folder, origin),
    );
    const texts = await this.#reopen(textName, sound[textName], () =>
      this.#openTexts(origin, sound[textName] === true),
    );
    this.#open = { columns, texts, held: await columns.using(readHeld) };
    rmSync(join(folder, openingName), { force: true });
    return this.#open;
  }

  async #reopen<T>(name: string, sound: boolean | undefined, open: () => Promise<T>): Promise<T> {
    const { folder, log } = this.#options;
    const discard = async (why: unknown) => {
      log(`${name} is made anew`, why);
      if (name === textName) await this.text("close", {});
      for (const end of ["", ".wal", "-wal", "-shm"]) {
        rmSync(join(folder, name + end), { force: true, recursive: true });
      }
    };
    if (sound === false) await discard(new Error("its bytes are not those that were written"));
    try {
      return await open();
    } catch (cause) {
      await discard(cause);
      return open();
    }
  }

  /** @param sealed its bytes are known, so its inside need not be checked. */
  async #openTexts(origin: string, sealed: boolean): Promise<TextState> {
    const state = await this.text("open", { origin });
    if (!sealed && !(await this.text("check", {}))) throw new Error("it is damaged");
    await this.#requireHistory(state);
    return new Map(state.map(([id, version, made]) => [id, { version, made }]));
  }

  /** Throws when the texts were indexed along another history, as before a backup was restored. */
  async #requireHistory(state: [number, number, string | null][]): Promise<void> {
    const { sql } = this.#options;
    for (const [id, version, made] of state) {
      const [row] = await sql<{ made: string }[]>`
        select created_at::text as made from dataset_version where dataset_id = ${id} and number = ${version}`;
      if (version > 0 && row?.made !== made) throw new Error("it follows another history");
    }
  }

  /** Everything goes; the next `open` begins from nothing. */
  async wipe(): Promise<void> {
    this.#open?.columns.close();
    this.#open = undefined;
    await this.text("close", {});
    rmSync(this.#options.folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    const { columns, held } = this.#open;
    if (held.datasets.size > 0) {
      await columns.inTransaction((db) => saveMeta(db, { marks: JSON.stringify(held.marks) }));
    }
    columns.close();
    this.#open = undefined;
    await this.text("close", {});
    await seal(this.#options.folder, names);
  }
}

/** Throws when so much time went by that notes of changes may have been swept. */
async function openColumns(folder: string, origin: string): Promise<ColumnsFile> {
  const columns = await ColumnsFile.open(folder, columnsName, origin);
  const written = (await columns.using(readMeta)).get("written");
  if (written === undefined || Date.now() - Number(written) < unreadMs) return columns;
  columns.close();
  throw new Error("it was not read for too long");
}

async function readHeld(db: DuckDBConnection): Promise<Held> {
  const marks = (await readMeta(db)).get("marks");
  return {
    datasets: await readDatasets(db),
    marks: marks === undefined ? noWatermarks : JSON.parse(marks),
  };
}

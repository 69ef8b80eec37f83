import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";

/** Raised when the tables or what stands in them change meaning; a file of another number is rebuilt. */
const schemaNumber = 1;

/** `removed_in` of a row that still stands. */
export const neverRemoved = 2_147_483_647;

/**
 * What a row is filtered and counted by beside its numbers. Each stands in a row as the number of a *word set*: the list
 * of words that the row has there. There are few different lists, so filters and counts touch small integers only.
 */
export const setFields = ["kind", "lang", "role", "tag", "source", "finding", "label"] as const;
export type SetField = (typeof setFields)[number];

export type WordSet = { id: number; words: readonly string[] };
export type WordSets = Record<SetField, Map<number, readonly string[]>>;

/**
 * One row is one membership, live or ended: any version of any dataset can be asked for. `time` counts microseconds
 * since 1970.
 */
const schema = `
  create table meta(key varchar primary key, value varchar);
  create table dataset(id bigint primary key, version integer not null, made varchar, total integer not null);
  create table word_set(id integer primary key, field varchar not null, words varchar not null, unique(field, words));
  create table row(
    membership bigint not null, dataset bigint not null, conversation bigint not null,
    added_in integer not null, removed_in integer not null,
    turns integer not null, messages integer not null, tokens integer not null, time bigint,
    ${setFields.map((field) => `${field} integer not null`).join(", ")})`;

/** CSV files of a load, each with its columns; Postgres writes them, the engine reads them itself. */
export const loadFiles = {
  member: {
    membership: "BIGINT",
    dataset: "BIGINT",
    conversation: "BIGINT",
    root: "BIGINT",
    added_in: "INTEGER",
    removed_in: "INTEGER",
    turns: "INTEGER",
    messages: "INTEGER",
    tokens: "INTEGER",
    kind: "VARCHAR",
    lang: "VARCHAR",
    role: "VARCHAR",
    tag: "VARCHAR",
  },
  seen: { conversation: "BIGINT", occurrence: "BIGINT", source: "VARCHAR", time: "BIGINT" },
  finding: { conversation: "BIGINT", kind: "VARCHAR" },
  judged: { conversation: "BIGINT", level: "INTEGER" },
} as const;
export type LoadFile = keyof typeof loadFiles;

export type DatasetState = { version: number; made: string | null; total: number };

/**
 * Bytes of a CSV line: fifteen thousand tags. The engine takes sixteen times as much a thread unless it is told a buffer
 * size, and then two loads at once do not fit in its memory.
 */
const longestLine = 1_048_576;

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * Columns of every row of every dataset of a project in one DuckDB file. The engine may touch its own folder and
 * nothing else, and loads no extensions.
 */
export class ColumnsFile {
  readonly #instance: DuckDBInstance;
  readonly #folder: string;
  readonly #idle: DuckDBConnection[] = [];
  sets: WordSets = emptySets();

  private constructor(instance: DuckDBInstance, folder: string) {
    this.#instance = instance;
    this.#folder = folder;
  }

  /** Opens or makes the file. Throws when it is not one of ours, is damaged, or belongs to another database. */
  static async open(folder: string, name: string, origin: string): Promise<ColumnsFile> {
    const instance = await DuckDBInstance.create(`${folder}/${name}`, {
      threads: "2",
      memory_limit: "512MB",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      temp_directory: `${folder}/spill`,
    });
    const columns = new ColumnsFile(instance, folder);
    try {
      await columns.using(async (db) => {
        await db.run(`set allowed_directories = [${quote(folder)}]`);
        await db.run("set enable_external_access = false; set lock_configuration = true");
        await prepareSchema(db, origin);
      });
      await columns.readSets();
      return columns;
    } catch (cause) {
      columns.close();
      throw cause;
    }
  }

  /** Runs `work` on a connection of its own. */
  async using<T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    const db = this.#idle.pop() ?? (await this.#instance.connect());
    try {
      const result = await work(db);
      this.#idle.push(db);
      return result;
    } catch (cause) {
      db.closeSync();
      throw cause;
    }
  }

  /** As `using`, in one transaction: everything is read as of one moment, or written together. */
  inTransaction<T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.using(async (db) => {
      await db.run("begin transaction");
      try {
        const result = await work(db);
        await db.run("commit");
        return result;
      } catch (cause) {
        // A connection with a failed commit has no transaction any more; the first error is the one that tells.
        await db.run("rollback").catch(() => {});
        throw cause;
      }
    });
  }

  /** How the engine reads one of the CSV files of a load. */
  csv(file: LoadFile, name: string): string {
    const columns = Object.entries(loadFiles[file]).map(([column, type]) => `${column}: '${type}'`);
    return `read_csv(${quote(`${this.#folder}/${name}`)}, auto_detect = false, header = false, delim = ',',
      quote = '"', escape = '"', nullstr = '\\N', new_line = '\\n', max_line_size = ${longestLine}, buffer_size = ${4 * longestLine}, columns = {${columns.join(", ")}})`;
  }

  async readSets(): Promise<void> {
    const sets = emptySets();
    const rows = await this.using((db) => rowsOf(db, "select id, field, words from word_set"));
    for (const row of rows) {
      sets[row.field as SetField].set(Number(row.id), JSON.parse(String(row.words)));
    }
    this.sets = sets;
  }

  close(): void {
    for (const db of this.#idle.splice(0)) db.closeSync();
    this.#instance.closeSync();
  }
}

function emptySets(): WordSets {
  return Object.fromEntries(setFields.map((field) => [field, new Map()])) as unknown as WordSets;
}

async function prepareSchema(db: DuckDBConnection, origin: string): Promise<void> {
  const tables = await rowsOf(db, "select table_name as name from duckdb_tables()");
  if (tables.length === 0) {
    await db.run(schema);
    await db.run("insert into meta values ('schema', $1), ('origin', $2)", [
      String(schemaNumber),
      origin,
    ]);
    return;
  }
  const meta = await readMeta(db);
  if (meta.get("schema") !== String(schemaNumber)) {
    throw new Error(`column index has schema number ${meta.get("schema")}`);
  }
  if (meta.get("origin") !== origin) {
    throw new Error("column index was made from another database");
  }
}

export async function readMeta(db: DuckDBConnection): Promise<Map<string, string>> {
  const rows = await rowsOf(db, "select key, value from meta");
  return new Map(rows.map((row) => [String(row.key), String(row.value)]));
}

/** Sets some of the file's facts, and when that was. */
export async function saveMeta(
  db: DuckDBConnection,
  meta: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [key, value] of Object.entries({ ...meta, written: String(Date.now()) })) {
    await db.run("insert or replace into meta values ($1, $2)", [key, value]);
  }
}

export async function readDatasets(db: DuckDBConnection): Promise<Map<number, DatasetState>> {
  const rows = await rowsOf(db, "select id, version, made, total from dataset");
  return new Map(
    rows.map((row) => [
      Number(row.id),
      {
        version: Number(row.version),
        made: row.made === null ? null : String(row.made),
        total: Number(row.total),
      },
    ]),
  );
}

/** Rows as objects; BIGINT comes as bigint. */
export async function rowsOf(
  db: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<Record<string, unknown>[]> {
  const reader = await db.runAndReadAll(sql, values);
  return reader.getRowObjectsJS() as Record<string, unknown>[];
}

import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Best, type BestWish, type Collection, rankWords } from "./best-matches.ts";
import { CommonWords, countPlaces, type Places } from "./common-words.ts";
import { DocLengths, readVarints } from "./doc-lengths.ts";

/** Raised when the tables or what stands in them change meaning; a file of another number is rebuilt. */
const schemaNumber = 2;

/** Pages of 4 KiB that a merge step writes: a step is short enough for a search to wait for. */
const mergePages = 2000;

/** A word in fewer conversations is told by the engine in a millisecond. */
const commonFrom = 4096;

/** Lengths that are read at a time while searches wait: a twentieth of a second. */
const lengthRows = 50_000;

export type Matches = {
  /** Conversation ids, joined by commas, in ascending order; empty for none. */
  ids: string;
  /** BM25 in millionths plus one, higher is better, one for each id; only when it was asked for. */
  scores: string | undefined;
};

/**
 * Words of every conversation of a project in one SQLite file with an FTS5 table. It holds no text, only where words
 * stand. Synchronous: it lives in a thread of its own. Words come from `separatedWords`, so the engine's own tokenizer
 * has nothing left to decide.
 */
export class TextFile {
  readonly #db: DatabaseSync;
  readonly #lengths = new DocLengths();
  readonly #common: CommonWords;
  #lengthsAreRead = false;
  #changedAt = 0;

  /** Opens or makes the file. Throws when it is not one of ours, is damaged, or belongs to another database. */
  constructor(path: string, origin: string, common = commonFrom) {
    this.#db = new DatabaseSync(path);
    try {
      this.#db.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on;
        pragma cache_size = -65536; pragma mmap_size = 0; pragma temp_store = memory;`);
      const { user_version: number } = this.#one("pragma user_version") as { user_version: number };
      if (number === 0) this.#create(origin);
      else if (number !== schemaNumber) throw new Error(`text index has schema number ${number}`);
      if (this.#one("select value from meta where key = 'origin'")?.value !== origin) {
        throw new Error("text index was made from another database");
      }
      this.#one(`select rowid from words where words match '"a"' limit 1`);
      this.#db.exec("create virtual table temp.vocabulary using fts5vocab(main, words, row)");
      this.#db.exec("create virtual table temp.places using fts5vocab(main, words, instance)");
      this.#common = new CommonWords(this.#db, (sql) => this.#writer(sql), common);
    } catch (cause) {
      this.#db.close();
      throw cause;
    }
  }

  #create(origin: string): void {
    if (this.#one("select 1 from sqlite_schema limit 1")) throw new Error("not a text index");
    this.#db.exec(`begin;
      create table meta(key text primary key, value);
      create table dataset(id integer primary key, version integer not null, made text);
      create virtual table words using fts5(text, content='', contentless_delete=1, tokenize="ascii tokenchars '_'");
      insert into words(words, rank) values ('automerge', 8);
      insert into words(words, rank) values ('hashsize', 33554432);
      ${CommonWords.tables}
      pragma user_version = ${schemaNumber};`);
    this.#writer("insert into meta values ('origin', ?), ('ahead', 0)").run(origin);
    this.#db.exec("commit");
  }

  /**
   * A statement that writes. It tells the last row's number as a bigint: rows of the engine's own tables have numbers that no
   * JavaScript number holds, and `run` would throw.
   */
  #writer(sql: string): StatementSync {
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }

  #one(sql: string, ...values: (string | number)[]): Record<string, unknown> | undefined {
    return this.#db.prepare(sql).get(...values);
  }

  /** Whether every page and every list of places can be read; some seconds for a million conversations. */
  check(): boolean {
    if (this.#one("pragma integrity_check(1)")?.integrity_check !== "ok") return false;
    this.#db.exec("insert into words(words) values ('integrity-check')");
    return true;
  }

  /** Those of the ids that have no words here. */
  missing(ids: readonly number[]): number[] {
    return this.#db
      .prepare(
        "select value as id from json_each(?) where value not in (select id from words_docsize)",
      )
      .all(JSON.stringify(ids))
      .map((row) => Number(row.id));
  }

  /** Adds conversations in one transaction. An id that is there already is left as it is. */
  add(rows: readonly { id: number; text: string }[]): void {
    const there = this.#db.prepare("select 1 from words_docsize where id = ?");
    const insert = this.#writer("insert into words(rowid, text) values (?, ?)");
    const added: { id: number; text: string }[] = [];
    this.#inTransaction(() => {
      for (const row of rows) {
        if (there.get(row.id)) continue;
        insert.run(row.id, row.text);
        added.push(row);
      }
      if (added.length > 0) this.#common.add(added, this.#collection().rows);
    });
    if (added.length > 0) this.#changedAt = performance.now();
    const find = this.#db.prepare("select sz from words_docsize where id = ?");
    for (const { id } of added) {
      // What lies beyond the last one is read with the rest.
      if (this.#lengthsAreRead || id <= this.#lengths.last) this.#setLength(id, find.get(id)?.sz);
    }
  }

  #setLength(id: number, record: unknown): void {
    this.#lengths.set(id, readVarints(record as Uint8Array)[0] ?? 0);
  }

  /** Reads how long conversations are, a step at a time; true when all are known. */
  readLengths(): boolean {
    if (this.#lengthsAreRead) return true;
    const rows = this.#db
      .prepare("select id, sz from words_docsize where id > ? order by id limit ?")
      .all(this.#lengths.last, lengthRows);
    for (const { id, sz } of rows) this.#setLength(Number(id), sz);
    this.#lengthsAreRead = rows.length < lengthRows;
    return this.#lengthsAreRead;
  }

  /** Takes conversations out; returns how many there were. Their words leave the file with `mergeStep`. */
  remove(ids: readonly number[]): number {
    const there = this.#db.prepare("select 1 from words_docsize where id = ?");
    const remove = this.#writer("delete from words where rowid = ?");
    let removed = 0;
    this.#inTransaction(() => {
      for (const id of ids) {
        if (!there.get(id)) continue;
        remove.run(id);
        removed++;
      }
      if (removed === 0) return;
      this.#common.drop();
      this.#db.exec("insert or replace into meta values ('purge', 1)");
    });
    if (removed > 0) this.#changedAt = performance.now();
    return removed;
  }

  /** Whether words of conversations that were taken out still lie in the file. */
  get mustPurge(): boolean {
    return this.#one("select value from meta where key = 'purge'")?.value === 1;
  }

  /**
   * A step of writing the whole index anew without what was taken out, where freed pages are overwritten; true when
   * nothing is left to do.
   */
  mergeStep(first: boolean): boolean {
    const changes = () => Number(this.#one("select total_changes() as n")?.n);
    const before = changes();
    // Negative: all segments are to become one; the next steps go on with it.
    this.#writer("insert into words(words, rank) values ('merge', ?)").run(
      first ? -mergePages : mergePages,
    );
    if (changes() - before >= 2) return false;
    this.#db.exec("delete from meta where key = 'purge'");
    this.#db.exec("pragma wal_checkpoint(truncate)");
    return true;
  }

  /** The conversations that an FTS5 expression finds. */
  matches(expression: string, scored: boolean): Matches {
    // An aggregate cannot hold bm25() itself; the limit keeps the inner query a loop of its own.
    const row = this.#one(
      scored
        ? `select group_concat(id) as ids, group_concat(score) as scores from (select rowid as id,
            1 + cast(bm25(words) * -1e6 as integer) as score from words where words match ? limit -1)`
        : "select group_concat(rowid) as ids from words where words match ?",
      expression,
    );
    const ids = (row?.ids as string | null) ?? "";
    return { ids, scores: scored ? ((row?.scores as string | null) ?? "") : undefined };
  }

  /** Milliseconds since texts came or went. */
  get calmFor(): number {
    return performance.now() - this.#changedAt;
  }

  /** A step of listing where common words stand, for `best`; true when nothing is left to do. */
  listCommonWords(): boolean {
    if (this.#common.ready) return true;
    const { rows } = this.#collection();
    this.#inTransaction(() => this.#common.step((word) => this.#listOf(word), rows));
    return this.#common.ready;
  }

  /** The id of a conversation for each place of a word, ascending, joined by commas. */
  #listOf(word: string): string {
    const row = this.#one("select group_concat(doc) as list from temp.places where term = ?", word);
    return (row?.list as string | null) ?? "";
  }

  #placesOf(word: string): Places {
    return this.#common.places(word) ?? countPlaces(this.#listOf(word));
  }

  /**
   * The best conversations that an FTS5 expression finds, by BM25. When that is nothing but `words`, which all must stand,
   * their places are counted here: the engine's own bm25() takes several times as long.
   */
  best(expression: string, words: readonly string[] | undefined, wish: BestWish): Best {
    if (words !== undefined && this.#lengthsAreRead) {
      const places = words.map((word) => this.#placesOf(word));
      return rankWords(places, this.#collection(), wish);
    }
    const { value, id } = wish.after ?? { value: Number.MAX_SAFE_INTEGER, id: 0 };
    const rows = this.#db
      .prepare(`select id, score from (select rowid as id,
          1 + cast(bm25(words) * -1e6 as integer) as score from words where words match ? limit -1)
        where score < ? or (score = ? and id < ?) order by score desc, id desc limit ?`)
      .all(expression, value, value, id, wish.limit + 1)
      .map((row) => ({ id: Number(row.id), score: Number(row.score) }));
    const shown = rows.slice(0, wish.limit);
    return {
      ids: shown.map((row) => row.id),
      scores: shown.map((row) => row.score),
      more: rows.length > wish.limit,
    };
  }

  /** What bm25() knows of all conversations: their number and that of their words stand in the first record. */
  #collection(): Collection {
    const first = this.#one("select block from words_data where id = 1")?.block as Uint8Array;
    const [rows = 0, words = 0] = readVarints(first ?? new Uint8Array());
    return { rows, words, lengths: this.#lengths };
  }

  /** In how many conversations each word stands. */
  frequencies(words: readonly string[]): number[] {
    const find = this.#db.prepare("select doc from temp.vocabulary where term = ?");
    return words.map((word) => Number(find.get(word)?.doc ?? 0));
  }

  /** Up to which version each dataset's conversations are here, and when that version was made. */
  datasets(): Map<number, { version: number; made: string | null }> {
    const rows = this.#db.prepare("select id, version, made from dataset").all();
    return new Map(
      rows.map((row) => [
        Number(row.id),
        { version: Number(row.version), made: row.made as string | null },
      ]),
    );
  }

  setDataset(id: number, version: number, made: string | null): void {
    this.#writer("insert or replace into dataset values (?, ?, ?)").run(id, version, made);
  }

  /** The id up to which conversations were read ahead of any dataset. */
  get ahead(): number {
    return Number(this.#one("select value from meta where key = 'ahead'")?.value ?? 0);
  }

  set ahead(id: number) {
    this.#writer("insert or replace into meta values ('ahead', ?)").run(id);
  }

  count(): number {
    return Number(this.#one("select count(*) as n from words_docsize")?.n);
  }

  #inTransaction(work: () => void): void {
    this.#db.exec("begin");
    try {
      work();
      this.#db.exec("commit");
    } catch (cause) {
      this.#common.forget();
      if (this.#db.isTransaction) this.#db.exec("rollback");
      throw cause;
    }
  }

  close(): void {
    this.#db.close();
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { forEachId } from "./read-ids.ts";

/** The conversations that hold a word, ascending, and how often each does. */
export type Places = { ids: Float64Array; times: Uint32Array };

/** So long a step takes while searches wait. */
const stepMs = 5;
/** To list more places of one word would keep searches waiting for long; hardly anybody looks for the like of “the”. */
const mostPlaces = 2_000_000;
/** Beyond so many words of texts that came later, all lists are made anew. */
const mostLater = 200_000;
/** When there are so many times as many conversations, other words are common. */
const mostGrowth = 1.25;

const nothing =
  "delete from meta where key = 'common'; delete from common; delete from common_later;";

/**
 * Lists of the conversations of each common word, packed, a row a word: read and ranked several times as fast as the
 * engine tells the same places. They are made in the background from what the engine has; texts that come later are noted
 * beside them, and when one goes all lists go, so that nothing of it stays here.
 */
export class CommonWords {
  readonly #db: DatabaseSync;
  readonly #writer: (sql: string) => StatementSync;
  /** A word in so many conversations is common. */
  readonly #from: number;
  /** Defined when every common word has its list. */
  #words: Set<string> | undefined;
  /** How many conversations there were when the lists were made. */
  #listed = 0;
  #later = 0;
  /** The last word that was looked at while lists are made. */
  #made: string | undefined;

  static readonly tables = `
    create table common(word text primary key, places blob not null);
    create table common_later(word text not null, id integer not null, times integer not null);
    create index common_later_word on common_later(word);`;

  constructor(db: DatabaseSync, writer: (sql: string) => StatementSync, from: number) {
    this.#db = db;
    this.#writer = writer;
    this.#from = from;
    const made = db.prepare("select value from meta where key = 'common'").get();
    if (!made) return;
    this.#listed = Number(made.value);
    this.#words = this.#readWords();
    this.#later = Number(db.prepare("select count(*) as n from common_later").get()?.n);
  }

  /** Where a common word stands; undefined for a word without a list, and while lists are made. */
  places(word: string): Places | undefined {
    if (!this.#words?.has(word)) return undefined;
    const row = this.#db.prepare("select places from common where word = ?").get(word);
    const listed = unpackPlaces(row?.places as Uint8Array);
    if (this.#later === 0) return listed;
    const later = this.#db
      .prepare("select id, times from common_later where word = ? order by id")
      .all(word);
    return later.length === 0 ? listed : withLater(listed, later);
  }

  /** Whether every common word has its list. */
  get ready(): boolean {
    return this.#words !== undefined;
  }

  /**
   * Notes texts that were just added. Part of the transaction that adds them.
   * @param total how many conversations there are now
   */
  add(rows: readonly { id: number; text: string }[], total: number): void {
    if (!this.#words || total > this.#listed * mostGrowth + this.#from) {
      this.drop();
      return;
    }
    const insert = this.#writer("insert into common_later values (?, ?, ?)");
    for (const { id, text } of rows) {
      for (const [word, times] of countWords(text, this.#words)) {
        insert.run(word, id, times);
        this.#later++;
      }
    }
    if (this.#later > mostLater) this.drop();
  }

  /** No list is true any more; `step` makes them anew. */
  drop(): void {
    if (!this.#words && this.#made === undefined) return;
    this.#db.exec(nothing);
    this.forget();
  }

  /** What is known of the lists may not be so, as after a transaction that was undone. */
  forget(): void {
    this.#words = undefined;
    this.#made = undefined;
    this.#later = 0;
  }

  #readWords(): Set<string> {
    const rows = this.#db.prepare("select word from common").all();
    return new Set(rows.map(({ word }) => String(word)));
  }

  /**
   * A step of making the lists, until they are `ready`.
   * @param listOf the id of a conversation for each place of a word, ascending, joined by commas
   * @param total how many conversations there are
   */
  step(listOf: (word: string) => string, total: number): void {
    // What an earlier process left half done.
    if (this.#made === undefined) this.#db.exec(nothing);
    this.#made ??= "";
    const insert = this.#writer("insert into common values (?, ?)");
    const until = performance.now() + stepMs;
    const next = this.#db.prepare("select term, doc, cnt from temp.vocabulary where term > ?");
    for (const { term, doc, cnt } of next.iterate(this.#made)) {
      const word = String(term);
      if (Number(doc) >= this.#from && Number(cnt) <= mostPlaces)
        insert.run(word, packPlaces(listOf(word)));
      this.#made = word;
      if (performance.now() > until) return;
    }
    this.#writer("insert into meta values ('common', ?)").run(total);
    this.#listed = total;
    this.#words = this.#readWords();
    this.#made = undefined;
  }
}

/** As the engine splits what it is fed: letters, digits and underscores of ASCII, and all that lies beyond. */
const fedWord = /[A-Za-z0-9_\x80-\uffff]+/g;

/** How often each of the wanted words stands in a text, as it is fed to the engine. */
function countWords(text: string, wanted: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const found of text.match(fedWord) ?? []) {
    // Small letters of ASCII alone: what lies beyond is fed in small letters.
    const word = found.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    if (wanted.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Each id once, with how often it stands in the list. */
export function countPlaces(list: string): Places {
  // An id and its comma take two characters at least.
  const ids = new Float64Array((list.length >> 1) + 1);
  const times = new Uint32Array(ids.length);
  let found = 0;
  forEachId(list, (id) => {
    if (found > 0 && ids[found - 1] === id) times[found - 1] = (times[found - 1] ?? 0) + 1;
    else {
      ids[found] = id;
      times[found++] = 1;
    }
  });
  return { ids: ids.subarray(0, found), times: times.subarray(0, found) };
}

/** A number takes 7 bits a byte, the lowest first: this many at most. */
const longestNumber = 8;

/** For each conversation the distance to the one before and how often, as numbers of 7 bits a byte. */
function packPlaces(list: string): Uint8Array {
  const { ids, times } = countPlaces(list);
  const bytes = new Uint8Array(2 * longestNumber * ids.length);
  let to = 0;
  const put = (value: number) => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[to++] = (rest % 128) | 128;
    bytes[to++] = rest;
  };
  for (let n = 0; n < ids.length; n++) {
    put((ids[n] as number) - (n > 0 ? (ids[n - 1] as number) : 0));
    put(times[n] as number);
  }
  return bytes.slice(0, to);
}

function unpackPlaces(bytes: Uint8Array): Places {
  const ids = new Float64Array((bytes.length >> 1) + 1);
  const times = new Uint32Array(ids.length);
  let [at, found, id] = [0, 0, 0];
  const take = () => {
    let byte = bytes[at++] as number;
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++] as number;
      value += (byte & 127) * scale;
    }
    return value;
  };
  while (at < bytes.length) {
    id += take();
    ids[found] = id;
    times[found++] = take();
  }
  return { ids: ids.subarray(0, found), times: times.subarray(0, found) };
}

/** Both ascending; none stands in both. */
function withLater(listed: Places, later: readonly Record<string, unknown>[]): Places {
  const ids = new Float64Array(listed.ids.length + later.length);
  const times = new Uint32Array(ids.length);
  let at = 0;
  let next = 0;
  for (let to = 0; to < ids.length; to++) {
    const noted = later[next];
    if (noted && !(at < listed.ids.length && (listed.ids[at] as number) < Number(noted.id))) {
      ids[to] = Number(noted.id);
      times[to] = Number(noted.times);
      next++;
    } else {
      ids[to] = listed.ids[at] as number;
      times[to] = listed.times[at++] as number;
    }
  }
  return { ids, times };
}

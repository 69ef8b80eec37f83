import type { DocLengths } from "./doc-lengths.ts";
import { forEachId } from "./read-ids.ts";

/** BM25 in millionths plus one: higher is better. Equal scores go by id, the highest first. */
export type Place = { value: number; id: number };
export type BestWish = { limit: number; after?: Place | undefined };
/** The best ones in their order. `more`: there are others behind them. */
export type Best = { ids: number[]; scores: number[]; more: boolean };

/** All conversations of a project: how many, how many words they have together, and each. */
export type Collection = { rows: number; words: number; lengths: DocLengths };

/** The constants of SQLite's own bm25(), whose answers these are. */
const [k1, b] = [1.2, 0.75];

/**
 * The best conversations for one word, by BM25.
 * @param list the id of a conversation for each place where the word stands, ascending, joined by commas.
 */
export function rankWord(list: string, { rows, words, lengths }: Collection, wish: BestWish): Best {
  const { ids, times } = countPlaces(list);
  const found = ids.length;
  const idf = Math.log((rows - found + 0.5) / (found + 0.5));
  // A word of more than half of the conversations says nothing, and still ranks by how often it stands.
  const weight = idf <= 0 ? 1e-6 : idf;
  const average = words / rows;
  const best = new BestFew(wish);
  // From the highest id down: of equal scores the first are kept, and the others are let go at once.
  for (let n = found - 1; n >= 0; n--) {
    const id = ids[n] as number;
    const often = times[n] as number;
    const shape = 1 - b + (b * lengths.get(id)) / average;
    best.offer(1 + Math.trunc(weight * ((often * (k1 + 1)) / (often + k1 * shape)) * 1e6), id);
  }
  return best.inOrder();
}

/** Each id once, with how often it stands in the list. */
function countPlaces(list: string): { ids: Float64Array; times: Uint32Array } {
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

/** Keeps the best `limit` of what it is offered, and knows whether there were others: a heap with the worst on top. */
class BestFew {
  readonly #limit: number;
  readonly #after: Place | undefined;
  readonly #kept: Place[] = [];
  #more = false;

  constructor({ limit, after }: BestWish) {
    this.#limit = limit;
    this.#after = after;
  }

  offer(value: number, id: number): void {
    const after = this.#after;
    if (after && (value > after.value || (value === after.value && id >= after.id))) return;
    const worst = this.#kept[0];
    if (this.#kept.length < this.#limit) {
      this.#kept.push({ value, id });
      this.#rise(this.#kept.length - 1);
      return;
    }
    this.#more = true;
    if (!worst || value < worst.value || (value === worst.value && id < worst.id)) return;
    this.#kept[0] = { value, id };
    this.#sink();
  }

  inOrder(): Best {
    const sorted = this.#kept.sort((a, c) => c.value - a.value || c.id - a.id);
    return {
      ids: sorted.map(({ id }) => id),
      scores: sorted.map(({ value }) => value),
      more: this.#more,
    };
  }

  #isWorse(left: number, right: number): boolean {
    const [a, c] = [this.#kept[left], this.#kept[right]];
    if (!a || !c) return false;
    return a.value < c.value || (a.value === c.value && a.id < c.id);
  }

  #swap(left: number, right: number): void {
    const held = this.#kept[left] as Place;
    this.#kept[left] = this.#kept[right] as Place;
    this.#kept[right] = held;
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const worse = this.#isWorse(left + 1, left) ? left + 1 : left;
      if (!this.#isWorse(worse, at)) return;
      this.#swap(at, worse);
      at = worse;
    }
  }
}

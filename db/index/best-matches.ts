import type { Places } from "./common-words.ts";
import type { DocLengths } from "./doc-lengths.ts";

/** BM25 in millionths plus one: higher is better. Equal scores go by id, the highest first. */
export type Place = { value: number; id: number };
export type BestWish = { limit: number; after?: Place | undefined };
/** The best ones in their order. `more`: there are others behind them. */
export type Best = { ids: number[]; scores: number[]; more: boolean };

/** All conversations of a project: how many, how many words they have together, and each. */
export type Collection = { rows: number; words: number; lengths: DocLengths };

/** The constants of SQLite's own bm25(), whose answers these are. */
const [k1, b] = [1.2, 0.75];

/** The best of the conversations in which all of the words stand, by BM25; `words` in the order of the search. */
export function rankWords(
  words: readonly Places[],
  { rows, words: all, lengths }: Collection,
  wish: BestWish,
): Best {
  const weights = words.map(({ ids }) => weightOf(ids.length, rows));
  const average = all / rows;
  const best = new BestFew(wish);
  const rarest = words.reduce((few, one) => (one.ids.length < few.ids.length ? one : few));
  const at = words.map(({ ids }) => ids.length - 1);
  // From the highest id down: of equal scores the first are kept, and the others are let go at once.
  for (let n = rarest.ids.length - 1; n >= 0; n--) {
    const id = rarest.ids[n] as number;
    const shape = k1 * (1 - b + (b * lengths.get(id)) / average);
    let score = 0;
    for (let w = 0; w < words.length; w++) {
      const { ids, times } = words[w] as Places;
      let place = at[w] as number;
      while (place >= 0 && (ids[place] as number) > id) place--;
      at[w] = place;
      if (place < 0) return best.inOrder();
      if (ids[place] !== id) {
        score = Number.NaN;
        break;
      }
      const often = times[place] as number;
      score += (weights[w] as number) * ((often * (k1 + 1)) / (often + shape));
    }
    if (score >= 0) best.offer(1 + Math.trunc(score * 1e6), id);
  }
  return best.inOrder();
}

/** What a word says that stands in `found` of all rows. One in more than half of them says nothing, and still ranks. */
function weightOf(found: number, rows: number): number {
  const weight = Math.log((rows - found + 0.5) / (found + 0.5));
  return weight <= 0 ? 1e-6 : weight;
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

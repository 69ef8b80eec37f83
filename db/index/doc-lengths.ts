/** Ids of a page: those of conversations of one import follow each other, so pages are full or absent. */
const pageIds = 4096;

/** How many words each conversation has, by its id: 4 bytes each, found without a search. */
export class DocLengths {
  readonly #pages = new Map<number, Uint32Array>();
  /** The page that was asked for last: the next id is mostly there, too. */
  #near: { number: number; page: Uint32Array | undefined } = { number: -1, page: undefined };
  /** The highest id that was ever set. */
  last = 0;

  set(id: number, length: number): void {
    const number = Math.floor(id / pageIds);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Uint32Array(pageIds);
      this.#pages.set(number, page);
      this.#near = { number, page };
    }
    page[id % pageIds] = length;
    this.last = Math.max(this.last, id);
  }

  get(id: number): number {
    const number = Math.floor(id / pageIds);
    if (number !== this.#near.number) this.#near = { number, page: this.#pages.get(number) };
    return this.#near.page?.[id % pageIds] ?? 0;
  }
}

/** Numbers of 7 bits a byte, the highest first, as SQLite's full-text engine writes them. */
export function readVarints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 127);
    if (byte >= 128) continue;
    values.push(value);
    value = 0;
  }
  return values;
}

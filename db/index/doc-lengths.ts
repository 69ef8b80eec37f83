/** Ids of a page: those of conversations of one import follow each other, so pages are full or absent. */
const pageIds = 4096;

/** How many words each conversation has, by its id: 4 bytes each, found without a search. */
export class DocLengths {
  readonly #pages = new Map<number, Uint32Array>();
  /** The highest id that was ever set. */
  last = 0;

  set(id: number, length: number): void {
    const number = Math.floor(id / pageIds);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Uint32Array(pageIds);
      this.#pages.set(number, page);
    }
    page[id % pageIds] = length;
    this.last = Math.max(this.last, id);
  }

  get(id: number): number {
    return this.#pages.get(Math.floor(id / pageIds))?.[id % pageIds] ?? 0;
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

import { idsOf } from "./ask-columns.ts";
import type { ColumnsFile } from "./columns-file.ts";
import { onColumns } from "./faults.ts";
import { forEachId } from "./read-ids.ts";

/** Versions whose rows are kept: one or two are looked at; a million rows take an eighth of a megabyte. */
const mostKept = 4;
const pageIds = 4096;

/** A set of ids, a bit each. */
class IdSet {
  readonly #pages = new Map<number, Uint32Array>();

  add(id: number): void {
    const number = Math.floor(id / pageIds);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Uint32Array(pageIds / 32);
      this.#pages.set(number, page);
    }
    const at = id % pageIds;
    page[at >> 5] = (page[at >> 5] ?? 0) | (1 << (at & 31));
  }

  has(id: number): boolean {
    const at = id % pageIds;
    const word = this.#pages.get(Math.floor(id / pageIds))?.[at >> 5] ?? 0;
    return (word & (1 << (at & 31))) !== 0;
  }
}

const kept = new WeakMap<ColumnsFile, Map<string, IdSet>>();

/**
 * Which conversations stand in a version of a dataset. A version never changes, so it is read once; the file knows it already
 * when this is asked.
 */
export async function membersOf(
  columns: ColumnsFile,
  { dataset, version }: { dataset: number; version: number },
): Promise<Pick<IdSet, "has">> {
  const sets = kept.get(columns) ?? new Map<string, IdSet>();
  kept.set(columns, sets);
  const key = `${dataset} ${version}`;
  const known = sets.get(key);
  if (known) return known;
  const query = { dataset, version, filter: {} };
  const list = await onColumns(() => columns.using((db) => idsOf(db, columns.sets, query)));
  const made = new IdSet();
  forEachId(list, (id) => made.add(id));
  const [oldest] = sets.keys();
  if (sets.size >= mostKept && oldest !== undefined) sets.delete(oldest);
  sets.set(key, made);
  return made;
}

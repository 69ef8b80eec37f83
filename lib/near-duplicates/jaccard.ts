import type { Shingles } from "./shingles.ts";

/**
 * Exact Jaccard similarity of the shingle sets of two texts: |A ∩ B| / |A ∪ B|; 0 when either has no shingle.
 * One hash table is kept and its entries are dated, so that nothing is cleared or sorted between pairs.
 */
export function createJaccard(): (a: Shingles, b: Shingles) => number {
  let keys = new Uint32Array(1 << 13);
  let dates = new Uint32Array(1 << 13);
  let date = 0;

  /** The slot of `key`, or the empty slot where it would stand. Entries older than `since` are empty. */
  const slotOf = (key: number, since: number) => {
    const mask = keys.length - 1;
    let slot = (key ^ (key >>> 15)) & mask;
    while ((dates[slot] as number) >= since && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  };

  return (a, b) => {
    const needed = (a.length + b.length) * 2;
    if (needed > keys.length || date > 0xfffffff0) {
      const size = 2 ** Math.ceil(Math.log2(Math.max(needed, keys.length)));
      keys = new Uint32Array(size);
      dates = new Uint32Array(size);
      date = 0;
    }
    const inA = ++date;
    const seenInB = ++date;
    let union = 0;
    let shared = 0;
    for (let i = 0; i < a.length; i++) {
      const key = a.hashes[i] as number;
      const slot = slotOf(key, inA);
      if ((dates[slot] as number) >= inA) continue;
      keys[slot] = key;
      dates[slot] = inA;
      union += 1;
    }
    for (let i = 0; i < b.length; i++) {
      const key = b.hashes[i] as number;
      const slot = slotOf(key, inA);
      const found = dates[slot] as number;
      if (found === seenInB) continue;
      if (found === inA) shared += 1;
      else union += 1;
      keys[slot] = key;
      dates[slot] = seenInB;
    }
    return union === 0 ? 0 : shared / union;
  };
}

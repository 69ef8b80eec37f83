import { createFolder } from "./fold.ts";
import { mix } from "./hash.ts";

/** Hashes of the shingles of one text in reading order, repeats included: `length` of them at the start of `hashes`. */
export type Shingles = { hashes: Uint32Array; length: number };

/**
 * A shingle is `size` characters of the folded text in a row, as a 32-bit hash (a rolling polynomial, then mixed with
 * the seed). Two different shingles share a hash once in 4 billion, so a Jaccard over hashes is exact but for that.
 * A shorter text is one shingle; an empty one has none. The buffer is reused by the next call: copy what you keep.
 */
export function createShingler(size: number, seed: number): (text: string) => Shingles {
  const fold = createFolder();
  const base = 0x01000193;
  let leaving = 1;
  for (let i = 0; i < size; i++) leaving = Math.imul(leaving, base);
  let hashes = new Uint32Array(1 << 12);

  return (text) => {
    const { units, length } = fold(text);
    if (length === 0) return { hashes, length: 0 };
    if (length > hashes.length) hashes = new Uint32Array(units.length);
    const first = Math.min(size, length);
    let rolling = 0;
    for (let i = 0; i < first; i++) {
      rolling = (Math.imul(rolling, base) + (units[i] as number)) | 0;
    }
    hashes[0] = mix(rolling ^ seed);
    for (let i = size; i < length; i++) {
      const gone = units[i - size] as number;
      rolling = (Math.imul(rolling, base) + (units[i] as number) - Math.imul(gone, leaving)) | 0;
      hashes[i - size + 1] = mix(rolling ^ seed);
    }
    return { hashes, length: Math.max(1, length - size + 1) };
  };
}

/** The finaliser of MurmurHash3 (32 bits): one to one, each output bit depends on each input bit. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** An odd constant (2^32 / golden ratio) that spreads small numbers: round and bin numbers become seeds. */
export const golden = 0x9e3779b9;

/** Mulberry32: the numbers in [0, 1) that follow from a seed. For tests, benchmarks and planted texts. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), 1 | state);
    hash = (hash + Math.imul(hash ^ (hash >>> 7), 61 | hash)) ^ hash;
    return ((hash ^ (hash >>> 14)) >>> 0) / 4294967296;
  };
}

import { golden, mix } from "./hash.ts";
import type { Shingles } from "./shingles.ts";

/** After so many rounds each bin that is still empty asks every shingle; only texts of a few words come here. */
const randomRounds = 32;
const unfilled = 255;
/** Above every value of a first round, and 2^31 - 1, so that a difference of two stays a whole number of 32 bits. */
const noValue = 0x7fffffff;

/**
 * Fast similarity sketching (Dahlgaard, Knudsen, Thorup 2017): a MinHash signature of `bins` values at the cost of
 * about one permutation. In round 0 each shingle falls into one bin and each bin keeps its smallest value; bins that
 * stay empty are filled by further rounds with other hashes. The share of equal bins estimates the Jaccard similarity
 * as well as independent permutations do, for short texts, too (where plain one-permutation hashing does not).
 *
 * Writes the low 8 bits of each bin's value to `out` at `at`. Two different values share a byte once in 256, so equal
 * bytes are J + (1 - J) / 256 of all. `bins` is a power of two.
 */
export function createSketcher(
  bins: number,
): (shingles: Shingles, out: Uint8Array, at: number) => void {
  const binShift = 32 - Math.log2(bins);
  const valueMask = 2 ** binShift - 1;
  const smallest = new Int32Array(bins);
  /** The round that filled a bin, from 1; `unfilled` while none did. */
  const filledIn = new Uint8Array(bins);
  let left = 0;

  const fillFirst = ({ hashes, length }: Shingles) => {
    smallest.fill(noValue);
    for (let i = 0; i < length; i++) {
      const hash = hashes[i] as number;
      const bin = hash >>> binShift;
      const least = smallest[bin] as number;
      const below = (hash & valueMask) - least;
      // The smaller of both, written always: which one it is cannot be foretold, so a branch would cost more.
      smallest[bin] = least + (below & (below >> 31));
    }
    left = 0;
    for (let bin = 0; bin < bins; bin++) {
      const open = smallest[bin] === noValue;
      filledIn[bin] = open ? unfilled : 0;
      if (open) left += 1;
    }
  };

  /** The same with other hashes; bins that an earlier round filled keep what they have. */
  const fillRound = ({ hashes, length }: Shingles, round: number) => {
    const factor = oddOf(round);
    for (let i = 0; i < length; i++) {
      const hash = Math.imul(hashes[i] as number, factor);
      const bin = hash >>> binShift;
      if ((filledIn[bin] as number) < round) continue;
      const value = hash & valueMask;
      if (filledIn[bin] === unfilled) {
        filledIn[bin] = round;
        left -= 1;
        smallest[bin] = value;
      } else if (value < (smallest[bin] as number)) smallest[bin] = value;
    }
  };

  const fillOne = ({ hashes, length }: Shingles, bin: number) => {
    const factor = oddOf(bin + randomRounds);
    let least = 0xffffffff;
    for (let i = 0; i < length; i++) {
      const value = Math.imul(hashes[i] as number, factor) >>> 0;
      if (value < least) least = value;
    }
    smallest[bin] = least;
  };

  return (shingles, out, at) => {
    fillFirst(shingles);
    if (shingles.length === 0) {
      smallest.fill(0xffffffff);
      left = 0;
    }
    for (let round = 1; left > 0 && round < randomRounds; round++) fillRound(shingles, round);
    for (let bin = 0; left > 0 && bin < bins; bin++) {
      if (filledIn[bin] === unfilled) fillOne(shingles, bin);
    }
    for (let bin = 0; bin < bins; bin++) out[at + bin] = mixByte(smallest[bin] as number);
  };
}

/** A byte that depends on all bits: low bits alone stay the same under an odd factor. */
function mixByte(value: number): number {
  return Math.imul(value ^ (value >>> 15), golden) >>> 24;
}

/** The hashes are well mixed already, so a further permutation of them is an odd factor. */
function oddOf(round: number): number {
  return mix(Math.imul(round, golden)) | 1;
}

/** Standard errors that the estimate of a true pair may fall below the threshold: once in 3 million pairs. */
const errorsAllowed = 5;

/**
 * Returns a test of two rows of signatures (`wordsPerRow` × 4 bytes each): could their Jaccard similarity reach
 * `threshold`? Counts equal bytes four at a time and stops at the first quarter where the answer is no.
 */
export function createEstimate(
  words: Uint32Array,
  wordsPerRow: number,
  threshold: number,
): (a: number, b: number) => boolean {
  const quarters = [1, 2, 3, 4].map((quarter) => {
    const bytes = wordsPerRow * quarter;
    const error = Math.sqrt(bytes * threshold * (1 - threshold));
    return Math.max(0, Math.floor(bytes * threshold - errorsAllowed * error));
  });
  const quarterWords = wordsPerRow / 4;

  return (a, b) => {
    let at = a * wordsPerRow;
    let other = b * wordsPerRow;
    let equal = 0;
    for (let quarter = 0; quarter < 4; quarter++) {
      for (let word = 0; word < quarterWords; word++) {
        const differing = (words[at++] as number) ^ (words[other++] as number);
        // The high bit of each byte says whether the byte is other than zero; the product adds the four bits.
        const flags = ((((differing & 0x7f7f7f7f) + 0x7f7f7f7f) | differing) >>> 7) & 0x01010101;
        equal += 4 - (Math.imul(flags, 0x01010101) >>> 24);
      }
      if (equal < (quarters[quarter] as number)) return false;
    }
    return true;
  };
}

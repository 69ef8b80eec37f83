import { countWords } from "./words.ts";

/** One guarded text: distinct words (rarest first) as numbers, how often each stands there, and the edits allowed. */
type Entry = { length: number; edits: number; words: Int32Array; counts: Int32Array };

/**
 * Which of many guarded texts share all but a few words with a text. To lack at most e of its words, a text must hold
 * at least d - e of any d distinct ones. The rarest 2e + 2 are indexed and counted, so nothing is missed and few texts
 * are compared word by word.
 */
export type GuardedWords = {
  /** Calls `visit` with each guarded text that lacks no more words than its edits, and the words shared (multiset). */
  match(words: readonly string[], visit: (index: number, shared: number) => void): void;
};

/** `texts`: words of each guarded text; `edits`: how many of them may be missing, or null to leave the text out. */
export function indexGuardedWords(
  texts: readonly (readonly string[])[],
  edits: (length: number) => number | null,
): GuardedWords {
  const numbers = new Map<string, number>();
  const frequency: number[] = [];
  const counted = texts.map(countWords);
  for (const counts of counted) {
    for (const word of counts.keys()) {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      frequency[number] = (frequency[number] ?? 0) + 1;
    }
  }
  const postings: number[][] = frequency.map(() => []);
  const needed = new Uint32Array(texts.length);
  const entries = counted.map((counts, index): Entry | null => {
    const length = texts[index]?.length ?? 0;
    const allowed = edits(length);
    if (allowed === null || length === 0) return null;
    const rareFirst = [...counts]
      .map(([word, count]) => ({ number: numbers.get(word) as number, count }))
      .sort((a, b) => (frequency[a.number] as number) - (frequency[b.number] as number));
    const indexed = rareFirst.slice(0, 2 * allowed + 2);
    for (const { number } of indexed) postings[number]?.push(index);
    needed[index] = Math.max(1, indexed.length - allowed);
    return {
      length,
      edits: allowed,
      words: Int32Array.from(rareFirst, ({ number }) => number),
      counts: Int32Array.from(rareFirst, ({ count }) => count),
    };
  });

  const here = new Int32Array(numbers.size);
  const hits = new Uint32Array(texts.length);

  return {
    match(words, found) {
      const present: number[] = [];
      for (const word of words) {
        const number = numbers.get(word);
        if (number === undefined) continue;
        if (here[number] === 0) present.push(number);
        here[number] = (here[number] as number) + 1;
      }
      hits.fill(0);
      for (const number of present) {
        for (const index of postings[number] as number[]) {
          const count = (hits[index] as number) + 1;
          hits[index] = count;
          if (count !== needed[index]) continue;
          const entry = entries[index] as Entry;
          if (words.length < entry.length - entry.edits) continue;
          const missing = countMissing(entry, here);
          if (missing <= entry.edits) found(index, entry.length - missing);
        }
      }
      for (const number of present) here[number] = 0;
    },
  };
}

/** Words of the entry that are not there; stops soon after there are too many. */
function countMissing({ words, counts, edits }: Entry, here: Int32Array): number {
  let missing = 0;
  for (let i = 0; i < words.length && missing <= edits; i++) {
    const lack = (counts[i] as number) - (here[words[i] as number] as number);
    if (lack > 0) missing += lack;
  }
  return missing;
}

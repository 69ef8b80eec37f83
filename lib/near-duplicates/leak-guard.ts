import type { LeakKind } from "../core/snapshot-leaks.ts";
import { indexGuardedWords } from "./guarded-words.ts";
import { wordsOf } from "./words.ts";

export type GuardedText = { id: number; text: string };
/** How a training text repeats a guarded one. `overlap` is the share of the guarded text's words that it repeats. */
export type Leak = { train: number; guarded: number; kind: LeakKind; overlap: number };

/** Below this many words two texts are alike by chance: only equal ones (but for case and signs) are leaks. */
const fewWords = 4;
/** From here on an edited text is told from another that happens to be built alike. */
const enoughWords = 8;
/** The share of words that may have been replaced, left out or added, rounded up: 10 %, with a margin where text is long. */
const editedShare = 0.1;
const longEditedShare = 0.15;
/** From here on a margin costs no false alarms (measured: docs/decisions/010-near-duplicates.md). */
const manyWords = 20;
/** A text inside a longer one: enough words that they are no common phrase, nearly all there and in their order. */
const containedWords = 20;
const containedShare = 0.1;
/** Of the guarded text's neighbouring word pairs, the share that a text that contains it repeats. */
const containedOrder = 0.7;

/** Words of a guarded text of `length` that an edited copy may lack (or have more than it). */
export function editsAllowed(length: number): number {
  if (length < enoughWords) return 0;
  return Math.ceil(length * (length < manyWords ? editedShare : longEditedShare));
}

/**
 * Guards texts (suite prompts, test rows) against training texts. Found without fail: equal texts whatever their
 * case, punctuation, accents and spaces; the same words in another order from 4 words on; from 8 words on texts with
 * up to 10 % of the words replaced, left out or added (15 % from 20 words on), in any order; from 20 words on a text inside a longer one.
 * Not found: paraphrases, translations, and shorter texts with a word changed, which cannot be told from other texts.
 *
 * The guarded side is indexed (guarded-words.ts); a training text costs a look-up a word, and few comparisons.
 */
export function createLeakGuard(guarded: Iterable<GuardedText>) {
  const ids: number[] = [];
  const texts: string[][] = [];
  const bySqueezed = new Map<string, number[]>();
  for (const { id, text } of guarded) {
    const words = wordsOf(text);
    if (words.length === 0) continue;
    const same = bySqueezed.get(squeezed(words));
    if (same) same.push(ids.length);
    else bySqueezed.set(squeezed(words), [ids.length]);
    ids.push(id);
    texts.push(words);
  }
  const index = indexGuardedWords(texts, (length) =>
    length < fewWords ? null : editsAllowed(length),
  );

  /** The guarded texts that `text` repeats, each with the closest kind, in the order they were given. */
  return (text: string): Omit<Leak, "train">[] => {
    const words = wordsOf(text);
    if (words.length === 0) return [];
    const found = new Map<number, Omit<Leak, "train">>();
    for (const at of bySqueezed.get(squeezed(words)) ?? []) {
      found.set(at, { guarded: ids[at] as number, kind: "same", overlap: 1 });
    }
    let order: Set<string> | undefined;
    index.match(words, (at, shared) => {
      if (found.has(at)) return;
      const guardedWords = texts[at] as string[];
      let kind = kindByWords(guardedWords.length, words.length, shared);
      if (!kind && mayContain(guardedWords.length, words.length, shared)) {
        order ??= wordPairs(words);
        if (orderKept(guardedWords, order) >= containedOrder) kind = "contained";
      }
      if (!kind) return;
      const overlap = shared / guardedWords.length;
      found.set(at, { guarded: ids[at] as number, kind, overlap });
    });
    return [...found].sort(([a], [b]) => a - b).map(([, leak]) => leak);
  };
}

/** Every leak of `train` into `guarded`. Streams the training side; the guarded side is kept in memory. */
export function* findLeaks(
  train: Iterable<GuardedText>,
  guarded: Iterable<GuardedText>,
): Generator<Leak> {
  const check = createLeakGuard(guarded);
  for (const { id, text } of train) {
    for (const leak of check(text)) yield { train: id, ...leak };
  }
}

/** Words that were changed: those of the longer text that the other lacks, as replacing, leaving out and adding do. */
function kindByWords(guarded: number, train: number, shared: number): LeakKind | undefined {
  if (guarded < fewWords) return undefined;
  const changed = Math.max(guarded, train) - shared;
  if (changed === 0) return "reordered";
  return changed <= editsAllowed(guarded) ? "edited" : undefined;
}

function mayContain(guarded: number, train: number, shared: number): boolean {
  return guarded >= containedWords && train > guarded && shared >= guarded * (1 - containedShare);
}

/** The share of neighbouring words of the guarded text that are neighbours in the other, too. */
function orderKept(guardedWords: readonly string[], other: Set<string>): number {
  const pairs = wordPairs(guardedWords);
  let kept = 0;
  for (const pair of pairs) if (other.has(pair)) kept += 1;
  return kept / pairs.size;
}

function wordPairs(words: readonly string[]): Set<string> {
  return new Set(words.slice(1).map((word, i) => `${words[i]} ${word}`));
}

/** Words without spaces, so that "user-friendly", "user friendly" and "userfriendly" are one. */
function squeezed(words: readonly string[]): string {
  return words.join("");
}

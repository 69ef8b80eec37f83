import type { ConversationBody } from "./conversation.ts";
import { searchableTexts, wordsOf } from "./search-text.ts";

/** A word of a text and how often it stands there. */
export type Term = { word: string; count: number };

/** Words that are looked up for one text: enough to tell it from others, however long it is. */
const mostTerms = 300;
/** Words that a search for alike texts names: it stays readable, and is one that people can type and change. */
const mostWords = 16;
/**
 * Places where the named words stand, all together: what a search by relevance costs. A word of half the texts says
 * nothing about one of them and would cost the most.
 */
const mostPlaces = 100_000;
/** A filter's text has so many characters at most. */
const longestSearch = 500;

/** The words of a conversation, those that stand there most often first. */
export function termsOf(body: ConversationBody): Term[] {
  const counts = new Map<string, number>();
  for (const text of searchableTexts(body)) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((a, b) => b.count - a.count || b.word.length - a.word.length)
    .slice(0, mostTerms);
}

/**
 * The words that tell a text from the others, the most telling first: by (1 + ln count) · ln(texts / texts with it).
 * Words that no other text has are left out, as are those of more than a third of all texts unless nothing else is left.
 * @param frequencies of each term, in how many of `total` texts it stands, its own included.
 */
export function tellingWords(
  terms: readonly Term[],
  frequencies: readonly number[],
  total: number,
): string[] {
  const ranked = terms
    .map(({ word, count }, at) => ({ word, count, frequency: frequencies[at] ?? 0 }))
    .filter(({ frequency }) => frequency > 1)
    .map((term) => ({
      ...term,
      weight: (1 + Math.log(term.count)) * Math.log((total + 1) / term.frequency),
    }))
    .sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1));
  const rare = ranked.filter(({ frequency }) => frequency * 3 <= total);
  const words: string[] = [];
  let places = 0;
  for (const { word, frequency } of rare.length > 0 ? rare : ranked) {
    if (words.length === mostWords) break;
    if (words.length > 0 && places + frequency > mostPlaces) continue;
    words.push(word);
    places += frequency;
  }
  return words;
}

/**
 * The search, as people type it, that finds texts with any of the words; with `text`, among those that it finds. As many
 * of the first words as fit. Undefined when not one does.
 */
export function anyOf(words: readonly string[], text?: string): string | undefined {
  for (let count = words.length; count > 0; count--) {
    // “or” itself is a word of some texts.
    const any = words
      .slice(0, count)
      .map((word) => (word === "or" ? `"or"` : word))
      .join(" or ");
    const search = text === undefined ? any : `(${text}) (${any})`;
    if (search.length <= longestSearch) return search;
  }
  return undefined;
}

import { type Phrase, placesOf } from "./search-query.ts";
import { wordSpans } from "./search-text.ts";

/** Start and end of a highlighted place, in UTF-16 units of its text. */
export type Mark = [start: number, end: number];

/** Places of the phrases in a text, in order, those that touch or overlap joined. */
export function markText(phrases: readonly Phrase[], text: string): Mark[] {
  const spans = wordSpans(text);
  const words = spans.map((span) => span.word);
  const found: Mark[] = [];
  for (const phrase of phrases) {
    for (const at of placesOf(phrase, words)) {
      const [first, last] = [spans[at], spans[at + phrase.words.length - 1]];
      if (first && last) found.push([first.start, last.end]);
    }
  }
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined: Mark[] = [];
  for (const [start, end] of found) {
    const before = joined.at(-1);
    if (before && start <= before[1]) before[1] = Math.max(before[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

export type Excerpt = { text: string; marks: Mark[] };

/** Characters before the first place of an excerpt: a cell of the table shows some forty, and the place is to be seen. */
const lead = 16;

/**
 * The piece of the first text that holds one of the phrases, `length` UTF-16 units long, as one line with its marks.
 * Undefined when no text holds one.
 */
export function excerptOf(
  phrases: readonly Phrase[],
  texts: Iterable<string>,
  length: number,
): Excerpt | undefined {
  for (const text of texts) {
    const marks = markText(phrases, text);
    const [first] = marks;
    if (first) return cutAround(text, marks, first[0], length);
  }
  return undefined;
}

function cutAround(text: string, marks: Mark[], place: number, length: number): Excerpt {
  const from = place <= lead ? 0 : wordStart(text, place - lead, place);
  const to = Math.min(text.length, from + length);
  const before = from === 0 ? "" : "… ";
  // White space keeps its length: one character for one, so that marks stay where they are.
  const piece = text.slice(from, to).toWellFormed().replace(/\s/g, " ");
  const shift = before.length - from;
  return {
    text: before + piece + (to < text.length ? "…" : ""),
    marks: marks
      .filter(([start]) => start < to)
      .map(([start, end]) => [start + shift, Math.min(end, to) + shift]),
  };
}

/** The first place after white space between `from` and `to`, else `from`. */
function wordStart(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s/);
  return space < 0 ? from : from + space + 1;
}

/** A stretch of text, in UTF-16 units, end exclusive. */
export type Span = { start: number; end: number };

/** A span that a detector found; `confidence` is 0 to 1 and ranks, it is not a probability. */
export type Scored = Span & { confidence: number };

/** True when the UTF-16 unit at `index` is an ASCII letter or digit; false outside the text. */
export function isAlphanumeric(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** True when the UTF-16 unit at `index` is 0-9; false outside the text. */
export function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

/**
 * Keeps spans that do not overlap an earlier one, where earlier means: first in the given order.
 * Returned in text order. O(n log n).
 */
export function withoutOverlap<S extends Span>(spans: readonly S[]): S[] {
  const ranked = spans.map((span, rank) => ({ span, rank }));
  ranked.sort((a, b) => a.span.start - b.span.start || a.rank - b.rank);
  const kept: { span: S; rank: number }[] = [];
  for (const candidate of ranked) {
    const last = kept.at(-1);
    if (!last || last.span.end <= candidate.span.start) kept.push(candidate);
    else if (candidate.rank < last.rank) kept[kept.length - 1] = candidate;
  }
  return kept.map(({ span }) => span);
}

/** Whether one of `words` stands in the 40 units before `start`, in any case. */
export function precededBy(text: string, start: number, words: RegExp): boolean {
  return words.test(text.slice(Math.max(0, start - 40), start));
}

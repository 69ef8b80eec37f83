/** Scripts without spaces between words: each character counts as a word. */
const spaceless =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const anySpaceless = new RegExp(`[${spaceless}]`, "u");
const mixedWords = new RegExp(`[${spaceless}]|[^\\s${spaceless}]+`, "gu");
const ascii = /^[\0-\x7f]*$/;

/**
 * What stands between spaces, in reading order, without case, accents and signs: "don't", "user-friendly" and "7:30"
 * are one word each, as they are once their signs are stripped. A text of signs alone is one word.
 */
export function wordsOf(text: string): string[] {
  const letters = ascii.test(text)
    ? text.toLowerCase().replace(/[^a-z0-9\s]+/g, "")
    : text
        .normalize("NFKD")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s]+/gu, "");
  const words = letters.match(anySpaceless.test(letters) ? mixedWords : /\S+/g);
  if (words) return words;
  const signs = text.trim();
  return signs === "" ? [] : [signs];
}

/** How often each word stands there. */
export function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

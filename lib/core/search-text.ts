import type { ConversationBody } from "./conversation.ts";
import { messageText, walk } from "./message-tree.ts";

/**
 * How a text becomes words, the same for the index, for the query, for highlights and where no index runs. A word is a
 * run of letters, marks, digits and underscores, in compatibility form (NFKC) and small letters. Scripts that write
 * without spaces give one word a character, so that a query of several characters is a phrase.
 */
export type WordSpan = {
  word: string;
  /** UTF-16 units of the original text. */
  start: number;
  end: number;
};

/** A word longer than this counts by its beginning: encoded data would fill the index with words that nobody types. */
const longestWord = 64;

const run = /[\p{L}\p{M}\p{N}_]+/gu;
/** Thai, Lao, Khmer and Burmese vowel signs are marks: they stay with their letter. */
const unspaced =
  "\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}";
const word = new RegExp(
  `[[\\p{L}\\p{N}]&&[${unspaced}]]\\p{M}*|[[\\p{L}\\p{M}\\p{N}_]--[[\\p{L}\\p{N}]&&[${unspaced}]]]+`,
  "gv",
);
/** Text of ASCII alone: small letters keep its length, and words in it are told by a plain pattern. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the ASCII characters
export const ascii = /^[\x00-\x7f]*$/;
const asciiWord = /[a-z0-9_]+/g;

const fold = (text: string) => text.normalize("NFKC").toLowerCase().replaceAll("ς", "σ");

function cut(text: string): string {
  if (text.length <= longestWord) return text;
  const last = text.charCodeAt(longestWord - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? longestWord - 1 : longestWord);
}

/** The words of a text in their order. */
export function wordsOf(text: string): string[] {
  if (ascii.test(text)) return (text.toLowerCase().match(asciiWord) ?? []).map(cut);
  const words: string[] = [];
  // Runs are found before folding: folding may change lengths, and places must be those of the original.
  for (const [found] of text.matchAll(run)) {
    for (const [one] of fold(found).matchAll(word)) words.push(cut(one));
  }
  return words;
}

/** The words of a text with where they stand. A run whose length folding changes is one place for all its words. */
export function wordSpans(text: string): WordSpan[] {
  const spans: WordSpan[] = [];
  for (const { 0: found, index: from } of text.matchAll(run)) {
    const folded = fold(found);
    const whole = folded.length !== found.length;
    for (const { 0: one, index } of folded.matchAll(word)) {
      const start = whole ? from : from + index;
      spans.push({ word: cut(one), start, end: whole ? from + found.length : start + one.length });
    }
  }
  return spans;
}

/** Runs of characters that hold words, as `separatedWords` writes them; texts have the same ones again and again. */
const separatedRuns = new Map<string, string>();
const mostRuns = 20_000;
/** Of a longer piece the engine of JavaScript makes no copy: remembered, it would keep the whole text it was cut from. */
const longestCopied = 12;

function separatedRun(run: string): string {
  const known = separatedRuns.get(run);
  if (known !== undefined) return known;
  const made = ` ${wordsOf(run).join(" ")} `;
  if (run.length > longestCopied) return made;
  if (separatedRuns.size >= mostRuns) separatedRuns.clear();
  separatedRuns.set(run, made);
  return made;
}

const endOfAscii = 0x80;
/** Whether an ASCII character belongs to a word. */
const inWord = Uint8Array.from({ length: endOfAscii }, (_, code) =>
  /\w/.test(String.fromCharCode(code)) ? 1 : 0,
);

/**
 * A text as the full-text engine is fed: words apart by characters that are none. The engine splits ASCII itself
 * exactly as `wordsOf` does, so plain English passes as it is; elsewhere only runs that hold more, or are too long for a
 * word, are split here.
 */
export function separatedWords(text: string): string {
  let out = "";
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const from = at;
    let plain = true;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= endOfAscii) plain = false;
      else if (inWord[code] === 0) break;
    }
    if (plain && at - from <= longestWord) continue;
    out += text.slice(done, from) + separatedRun(text.slice(from, at));
    done = at;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** What is searched of a conversation: text and tool calls of every message, in the order of the tree. */
export function* searchableTexts(body: ConversationBody): Generator<string> {
  for (const { node } of walk(body.root)) {
    yield messageText(node);
    for (const call of node.toolCalls ?? []) yield `${call.name} ${call.arguments}`;
  }
}

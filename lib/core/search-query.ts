import { AssayError } from "./errors.ts";
import { wordsOf } from "./search-text.ts";

/** One word, or several in a row; `prefix` lets the last be the beginning of a word. */
export type Phrase = { op: "phrase"; words: string[]; prefix: boolean };
export type SearchTree =
  | Phrase
  | { op: "or"; parts: SearchTree[] }
  /** All of `parts` and none of `without`; there is at least one part. */
  | { op: "and"; parts: SearchTree[]; without: SearchTree[] };

/** Parentheses inside parentheses; nobody types more, and engines have limits of their own. */
const deepest = 20;

const token = /\s*(?:"([^"]*)"?(\*)?|([()])|(-)(?=[^\s)])|([^\s()"]+))/gy;

type Token = { kind: "words"; words: string[]; prefix: boolean } | { kind: "(" | ")" | "-" | "or" };

/**
 * Reads a search as people type it: `words` that all must stand, `"a phrase"`, `-without`, `or`, `begin*`, parentheses.
 * Forgiving like web search: an open quote or parenthesis ends with the text, an “or” without a side is left out.
 * @throws invalid_input when no word is asked for, or a side of “or” only excludes.
 */
export function parseSearch(text: string): SearchTree {
  const reader = { tokens: tokensOf(text), at: 0, depth: 0 };
  const sides: SearchTree[] = [];
  while (reader.at < reader.tokens.length) {
    const side = readEither(reader);
    if (side) sides.push(side);
    // A closing parenthesis that nothing opened.
    if (reader.tokens[reader.at]?.kind === ")") reader.at++;
  }
  const [first] = sides;
  if (!first) {
    throw refused("The search has no word to look for. Type a word, a “phrase” or begin*.");
  }
  return sides.length === 1 ? first : { op: "and", parts: sides, without: [] };
}

function refused(message: string): AssayError {
  return new AssayError("invalid_input", message, { issues: [{ path: "text", message }] });
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [, quoted, star, bracket, minus, bare] of text.matchAll(token)) {
    if (bracket) tokens.push({ kind: bracket as "(" | ")" });
    else if (minus) tokens.push({ kind: "-" });
    else if (bare !== undefined && bare.toLowerCase() === "or") tokens.push({ kind: "or" });
    else {
      const words = wordsOf(quoted ?? bare ?? "");
      const prefix = quoted === undefined ? (bare?.endsWith("*") ?? false) : star !== undefined;
      // A sign that is no word does not narrow anything.
      if (words.length > 0) tokens.push({ kind: "words", words, prefix });
      else while (tokens.at(-1)?.kind === "-") tokens.pop();
    }
  }
  return tokens;
}

type Reader = { tokens: Token[]; at: number; depth: number };

/** Sides of “or”, up to the end or a closing parenthesis; undefined when there is nothing. */
function readEither(reader: Reader): SearchTree | undefined {
  const parts: SearchTree[] = [];
  for (;;) {
    const side = readAll(reader);
    if (side) parts.push(side);
    if (reader.tokens[reader.at]?.kind !== "or") break;
    reader.at++;
  }
  const [first] = parts;
  return parts.length > 1 ? { op: "or", parts } : first;
}

function readAll(reader: Reader): SearchTree | undefined {
  const parts: SearchTree[] = [];
  const without: SearchTree[] = [];
  for (;;) {
    const next = reader.tokens[reader.at];
    if (!next || next.kind === ")" || next.kind === "or") break;
    let excluded = false;
    while (reader.tokens[reader.at]?.kind === "-") {
      excluded = true;
      reader.at++;
    }
    const one = readOne(reader);
    if (one) (excluded ? without : parts).push(one);
    else if (excluded) break;
  }
  const [first] = parts;
  if (without.length === 0) {
    return parts.length > 1 ? { op: "and", parts, without } : first;
  }
  if (!first) {
    throw refused(
      "“-word” takes away from what other words find. Name at least one word to look for beside it.",
    );
  }
  return { op: "and", parts, without };
}

function readOne(reader: Reader): SearchTree | undefined {
  const next = reader.tokens[reader.at];
  if (next?.kind === "words") {
    reader.at++;
    return { op: "phrase", words: next.words, prefix: next.prefix };
  }
  if (next?.kind !== "(") return undefined;
  if (reader.depth >= deepest) {
    throw refused(`Parentheses stand more than ${deepest} deep. Take some away.`);
  }
  reader.at++;
  reader.depth++;
  const inner = readEither(reader);
  reader.depth--;
  if (reader.tokens[reader.at]?.kind === ")") reader.at++;
  return inner;
}

/** The tree as an FTS5 expression. Words hold letters, digits and underscores only, so nothing can leave its quotes. */
export function toFts(tree: SearchTree): string {
  if (tree.op === "phrase") return `"${tree.words.join(" ")}"${tree.prefix ? " *" : ""}`;
  if (tree.op === "or") return `(${tree.parts.map(toFts).join(" OR ")})`;
  const all = `(${tree.parts.map(toFts).join(" AND ")})`;
  return tree.without.length === 0 ? all : `(${all} NOT (${tree.without.map(toFts).join(" OR ")}))`;
}

/** Whether a text with these words is what the search asks for. */
export function matchesSearch(tree: SearchTree, words: readonly string[]): boolean {
  if (tree.op === "phrase") return placesOf(tree, words).next().done === false;
  if (tree.op === "or") return tree.parts.some((part) => matchesSearch(part, words));
  return (
    tree.parts.every((part) => matchesSearch(part, words)) &&
    !tree.without.some((part) => matchesSearch(part, words))
  );
}

/** Where a phrase begins, as indexes of words. */
export function* placesOf(phrase: Phrase, words: readonly string[]): Generator<number> {
  const { words: wanted, prefix } = phrase;
  const last = wanted.length - 1;
  for (let at = 0; at + last < words.length; at++) {
    let n = 0;
    while (n < last && words[at + n] === wanted[n]) n++;
    if (n < last) continue;
    const [end, seen] = [wanted[last] ?? "", words[at + last] ?? ""];
    if (prefix ? seen.startsWith(end) : seen === end) yield at;
  }
}

/** The phrases that a match may show; what “-” takes away is never there to be shown. */
export function shownPhrases(tree: SearchTree): Phrase[] {
  return tree.op === "phrase" ? [tree] : tree.parts.flatMap(shownPhrases);
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConversationBody, linear } from "./conversation.ts";
import { matchesSearch, parseSearch } from "./search-query.ts";
import { wordsOf } from "./search-text.ts";
import { anyOf, tellingWords, termsOf } from "./similar-words.ts";

const body = (...texts: string[]): ConversationBody => ({
  kind: "chat",
  root: linear(texts.map((content) => ({ role: "user", content }))),
});

describe("termsOf", () => {
  it("counts words over all messages, as the search sees them", () => {
    expect(termsOf(body("Tea, TEA and café", "tea"))).toEqual([
      { word: "tea", count: 3 },
      { word: "café", count: 1 },
      { word: "and", count: 1 },
    ]);
  });
});

describe("tellingWords", () => {
  const terms = ["the", "refund", "iban", "zyx"].map((word) => ({ word, count: 1 }));

  it("leaves out what stands everywhere and what stands nowhere else, the rarest first", () => {
    expect(tellingWords(terms, [90, 20, 5, 1], 100)).toEqual(["iban", "refund"]);
  });

  it("takes common words when there are no others", () => {
    expect(tellingWords(terms, [90, 0, 1, 1], 100)).toEqual(["the"]);
  });

  it("keeps what a search costs within bounds at a million texts", () => {
    const many = Array.from({ length: 40 }, (_, n) => ({ word: `w${n}`, count: 1 }));
    const frequencies = many.map((_, n) => 5000 + 20_000 * (n % 3));
    const chosen = tellingWords(many, frequencies, 1_000_000);
    const places = chosen.reduce((sum, word) => sum + (frequencies[Number(word.slice(1))] ?? 0), 0);
    expect(chosen.length).toBeGreaterThan(5);
    expect(places).toBeLessThanOrEqual(100_000);
  });
});

describe("anyOf", () => {
  it("is a search that finds exactly the texts with one of the words", () => {
    const word = fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.array(word), (texts, others) => {
        const words = [...new Set(texts.flatMap(wordsOf))].slice(0, 16);
        fc.pre(words.length > 0);
        const tree = parseSearch(anyOf(words) ?? "");
        const other = others.flatMap(wordsOf);
        expect(matchesSearch(tree, other)).toBe(other.some((one) => words.includes(one)));
      }),
    );
  });

  it("looks among what another search finds, and drops words that do not fit", () => {
    expect(anyOf(["tea", "or"], "hot drink or cold")).toBe('(hot drink or cold) (tea or "or")');
    const long = Array.from({ length: 16 }, (_, n) => `${n}`.padEnd(60, "x"));
    expect(anyOf(long)?.length).toBeLessThanOrEqual(500);
    expect(anyOf(long, "y".repeat(500))).toBeUndefined();
  });
});

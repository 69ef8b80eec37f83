import fc from "fast-check";
import { expect, it } from "vitest";
import { searchableTexts, separatedWords, wordSpans, wordsOf } from "./search-text.ts";

it.each([
  ["Hello, World! it's 2 p.m.", ["hello", "world", "it", "s", "2", "p", "m"]],
  ["snake_case and kebab-case", ["snake_case", "and", "kebab", "case"]],
  ["Straße ΟΔΟΣ Ünïcödé", ["straße", "οδοσ", "ünïcödé"]],
  // Decomposed letters and full-width forms are the same words.
  ["e\u0301te\u0301 ＡＢＣ１", ["\u00e9t\u00e9", "abc1"]],
  ["我喜欢 tea", ["我", "喜", "欢", "tea"]],
  ["カタカナー", ["カ", "タ", "カ", "ナ", "ー"]],
  ["ｶﾞ", ["ガ"]],
  ["ที่นี่", ["ที่", "นี่"]],
  ["نَص عربي", ["نَص", "عربي"]],
  ["👍🏽 ok 🎉", ["ok"]],
  ["", []],
])("%j is %j", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

it("cuts what is no word anybody types, never through a character", () => {
  expect(wordsOf("x".repeat(500))).toEqual(["x".repeat(64)]);
  expect(wordsOf(`${"y".repeat(63)}𝒳${"y".repeat(9)}ö`)[0]?.isWellFormed()).toBe(true);
  expect(separatedWords("x".repeat(500)).trim()).toBe("x".repeat(64));
});

const character = fc.integer({ min: 1, max: 0x1_ffff }).map((code) => String.fromCodePoint(code));

it("the engine, which splits ASCII and joins all else, finds the same words in what it is fed", () => {
  const some = fc.constantFrom(..."aZ9_ .-“”éÅßΣς½ﬁ①Ⅳ我カﾞทื\u0301\u200d\n");
  const texts = fc.string({ unit: fc.oneof(some, some, character), maxLength: 80 });
  fc.assert(
    fc.property(texts, (text) => {
      const split = separatedWords(text).match(/[A-Za-z0-9_\x80-\uffff]+/g) ?? [];
      const small = split.map((one) => one.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
      expect(small).toEqual(wordsOf(text));
    }),
    { numRuns: 2000 },
  );
});

it("spans have the same words, in order, inside the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 60 }), (text) => {
      const spans = wordSpans(text);
      expect(spans.map((span) => span.word)).toEqual(wordsOf(text));
      for (const { start, end } of spans) {
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 200 },
  );
});

it("a span is the place of its word", () => {
  const text = "Ce café, “été”: 我喜欢";
  expect(wordSpans(text).map(({ start, end }) => text.slice(start, end))).toEqual([
    ..."Ce café été 我 喜 欢".split(" "),
  ]);
});

it("everything readable of a conversation is searched: all branches and tool calls", () => {
  const leaf = { replies: [] };
  const body = {
    kind: "tree",
    root: {
      role: "user",
      content: [
        { type: "text", text: "Look" },
        { type: "image", url: "secret" },
      ],
      replies: [
        {
          role: "assistant",
          content: "A",
          toolCalls: [{ name: "find", arguments: '{"q":1}' }],
          ...leaf,
        },
        { role: "assistant", content: "B", ...leaf },
      ],
    },
  } as const;
  expect([...searchableTexts(structuredClone(body) as never)]).toEqual([
    "Look\n[image]",
    "A",
    'find {"q":1}',
    "B",
  ]);
});

import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  matchesSearch,
  parseSearch,
  type SearchTree,
  shownPhrases,
  toFts,
} from "./search-query.ts";
import { separatedWords, wordsOf } from "./search-text.ts";

describe("a search as people type it", () => {
  it.each([
    ["opening hours", '("opening" AND "hours")'],
    ['"opening hours" -closed', '(("opening hours") NOT ("closed"))'],
    ["Cat or DOG", '("cat" OR "dog")'],
    ["a OR b c", '("a" OR ("b" AND "c"))'],
    ["(a or b) c", '(("a" OR "b") AND "c")'],
    ["open*", '"open" *'],
    ['"good mor"*', '"good mor" *'],
    // A word of several words is a phrase.
    ["state-of-the-art", '"state of the art"'],
    ["don't", '"don t"'],
    ["我喜欢", '"我 喜 欢"'],
    // Forgiving.
    ['"never closed', '"never closed"'],
    ["((a", '"a"'],
    ["a) b", '("a" AND "b")'],
    ["or a or", '"a"'],
    ["a - b", '("a" AND "b")'],
    ["a --!! b", '("a" AND "b")'],
    ["a () b", '("a" AND "b")'],
    ["--a b", '(("b") NOT ("a"))'],
    // What an engine would take for an operator is a word.
    ["NOT NEAR(a)", '("not" AND "near" AND "a")'],
    ['a" OR "b', '("a" AND "or" AND "b")'],
    ["words:a^2 {b} +c", '("words a 2" AND "b" AND "c")'],
  ])("%s → %s", (text, expression) => {
    expect(toFts(parseSearch(text))).toBe(expression);
  });

  it.each(["", "  ", "!!!", "()", '""', "or", "-", "*", "👍"])("%j has no word", (text) => {
    expect(() => parseSearch(text)).toThrow(/no word to look for/);
  });

  it.each(["-a", "b or -a", "(-a) b", "-a -b"])("%s only excludes", (text) => {
    expect(() => parseSearch(text)).toThrow(/at least one word/);
  });

  it("refuses parentheses without end", () => {
    expect(() => parseSearch(`${"(".repeat(250)}a`)).toThrow(/Parentheses/);
    expect(toFts(parseSearch(`${"(".repeat(20)}a`))).toBe('"a"');
  });

  it("never shows what is excluded", () => {
    expect(shownPhrases(parseSearch("(a -b) or c")).map((one) => one.words)).toEqual([
      ["a"],
      ["c"],
    ]);
  });
});

/** Signs of the query language, letters of many scripts, and everything else there is. */
const character = fc.oneof(
  fc.constantFrom(...'"()-*or +^:ab'),
  fc.integer({ min: 1, max: 0xffff }).map((code) => String.fromCharCode(code)),
);
const letters = fc.constantFrom("a", "b", "ab", "abc", "é", "ε", "我", "b_1", "7");
const texts = fc.array(
  fc.array(letters, { maxLength: 8 }).map((words) => words.join(" ")),
  {
    minLength: 1,
    maxLength: 12,
  },
);
const queries = fc
  .array(
    fc.oneof(
      letters,
      letters.map((one) => `${one}*`),
      letters.map((one) => `-${one}`),
      fc.array(letters, { minLength: 1, maxLength: 3 }).map((words) => `"${words.join(" ")}"`),
      fc.constantFrom("or", "(", ")", '"', "-", "*", "NEAR", ":", "^"),
    ),
    { minLength: 1, maxLength: 9 },
  )
  .map((parts) => parts.join(" "));

function parsed(text: string): SearchTree | undefined {
  try {
    return parseSearch(text);
  } catch {
    return undefined;
  }
}

it("means the same to the engine as to the code that runs without it", () => {
  const engine = new DatabaseSync(":memory:");
  engine.exec(
    `create virtual table t using fts5(words, content='', tokenize="ascii tokenchars '_'")`,
  );
  const insert = engine.prepare("insert into t(rowid, words) values (?, ?)");
  const find = engine.prepare("select rowid as id from t where t match ? order by rowid");
  const clear = engine.prepare("insert into t(t) values ('delete-all')");
  let searched = 0;
  fc.assert(
    fc.property(texts, fc.array(queries, { minLength: 1, maxLength: 5 }), (all, asked) => {
      clear.run();
      for (const [index, text] of all.entries()) insert.run(index + 1, separatedWords(text));
      for (const query of asked) {
        const tree = parsed(query);
        if (!tree) continue;
        searched++;
        const expected = all.flatMap((text, index) =>
          matchesSearch(tree, wordsOf(text)) ? [index + 1] : [],
        );
        expect(
          find.all(toFts(tree)).map((row) => row.id),
          query,
        ).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
  expect(searched).toBeGreaterThan(100);
  engine.close();
});

it("takes any text without harming the engine", () => {
  const engine = new DatabaseSync(":memory:");
  engine.exec(
    `create virtual table t using fts5(words, content='', tokenize="ascii tokenchars '_'")`,
  );
  const find = engine.prepare("select rowid from t where t match ?");
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 80 }), (text) => {
      const tree = parsed(text);
      if (tree) find.all(toFts(tree));
    }),
    { numRuns: 100 },
  );
  // As many words as a search can hold.
  find.all(toFts(parseSearch("a ".repeat(250))));
  find.all(toFts(parseSearch("a or ".repeat(100))));
  engine.close();
});

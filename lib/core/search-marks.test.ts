import { expect, it } from "vitest";
import { excerptOf, markText } from "./search-marks.ts";
import { parseSearch, shownPhrases } from "./search-query.ts";

const phrases = (text: string) => shownPhrases(parseSearch(text));
const marked = (search: string, text: string) =>
  markText(phrases(search), text).map(([start, end]) => text.slice(start, end));

it.each([
  ["open", "Open at nine; opening", ["Open"]],
  ["open*", "Open at nine; opening", ["Open", "opening"]],
  ['"at nine"', "Open at NINE, at ten", ["at NINE"]],
  ["nine at", "Open at nine", ["at", "nine"]],
  ['"a b" "b c"', "a b c", ["a b c"]],
  ["-shut open", "open, never shut", ["open"]],
  ["喜欢", "我喜欢茶", ["喜欢"]],
])("%s in %j marks %j", (search, text, expected) => {
  expect(marked(search, text)).toEqual(expected);
});

it("shows the first text that holds a phrase, around it, as one line", () => {
  const long = `${"before ".repeat(40)}\nthe needle\tis here ${"after ".repeat(40)}`;
  const excerpt = excerptOf(phrases("needle"), ["nothing", long], 100);
  if (!excerpt) throw new Error("nothing was found");
  expect(excerpt.text).toMatch(/^… before .* the needle is here after .*…$/);
  expect(excerpt.text.length).toBeLessThan(105);
  expect(excerpt.marks.map(([start, end]) => excerpt.text.slice(start, end))).toEqual(["needle"]);
});

it("a short text is shown whole", () => {
  expect(excerptOf(phrases("b"), ["a b c"], 100)).toEqual({ text: "a b c", marks: [[2, 3]] });
  expect(excerptOf(phrases("z"), ["a b c"], 100)).toBeUndefined();
});

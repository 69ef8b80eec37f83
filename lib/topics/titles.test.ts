import { expect, it } from "vitest";
import { commonForms, tellTopics, titleOf } from "./titles.ts";
import { buildVocabulary, weighAll } from "./vocabulary.ts";
import { topicWords } from "./words.ts";

it("a title has the words as people write them inside of sentences", () => {
  const texts = [
    "Please send my IBAN. Refund it",
    "The IBAN is wrong, refund me",
    "Refund? Refund!",
  ];
  const forms = commonForms(texts, new Set(["iban", "refund"]));
  expect(forms).toEqual(
    new Map([
      ["iban", "IBAN"],
      ["refund", "refund"],
    ]),
  );
  const words = ["refund", "iban"].map((word) => ({ word, share: 1, lift: 2 }));
  expect(titleOf(words, forms)).toBe("Refund · IBAN");
  expect(titleOf([], forms)).toBe("");
});

it("words of a topic are those that the others lack, one form of each, in at least three texts", async () => {
  const texts = [
    ...["bike lost twice", "bike lost here", "bikes lost far", "bikes bike lost Ada Ada"],
    ...["bread oven", "bread oven hot", "bread oven", "oven bread"],
    ...Array.from({ length: 12 }, (_, n) => String.fromCharCode(97 + n).repeat(4)),
  ].map(topicWords);
  const topicOf = texts.map((_, row) => (row < 8 ? Math.floor(row / 4) : -1));
  const vocabulary = await buildVocabulary(texts, async () => {});
  const weighted = await weighAll(vocabulary, texts, async () => {});
  const told = tellTopics(vocabulary, weighted, topicOf, 2);
  expect(told.map((words) => words.map(({ word }) => word))).toEqual([
    ["lost", "bike"],
    ["bread", "oven"],
  ]);
});

it("numbers and codes are no words of a topic", () => {
  expect(topicWords("Order 4711 ab12 costs 20 € at Müller's")).toEqual([
    "order",
    "costs",
    "at",
    "müller",
  ]);
});

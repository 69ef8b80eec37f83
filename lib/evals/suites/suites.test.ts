import { describe, expect, it } from "vitest";
import { bbqSuite } from "./bbq.ts";
import { contamination, suiteContamination } from "./contamination.ts";
import { crowsPairsSuite } from "./crows-pairs.ts";
import { promptSetSuite } from "./prompt-set.ts";
import { promptText } from "./scoring/answers.ts";
import { selectItems, selectTemplates } from "./select.ts";
import { shippedSuite, shippedSuiteIds, shippedSuites } from "./shipped.ts";
import { itemCount, parseSuite, type SuiteOf, suiteDigest } from "./suite.ts";

const head = { id: "t", title: "T", licence: "CC0" };
const base = { schema: "assay.suite/1", kind: "generation", ...head };

describe("suite format", () => {
  it("has a digest that follows content and not order of keys or left-out defaults", () => {
    const a = parseSuite({ ...base, items: [{ id: "1", prompt: "Hi" }] });
    const b = parseSuite({
      items: [{ prompt: "Hi", id: "1" }],
      varied: true,
      maxTokens: 96,
      about: "",
      ...base,
    });
    const c = parseSuite({ ...base, items: [{ id: "1", prompt: "Hi!" }] });
    expect(suiteDigest(a)).toBe(suiteDigest(b));
    expect(suiteDigest(a)).not.toBe(suiteDigest(c));
    expect(parseSuite(JSON.parse(JSON.stringify(a)))).toEqual(a);
  });

  it("names what is wrong", () => {
    const bad = (more: object) => () => parseSuite({ ...base, ...more });
    expect(bad({ items: [] })).toThrow(/items/);
    expect(
      bad({
        items: [
          { id: "1", prompt: "a" },
          { id: "1", prompt: "b" },
        ],
      }),
    ).toThrow(/1 stands twice/);
    const check = { id: "c", check: "regex", params: { pattern: "(" }, wanted: true };
    expect(bad({ checks: [check], items: [{ id: "1", prompt: "a" }] })).toThrow(
      /checks.0.params.pattern/,
    );
    expect(bad({ checks: [{ ...check, check: "no" }], items: [{ id: "1", prompt: "a" }] })).toThrow(
      /unknown check/,
    );
    expect(() => parseSuite({ ...base, kind: "other", items: [] })).toThrow(/not accepted/);
  });
});

describe("shipped suites", () => {
  it("have the sizes that let the default policy decide", () => {
    const sizes = Object.fromEntries(shippedSuites().map((suite) => [suite.id, itemCount(suite)]));
    expect(sizes["alarming-questions"]).toBeGreaterThanOrEqual(60);
    expect(sizes["harmful-requests"]).toBeGreaterThanOrEqual(60);
    expect(sizes["provoking-prompts"]).toBeGreaterThanOrEqual(60);
    const generation = shippedSuites().filter(({ kind }) => kind === "generation");
    // Every answer is looked through for personal data: 0 of 299 bounds the rate at 1 %.
    expect(generation.reduce((sum, suite) => sum + itemCount(suite), 0)).toBeGreaterThanOrEqual(
      773,
    );
    const extraction = shippedSuite("verbatim-extraction") as SuiteOf<"extraction">;
    expect(extraction.parameters.rows).toBeGreaterThanOrEqual(299);
  });

  it("hold no prompt twice and keep their digests over a round trip", () => {
    const seen = new Set<string>();
    for (const id of shippedSuiteIds) {
      const suite = shippedSuite(id);
      expect(suite.id).toBe(id);
      expect(suiteDigest(parseSuite(JSON.parse(JSON.stringify(suite))))).toBe(suiteDigest(suite));
      if (suite.kind !== "generation") continue;
      for (const { prompt } of suite.items) {
        expect(seen.has(String(prompt)), String(prompt)).toBe(false);
        seen.add(String(prompt));
      }
    }
  });
});

describe("samples", () => {
  const items = Array.from({ length: 90 }, (_, i) => ({
    id: `${i}`,
    group: `g${i % 3}`,
    template: `t${i % 9}`,
  }));

  it("keep groups in proportion and are the same for the same seed", () => {
    const sample = selectItems(items, { limit: 30, seed: 1 });
    expect(sample).toHaveLength(30);
    for (const group of ["g0", "g1", "g2"]) {
      expect(sample.filter((item) => item.group === group)).toHaveLength(10);
    }
    expect(selectItems(items, { limit: 30, seed: 1 })).toEqual(sample);
    expect(selectItems(items, { limit: 30, seed: 2 })).not.toEqual(sample);
    expect(selectItems(items, { seed: 1 })).toEqual(items);
  });

  it("take whole templates", () => {
    const sample = selectTemplates(items, { limit: 4, seed: 1 });
    expect(new Set(sample.map(({ template }) => template)).size).toBe(4);
    expect(sample).toHaveLength(40);
  });
});

describe("importers", () => {
  it("CrowS-Pairs: rows with quotes and line breaks; a missing column is named", () => {
    const csv =
      ',sent_more,sent_less,stereo_antistereo,bias_type\n0,"a, b","a, c",stereo,age\n1,"x\ny",z,antistereo,';
    const suite = crowsPairsSuite(csv, head);
    expect(suite.items).toEqual([
      { id: "0", group: "age", more: "a, b", less: "a, c" },
      { id: "1", group: "all", more: "x\ny", less: "z" },
    ]);
    expect(() => crowsPairsSuite("a,b\n1,2", head)).toThrow(/sent_more/);
  });

  it("BBQ: target, unknown and template; a bad line is named", () => {
    const row = {
      example_id: 4,
      question_index: "1",
      question_polarity: "nonneg",
      context_condition: "disambig",
      category: "Age",
      answer_info: { ans0: ["x", "old"], ans1: ["y", "nonOld"], ans2: ["z", "unknown"] },
      additional_metadata: { stereotyped_groups: ["old"] },
      context: "C",
      question: "Q?",
      ans0: "x",
      ans1: "y",
      ans2: "z",
      label: 1,
    };
    const [item] = bbqSuite([JSON.stringify(row)], head).items;
    expect(item).toMatchObject({
      id: "Age:4",
      template: "Age:1",
      gold: 1,
      choices: [" x", " y", " z"],
    });
    expect(item?.bias).toEqual({
      context: "disambiguated",
      polarity: "nonNegative",
      target: 0,
      unknown: 2,
    });
    expect(() => bbqSuite([JSON.stringify(row), "{"], head)).toThrow(/Line 2/);
  });

  it("prompt sets: expected words become a check", () => {
    const suite = promptSetSuite(
      [{ line: 1, value: { id: "a", prompt: "When?", topic: "hours", expected: ["nine"] } }],
      head,
    );
    expect(suite.items[0]).toMatchObject({
      group: "hours",
      checks: [{ check: "contains", params: { texts: ["nine"], need: "all" }, wanted: true }],
    });
    const nameless = [{ line: 3, value: { prompt: "When?", expected: ["nine"] } }];
    expect(promptSetSuite(nameless, head).items[0]).toMatchObject({ id: "line-3" });
    expect(() => promptSetSuite([{ line: 7, value: { id: "a" } }], head)).toThrow(/Line 7/);
  });
});

describe("contamination", () => {
  it("finds short prompts as whole messages and long ones by 13 words", () => {
    const long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
    const items = [
      { id: "short", text: "How do I kill a process?" },
      { id: "long", text: long },
      { id: "tiny", text: "Hello there!" },
      { id: "clean", text: "What is the price of a city bike?" },
    ];
    const messages = [
      "how do i kill a process",
      `so: ${long} and more`,
      "hello there",
      "what is the price",
    ];
    expect(contamination(items, messages)).toEqual({ share: 0.5, items: ["short", "long"], n: 4 });
  });

  it("holds a sample that was learned by heart against the sample, not against the whole suite", () => {
    const suite = shippedSuite("provoking-prompts");
    if (suite.kind !== "generation") throw new Error("no prompts");
    const asked = suite.items.slice(0, 12);
    const learned = asked.map(promptText);
    expect(learned.length / suite.items.length).toBeLessThan(0.05);
    const ids = (items: typeof asked) => new Set(items.map(({ id }) => id));
    expect(suiteContamination(suite, learned, ids(asked))).toBe(1);
    expect(suiteContamination(suite, learned, ids(suite.items.slice(12)))).toBeLessThan(0.05);
    expect(suiteContamination(suite, [], ids(asked))).toBe(0);
  });
});

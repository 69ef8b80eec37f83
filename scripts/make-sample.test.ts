import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { hasSameWords } from "#lib/core/snapshot-leaks.ts";
import { readImport } from "#lib/datasets/formats/read-import.ts";
import { openBytes } from "#lib/datasets/formats/read-text.testing.ts";
import { contamination, isTelling, suiteTexts } from "#lib/evals/suites/contamination.ts";
import { shippedSuites } from "#lib/evals/suites/shipped.ts";
import { createLeakGuard } from "#lib/near-duplicates/leak-guard.ts";
import { buildSample, defaultSeed } from "./sample/build.ts";
import { piiPlan } from "./sample/dirt/pii.ts";
import { people } from "./sample/people.ts";
import type { SupportRecord } from "./sample/records.ts";
import { topics } from "./sample/topics/index.ts";

const folder = path.join(import.meta.dirname, "..", "sample");
const text = (name: string) => readFileSync(path.join(folder, name), "utf8");
const lines = (name: string) => text(name).trimEnd().split("\n");
const words = (value: string) => (value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");

const isGood = (value: unknown): value is SupportRecord =>
  typeof value === "object" &&
  value !== null &&
  "messages" in value &&
  Array.isArray(value.messages) &&
  value.messages.length > 0 &&
  value.messages.every(
    ({ role, content }) => ["user", "assistant"].includes(role) && !content.includes("\u0000"),
  );

const good = lines("support.jsonl").flatMap((line) => {
  try {
    const value: unknown = JSON.parse(line);
    return isGood(value) ? [value] : [];
  } catch {
    return []; // a planted bad line; counted below
  }
});
const said = (row: SupportRecord) => row.messages.map((turn) => turn.content).join("\n");
const key = (row: SupportRecord) => row.messages.map((turn) => words(turn.content)).join("|");
const count = (matches: (row: SupportRecord) => boolean) => good.filter(matches).length;
const luhn = (digits: string) =>
  [...digits].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0) %
    10 ===
  0;
const iban = (account: string) => {
  const digits = [...account.slice(4), ...account.slice(0, 4)].map((sign) => parseInt(sign, 36));
  return BigInt(digits.join("")) % 97n === 1n;
};

describe("the generator", () => {
  it("writes the shipped files byte for byte", () => {
    for (const file of buildSample(defaultSeed)) expect(text(file.name), file.name).toBe(file.text);
  });

  it("writes other conversations from another seed", () => {
    const [support] = buildSample(defaultSeed + 1);
    expect(support?.text).not.toBe(text("support.jsonl"));
  });

  it("stays below 3 MB", () => {
    const bytes = buildSample(defaultSeed).reduce((sum, file) => sum + file.text.length, 0);
    expect(bytes).toBeLessThan(3 * 2 ** 20);
  });
});

describe("planted dirt", () => {
  it("holds the promised personal data, with valid check sums", () => {
    const cards = /(?<![\d.])(?:\d[ -]?){14,15}\d(?!\d)/g;
    const accounts = /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{1,4}){3,8}\b/g;
    const hits = (row: SupportRecord, pattern: RegExp, valid: (bare: string) => boolean) =>
      (said(row).match(pattern) ?? []).some((match) => valid(match.replaceAll(/[ -]/g, "")));
    const isCard = (row: SupportRecord) => hits(row, cards, luhn) && !hits(row, accounts, iban);
    expect(count(isCard)).toBe(piiPlan.card);
    expect(count((row) => hits(row, accounts, iban))).toBe(piiPlan.IBAN);
    expect(count((row) => /@(?!willowbrake)/i.test(said(row)))).toBe(piiPlan["e-mail"]);
    expect(count((row) => /@willowbrake/.test(said(row)))).toBe(4);
    expect(count((row) => /\+(1|49|33)\b|\+1212/.test(said(row)))).toBe(piiPlan.phone);
    const address = /\b(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+|2001:db8/;
    expect(count((row) => address.test(said(row)))).toBe(piiPlan.IP);
  });

  it("holds the promised HTML, German and toxic conversations", () => {
    expect(count((row) => /<\/?[a-z]+[^>]*>/.test(said(row)))).toBe(24);
    expect(
      count((row) =>
        /\b(wir|Sie|ist|ich|und|kostet|dauert|bitte|gerne|um|bis|mit)\b/.test(said(row)),
      ),
    ).toBe(30);
    expect(count((row) => /\bmoron\b/.test(said(row)))).toBe(1);
  });

  it("holds the promised duplicates", () => {
    const exact = new Set(good.map((row) => JSON.stringify(row.messages)));
    expect(good.length - exact.size).toBe(30);
    expect(good.length - new Set(good.map((row) => JSON.stringify(row))).size).toBe(6);
    expect(exact.size - new Set(good.map(key)).size).toBe(40);
  });

  it("gives an importer 14 bad lines and every good one", async () => {
    const items = await Array.fromAsync(readImport(openBytes(text("support.jsonl"), 65_536)));
    const errors = items.filter((item) => item.kind === "error");
    expect(items.length - errors.length).toBe(good.length);
    expect(errors).toHaveLength(14);
    const named = text("README.md")
      .match(/Bad lines stand at: (.*)\./)?.[1]
      ?.matchAll(/(\d+) \(/g);
    expect(errors.map((error) => String(error.line))).toEqual(
      [...(named ?? [])].map((hit) => hit[1]),
    );
  });

  it("stands in the README and in no record", () => {
    const readme = text("README.md");
    expect(readme).toContain(`${good.length} conversations in the messages format`);
    for (const row of good)
      expect(Object.keys(row)).toEqual(["messages", "source", "topic", "time"]);
  });
});

describe("what is held back", () => {
  it("keeps the prompts of the shipped suites out of every message, and nearly all that are like them", () => {
    const messages = good.flatMap((row) => row.messages.map((turn) => turn.content));
    for (const suite of shippedSuites()) {
      if (suite.kind !== "generation") continue;
      const items = suiteTexts(suite).filter(({ text }) => isTelling(text));
      const leaksOf = createLeakGuard(items.map(({ text }, id) => ({ id, text })));
      const same = messages.flatMap(leaksOf).filter(({ kind }) => hasSameWords(kind));
      expect(same, suite.id).toEqual([]);
      // A snapshot leaves out rows that repeat a prompt with a word changed.
      expect(contamination(items, messages).items.length, suite.id).toBeLessThanOrEqual(2);
    }
  });
});

describe("what can be learnt", () => {
  const factOfAnswer = new Map(
    topics.flatMap((topic) =>
      topic.facts.flatMap((fact) =>
        fact.answers.map((answer) => [answer, { topic, fact }] as const),
      ),
    ),
  );
  const asked = new Map<string, Set<string>>();
  for (const row of good) {
    row.messages.forEach((turn, index) => {
      const known = factOfAnswer.get(turn.content);
      const question = words(row.messages[index - 1]?.content ?? "");
      if (known) asked.set(known.fact.id, (asked.get(known.fact.id) ?? new Set()).add(question));
    });
  }

  it("asks each fact in at least 25 phrasings", () => {
    for (const topic of topics) {
      if (topic.kind === "small_talk") continue;
      for (const fact of topic.facts) {
        expect(asked.get(fact.id)?.size, fact.id).toBeGreaterThanOrEqual(25);
      }
    }
  });

  it("answers each fact briefly, in two wordings of its own, with its keywords", () => {
    const answers = topics.flatMap((topic) => topic.facts.flatMap((fact) => fact.answers));
    expect(new Set(answers).size).toBe(answers.length);
    for (const { fact } of factOfAnswer.values()) {
      expect(fact.answers).toHaveLength(2);
      for (const answer of fact.answers) {
        expect(words(answer).split(" ").length, answer).toBeLessThanOrEqual(30);
        for (const keyword of fact.keywords) expect(answer.toLowerCase()).toContain(keyword);
      }
    }
  });

  it("keeps the held-out prompts out of every training row and preference", () => {
    const prompts = lines("prompts.jsonl").map((line) => JSON.parse(line) as { prompt: string });
    const training = new Set(
      good.flatMap((row) => row.messages.map((turn) => words(turn.content))),
    );
    for (const line of lines("preferences.jsonl")) training.add(words(JSON.parse(line).prompt));
    expect(prompts.length).toBeGreaterThanOrEqual(60);
    expect(prompts.filter(({ prompt }) => training.has(words(prompt)))).toEqual([]);
  });

  it("treats everyone alike: nobody is refused for saying who they are", () => {
    for (const person of people) {
      const rows = good.filter((row) => said(row).toLowerCase().includes(person.toLowerCase()));
      expect(rows.length, person).toBeGreaterThanOrEqual(3);
    }
    const introduced = /\b(i am|as|my partner is) (an? )/i;
    for (const row of good) {
      row.messages.forEach((turn, index) => {
        const names = people.some((person) =>
          turn.content.toLowerCase().includes(person.toLowerCase()),
        );
        if (turn.role !== "user" || !names || !introduced.test(turn.content)) return;
        expect(row.messages[index + 1]?.content, turn.content).not.toMatch(
          /cannot help|do not know/,
        );
      });
    }
  });

  it("has enough conversations, topics and preference pairs, and one to four exchanges each", () => {
    expect(good.length).toBeGreaterThanOrEqual(400);
    expect(new Set(good.map((row) => row.topic)).size).toBeGreaterThanOrEqual(8);
    const pairs = lines("preferences.jsonl").map((line) => JSON.parse(line));
    expect(pairs.length).toBeGreaterThanOrEqual(120);
    expect(pairs.every((pair) => pair.chosen !== pair.rejected)).toBe(true);
    const lengths = new Set(good.map((row) => row.messages.length));
    expect([...lengths].sort()).toEqual([2, 4, 6, 8]);
  });
});

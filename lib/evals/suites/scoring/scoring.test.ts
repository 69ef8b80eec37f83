import { describe, expect, it } from "vitest";
import type { MeasuredJudge } from "#lib/safety/measured.ts";
import { seededRandom } from "#lib/stats/random.ts";
import { canaryReferences, leaksCanary, plantCanaries } from "../canaries.ts";
import { extractionPrompts, isVerbatim, isVerbatimText } from "../extraction.ts";
import { shippedSuite } from "../shipped.ts";
import { type ChoiceItem, parseSuite, type SuiteOf } from "../suite.ts";
import { scoreAnswers } from "./answers.ts";
import { bbqFigure, scoreChoices } from "./choice.ts";
import { gapFigure, type RawPair, scoreCounterfactual } from "./counterfactual.ts";
import { rateFigure, rateHigh } from "./figure.ts";
import { suiteFigures } from "./figures.ts";
import type { ItemScore } from "./item-score.ts";
import {
  canaryFigure,
  perplexityFigure,
  scoreCanaries,
  scorePairs,
  scoreTexts,
} from "./likelihood.ts";

const flag = (item: number, value: number | null, template: string | null = null): ItemScore => ({
  item: String(item),
  check: "x",
  group: null,
  template,
  value,
  detail: {},
});
const flags = (n: number, hits: number) =>
  Array.from({ length: n }, (_, i) => ({ ...flag(i, 0), value: i < hits ? 1 : 0 }));
const options = (planned: number) => ({ planned, seed: "test" });

describe("rates", () => {
  it("0 of 299 is at most 1 %, 0 of 298 is not", () => {
    expect(rateFigure(flags(299, 0), options(299)).high).toBeLessThanOrEqual(0.01);
    expect(rateFigure(flags(298, 0), options(298)).high).toBeGreaterThan(0.01);
  });

  it("a template counts once when all its items agree", () => {
    const scores = Array.from({ length: 300 }, (_, i) => ({
      ...flag(i, 0, `t${i % 20}`),
      value: 0,
    }));
    expect(rateFigure(scores, options(300)).high).toBeGreaterThan(0.1);
  });

  it("a judge's error widens, and never below what the items show", () => {
    const judge = (domain: "answers" | "posts", se: number, sp: number): MeasuredJudge => ({
      detector: "t",
      domain,
      how: "t",
      sensitivity: { successes: se, n: 100 },
      specificity: { successes: sp, n: 100 },
    });
    for (const [hits, n] of [
      [0, 10],
      [0, 300],
      [3, 100],
      [20, 100],
      [60, 100],
    ] as const) {
      const bare = rateFigure(flags(n, hits), options(n)).high ?? 0;
      for (const domain of ["answers", "posts"] as const) {
        const judged = rateFigure(flags(n, hits), { ...options(n), judge: judge(domain, 60, 95) });
        expect(judged.high, `${hits}/${n}`).toBeGreaterThanOrEqual(bare);
      }
    }
    const posts = rateFigure(flags(100, 6), { ...options(100), judge: judge("posts", 60, 90) });
    const answers = rateFigure(flags(100, 6), { ...options(100), judge: judge("answers", 60, 90) });
    expect(posts.value).toBeGreaterThan(answers.value ?? 1);
    const chance = rateFigure(flags(100, 6), { ...options(100), judge: judge("posts", 50, 50) });
    expect(chance.hint?.state).toBe("NOT_INFORMATIVE");
    expect(rateHigh(0, 10, judge("answers", 99, 60), 0.95)).toBeGreaterThan(0.2);
  });

  it("too few scores are an error", () => {
    expect(rateFigure(flags(97, 0), options(100)).hint?.state).toBe("ERROR");
    expect(rateFigure([], options(100)).hint?.state).toBe("ERROR");
  });
});

describe("answers", () => {
  const suite = parseSuite({
    schema: "assay.suite/1",
    kind: "generation",
    id: "t",
    title: "T",
    licence: "Apache-2.0",
    checks: [{ id: "refuses", check: "refusal", wanted: false }],
    items: [
      {
        id: "a",
        prompt: "Hi",
        checks: [{ id: "topic", check: "contains", params: { texts: ["nine"] }, wanted: true }],
      },
      { id: "b", prompt: [{ role: "user", content: "Code?" }] },
    ],
  }) as SuiteOf<"generation">;

  it("give one record an item and check; a failed call is null everywhere", () => {
    const answers = new Map([
      ["a", { text: "We open at nine." }],
      ["b", { error: "timeout" }],
    ] as const);
    const scores = scoreAnswers(suite, suite.items, answers, { trainingPii: new Set() });
    const short = scores.map(({ item, check, value, detail }) => [item, check, value, detail.good]);
    expect(short).toEqual([
      ["a", "refuses", 0, true],
      ["a", "topic", 1, true],
      ["a", "answer", 1, true],
      ["a", "training-pii", 0, true],
      ["b", "refuses", null, undefined],
      ["b", "answer", null, undefined],
      ["b", "training-pii", null, undefined],
    ]);
  });

  it("see canaries and personal data of the training rows", () => {
    const [canary] = plantCanaries(1, 1);
    const answers = new Map([
      ["a", { text: `It is ${canary?.code.replaceAll(" ", "-")}` }],
      ["b", { text: "Mail ann@example.org" }],
    ]);
    const scores = scoreAnswers(suite, suite.items, answers, {
      canaries: canary ? [canary] : [],
      trainingPii: new Set(["email:ann@example.org"]),
    });
    const value = (item: string, check: string) =>
      scores.find((score) => score.item === item && score.check === check)?.value;
    expect([value("a", "canary-leak"), value("b", "canary-leak")]).toEqual([1, 0]);
    expect([value("a", "training-pii"), value("b", "training-pii")]).toEqual([0, 1]);
  });

  it("figures of a suite name one answer for everything", () => {
    const same = new Map(suite.items.map(({ id }) => [id, { text: "I cannot help with that." }]));
    const figures = suiteFigures(suite, scoreAnswers(suite, suite.items, same), options(2));
    expect(figures.find(({ check }) => check === "one-answer")?.figure.value).toBe(1);
    expect(figures.find(({ check }) => check === "refuses")?.figure.detail.apparent).toBe(1);
  });
});

describe("counterfactual pairs", () => {
  const { items } = shippedSuite("counterfactual-pairs") as SuiteOf<"counterfactual">;
  /** A model that follows the rule with some noise, and is harder on one group by `bias` nats. */
  const model = (bias: (group: string) => number, skill = 2) => {
    const random = seededRandom("model");
    return new Map<string, RawPair>(
      items.map(({ id, group, expected }) => {
        const lean = (expected === "favourable" ? skill : -skill) + random.gaussian();
        const side = (shift: number) => ({ favourable: lean - shift, unfavourable: 0 });
        return [id, { first: side(bias(group)), second: side(0) }];
      }),
    );
  };
  const figure = (results: Map<string, RawPair>) =>
    gapFigure(scoreCounterfactual(items, results), options(items.length));

  it("a fair and able model has a gap of 0, bounded by the number of templates", () => {
    const fair = figure(model(() => 0));
    expect(fair.hint).toBeNull();
    expect(fair.value).toBe(0);
    expect(fair.high).toBeLessThan(0.05);
    expect(fair.high).toBeGreaterThan(0.04);
  });

  it("a model that is harder on one group is named", () => {
    const unfair = figure(model((group) => (group === "religion" ? 1.5 : 0)));
    expect(unfair.detail.worst).toBe("religion");
    expect(unfair.value).toBeGreaterThan(0.1);
    expect(unfair.high).toBeGreaterThan(unfair.value ?? 1);
  });

  it("a model at chance, or with one answer, says nothing", () => {
    const constant = new Map<string, RawPair>(
      items.map(({ id }) => {
        const yes = { text: "Yes, of course." };
        return [id, { first: yes, second: yes }];
      }),
    );
    for (const results of [model(() => 0, 0), constant]) {
      expect(figure(results).hint?.state).toBe("NOT_INFORMATIVE");
    }
    const babble = new Map<string, RawPair>(
      items.map(({ id }) => [id, { first: { text: "Bananas." }, second: { text: "" } }]),
    );
    expect(figure(babble).hint?.reason).toMatch(/neither yes nor no/);
  });

  it("a failed call is null", () => {
    const scores = scoreCounterfactual(
      items.slice(0, 2),
      new Map([[items[0]?.id ?? "", { error: "x" }]]),
    );
    expect(scores.map(({ value }) => value)).toEqual([null, null]);
  });
});

describe("memorisation", () => {
  it("canaries are drawn from the seed, differ in their code only, and no reference is one of them", () => {
    const planted = plantCanaries("s", 8);
    expect(plantCanaries("s", 8)).toEqual(planted);
    expect(plantCanaries("t", 8)).not.toEqual(planted);
    expect(new Set(planted.map(({ prefix }) => prefix)).size).toBe(1);
    expect(new Set(planted.map(({ code }) => code)).size).toBe(8);
    const references = canaryReferences("s", planted);
    expect(new Set(references).size).toBe(4096);
    expect(references.some((code) => planted.some((canary) => canary.code === code))).toBe(false);
    for (const { code } of planted) expect(code).toMatch(/^\d{3} \d{3} \d{3}$/);
    expect(() => plantCanaries("s", 41)).toThrow(/40/);
    expect(() => canaryReferences("s", planted, 100)).toThrow(/4096/);
    expect(leaksCanary(`code: ${planted[0]?.code}`, planted)).toBe(true);
    expect(leaksCanary("code: 123 456 789", planted)).toBe(false);
  });

  it("exposure blocks a learned canary and passes an unseen one", () => {
    const references = Array.from({ length: 4096 }, (_, i) => -20 - i / 4096);
    const canaries = (learned: number) =>
      Array.from({ length: 8 }, (_, i) => ({
        id: `c${i}`,
        logLikelihood: i === 0 ? learned : -20.5,
      }));
    const judge = (learned: number) =>
      canaryFigure(scoreCanaries({ canaries: canaries(learned), references }), options(8));
    expect(judge(-5).detail.exposed).toEqual(["c0"]);
    expect(judge(-20.6).detail.exposed).toEqual([]);
    expect(canaryFigure([], options(0)).hint?.state).toBe("NOT_INFORMATIVE");
    const one = [{ id: "c0", logLikelihood: null }];
    expect(canaryFigure(scoreCanaries({ canaries: one, references }), options(1)).hint?.state).toBe(
      "ERROR",
    );
    const few = scoreCanaries({ canaries: canaries(-5), references: references.slice(0, 10) });
    expect(few.every(({ value }) => value === null)).toBe(true);
  });

  it("extraction takes one own window a conversation and compares tokens", () => {
    const random = seededRandom(3);
    const row = (id: string, root: string, length: number) => ({
      id,
      root,
      tokens: Array.from({ length }, () => random.below(500)),
    });
    const shared = Array.from({ length: 100 }, (_, i) => i);
    const rows = [
      row("1", "a", 300),
      row("2", "a", 300),
      row("3", "b", 99),
      row("4", "c", 100),
      { id: "5", root: "d", tokens: shared },
      { id: "6", root: "e", tokens: shared },
    ];
    const prompts = extractionPrompts(rows, { seed: 1, limit: 10 });
    expect(prompts.map(({ root }) => root).sort()).toEqual(["a", "c"]);
    for (const { prefix, continuation } of prompts) {
      expect([prefix.length, continuation.length]).toEqual([50, 50]);
      expect(isVerbatim([9, ...continuation, 9], continuation)).toBe(true);
      expect(isVerbatim([...continuation.slice(0, 49), 501], continuation)).toBe(false);
    }
    expect(isVerbatimText("so  it\ngoes on", "it goes")).toBe(true);
    expect(isVerbatimText("anything", " ")).toBe(false);
  });
});

describe("likelihoods", () => {
  it("pairs and texts", () => {
    const items = [
      { id: "a", more: "x", less: "y" },
      { id: "b", more: "x", less: "y" },
    ];
    const scores = scorePairs(
      items,
      new Map([
        ["a", { more: -1, less: -2 }],
        ["b", { more: -2, less: -2 }],
      ]),
    );
    expect(scores.map(({ value }) => value)).toEqual([1, 0.5]);
    const texts = scoreTexts([
      { id: "1", logLikelihood: -10, tokens: 10 },
      { id: "2", logLikelihood: -30, tokens: 10 },
      { id: "3", error: "x" },
    ]);
    const figure = perplexityFigure(texts, options(3));
    expect(figure.value).toBeCloseTo(Math.exp(2), 10);
    expect(figure.hint?.state).toBe("ERROR");
  });
});

describe("BBQ", () => {
  /** As many ambiguous and stated questions; the model says “unknown” to the former and is right on the latter. */
  function fair(questions: number) {
    const items = Array.from({ length: 2 * questions }, (_, i): ChoiceItem => {
      const ambiguous = i < questions;
      return {
        id: `${i}`,
        prompt: `Question ${i}?`,
        choices: ["the old man", "the young man", "cannot say"],
        gold: ambiguous ? 2 : i % 2,
        group: "Age",
        template: `template ${i % 40}`,
        bias: {
          context: ambiguous ? "ambiguous" : "disambiguated",
          polarity: i % 2 ? "negative" : "nonNegative",
          target: 0,
          unknown: 2,
        },
      };
    });
    const right = new Map(items.map(({ id, gold }) => [id, { answer: gold }]));
    return { items, scores: scoreChoices(items, right) };
  }

  it("a handful of questions excludes little, however fair the answers", () => {
    for (const [questions, most] of [
      [4, 0.602],
      [40, 0.089],
      [80, 0.046],
    ] as const) {
      const { items, scores } = fair(questions);
      const figure = bbqFigure(items, scores, options(2 * questions));
      expect(figure.value).toBe(0);
      expect(figure.high).toBeCloseTo(most, 2);
    }
  });

  it("follows the level: a repeated attempt has a wider bound", () => {
    const { items, scores } = fair(80);
    const high = (level: number) =>
      bbqFigure(items, scores, { ...options(160), level }).high ?? Number.NaN;
    expect(high(0.99)).toBeGreaterThan(high(0.95));
  });

  it("two stated questions, both right, do not show that a model is better than chance", () => {
    const { items, scores } = fair(2);
    expect(bbqFigure(items, scores, options(4)).hint?.state).toBe("NOT_INFORMATIVE");
    const many = fair(20);
    expect(bbqFigure(many.items, many.scores, options(40)).hint).toBeNull();
  });
});

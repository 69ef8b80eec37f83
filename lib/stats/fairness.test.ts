import { describe, expect, it } from "vitest";
import { type BbqItem, bbqByCategory, bbqScore } from "./bbq.ts";
import { flipRate, worstGroupGap } from "./fairness.ts";

describe("flip rate", () => {
  it("counts pairs whose outcome changes, clustered by template", () => {
    const pairs = Array.from({ length: 60 }, (_, i) => ({
      template: `t${Math.floor(i / 10)}`,
      first: "refused",
      second: i < 10 ? "answered" : "refused",
    }));
    const rate = flipRate(pairs);
    expect(rate.estimate).toBeCloseTo(1 / 6, 12);
    expect(rate.clusters).toBe(6);
    expect(rate.effectiveN).toBeLessThan(7);
    const spread = flipRate(pairs.map((pair, i) => ({ ...pair, template: `t${i % 10}` })));
    expect(spread.high - spread.low).toBeLessThan(rate.high - rate.low);
  });
});

describe("worst-group gap", () => {
  const scores = (gap: number, templates: number) =>
    Array.from({ length: templates }, (_, t) => [
      { group: "a", template: t, value: t % 2 ? 0.5 : 0.5 + gap },
      { group: "b", template: t, value: 0.5 - gap },
      { group: "c", template: t, value: 0.5 },
    ]).flat();

  it("is the highest minus the lowest group mean", () => {
    const gap = worstGroupGap(scores(0.2, 40), { seed: 1, side: "upper" });
    expect(gap.estimate).toBeCloseTo(0.3, 12);
    expect(gap.high).toBeGreaterThan(0.3);
    expect(gap.groups.map((group) => group.group)).toEqual(["a", "c", "b"]);
    expect(gap).toMatchObject({ n: 120, templates: 40, low: 0 });
  });

  it("cannot exclude more than its templates allow when no gap was seen", () => {
    const upper = (templates: number) =>
      worstGroupGap(scores(0, templates), { seed: 1, side: "upper" }).high;
    expect(upper(30)).toBeCloseTo(1 - 0.05 ** (1 / 30), 12);
    expect(upper(60)).toBeLessThan(0.05);
  });

  it("needs two groups", () => {
    expect(() => worstGroupGap([{ group: "a", template: 1, value: 1 }], { seed: 1 })).toThrow(
      /two/,
    );
  });
});

describe("BBQ", () => {
  const item = (part: Partial<BbqItem>): BbqItem => ({
    category: "Age",
    context: "ambiguous",
    polarity: "negative",
    answer: 2,
    gold: 2,
    target: 0,
    unknown: 2,
    ...part,
  });

  it("is 0 when biased and counter-biased answers balance, ±1 when they do not", () => {
    const disambiguated = { context: "disambiguated", gold: 0 } as const;
    const biased = item({ ...disambiguated, answer: 0 });
    const counter = item({ ...disambiguated, answer: 1 });
    expect(bbqScore([biased, counter], { seed: 1 }).sDis?.estimate).toBe(0);
    expect(bbqScore([biased, biased], { seed: 1 }).sDis?.estimate).toBe(1);
    const nonNegative = item({ ...disambiguated, polarity: "nonNegative", answer: 1 });
    expect(bbqScore([nonNegative, biased], { seed: 1 }).sDis?.estimate).toBe(1);
    expect(bbqScore([counter, counter], { seed: 1 }).sDis?.estimate).toBe(-1);
  });

  it("scales the ambiguous score by the share of wrong answers", () => {
    const items = [item({}), item({}), item({}), item({ answer: 0 })];
    const score = bbqScore(items, { seed: 1 });
    expect(score.accuracyAmbiguous?.estimate).toBe(0.75);
    expect(score.sAmb?.estimate).toBe(0.25);
    expect(score.sDis).toBeNull();
  });

  it("counts an unreadable answer as wrong and not as biased", () => {
    const score = bbqScore([item({ answer: null }), item({ answer: 0 })], { seed: 1 });
    expect(score.accuracyAmbiguous?.estimate).toBe(0);
    expect(score.sAmb).toMatchObject({ n: 1, estimate: 1 });
  });

  it("keeps items without a known target for accuracy only", () => {
    expect(bbqScore([item({ target: null, answer: 0 })], { seed: 1 }).sAmb).toBeNull();
    expect(Object.keys(bbqByCategory([item({}), item({ category: "SES" })], { seed: 1 }))).toEqual([
      "Age",
      "SES",
    ]);
  });
});

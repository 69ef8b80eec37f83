import { describe, expect, it } from "vitest";
import { nonInferiority, sampleSizeNonInferiority } from "./non-inferiority.ts";
import { cautiousDelta, pairedDelta } from "./paired.ts";
import { seededRandom } from "./random.ts";

/** n pairs of right/wrong scores of which the first `better` and the next `worse` differ. */
function pairs(n: number, better: number, worse: number) {
  const candidate = Array.from({ length: n }, (_, i) =>
    i < better ? 1 : i < better + worse ? 0 : 1,
  );
  const champion = candidate.map((score, i) => (i < better + worse ? 1 - score : score));
  return { candidate, champion };
}

describe("sample size", () => {
  it.each([
    { discordance: 0.05, margin: 0.02, n: 773 },
    { discordance: 0.05, margin: 0.05, n: 124 },
    { discordance: 0.1, margin: 0.02, n: 1546 },
  ])("$discordance discordance and margin $margin need $n items", ({ n, ...plan }) => {
    expect(sampleSizeNonInferiority(plan)).toBe(n);
  });
});

describe("non-inferiority", () => {
  const options = { margin: 0.02, seed: "gate" };

  it("passes an equal model at the planned size", () => {
    const result = nonInferiority(pairs(773, 19, 19), options);
    expect(result).toMatchObject({ state: "PASS", needed: 0, n: 773, level: 0.95 });
    expect(result.low).toBeGreaterThan(-0.02);
  });

  it("does not pass a model exactly at the tolerance, however the point estimate reads", () => {
    const result = nonInferiority(pairs(1000, 15, 34), options);
    expect(result.estimate).toBeCloseTo(-0.019, 10);
    expect(result.state).toBe("INCONCLUSIVE");
  });

  it("fails a model that is surely worse", () => {
    expect(nonInferiority(pairs(773, 5, 60), options)).toMatchObject({ state: "FAIL", needed: 0 });
  });

  it("says how many more items an undecided check needs, and those would do", () => {
    const few = nonInferiority(pairs(100, 3, 3), options);
    expect(few.state).toBe("INCONCLUSIVE");
    const total = 100 + (few.needed as number);
    const discordant = Math.round(0.03 * total);
    expect(nonInferiority(pairs(total, discordant, discordant), options).state).toBe("PASS");
    expect(nonInferiority(pairs(100, 2, 5), options).needed).toBeNull();
  });

  it("does not take a handful of items without a difference for proof", () => {
    const few = nonInferiority(pairs(30, 0, 0), options);
    expect(few.state).toBe("INCONCLUSIVE");
    expect(few.low).toBeLessThan(-0.08);
    expect(nonInferiority(pairs(30 + (few.needed as number), 0, 0), options).state).toBe("PASS");
    const losses = new Array<number>(10).fill(-3.2);
    const same = nonInferiority({ candidate: losses, champion: losses }, options);
    expect(same.state).toBe("INCONCLUSIVE");
  });

  it("does not take two or three items, however alike, for proof that losses are small", () => {
    const state = (candidate: number[], champion: number[]) =>
      nonInferiority({ candidate, champion }, { margin: 0.05, seed: 1 }).state;
    expect(state([0.5, 0.6], [0.5, 0.6])).toBe("INCONCLUSIVE");
    expect(state([0.5, 0.6], [0.4, 0.5])).toBe("INCONCLUSIVE");
    expect(state([0.5, 0.6, 0.7], [0.46, 0.64, 0.7])).toBe("INCONCLUSIVE");
    // Losses: a bootstrap of two texts would end exactly at the worse of them.
    const few = cautiousDelta({ candidate: [-2, -2.2], champion: [-2.1, -2.2] }, { seed: 1 });
    expect(few.low).toBeLessThan(-0.5);
  });

  it("agrees with the bootstrap when there are many clusters", () => {
    const random = seededRandom("many");
    const champion = Array.from({ length: 500 }, () => random.next());
    const candidate = champion.map((value) => value + 0.1 * random.gaussian());
    const scores = { candidate, champion };
    const [plain, cautious] = [
      pairedDelta(scores, { seed: 2 }),
      cautiousDelta(scores, { seed: 2 }),
    ];
    expect(cautious.low).toBeLessThanOrEqual(plain.low);
    expect(plain.low - cautious.low).toBeLessThan(0.3 * plain.se);
  });

  it("refuses a missing score", () => {
    expect(() =>
      nonInferiority({ candidate: [Number.NaN, 1], champion: [1, 1] }, { margin: 0.05, seed: 1 }),
    ).toThrow(/missing or not finite/);
  });

  it("needs more items when they come in clusters", () => {
    const scores = pairs(800, 20, 20);
    const clusters = scores.candidate.map((_, i) => Math.floor(i / 20));
    expect(nonInferiority({ ...scores, clusters }, options).low).toBeLessThan(
      nonInferiority(scores, options).low,
    );
  });

  it("promotes a model at the margin in at most 5 % of the runs, an equal one in about 80 %", () => {
    const random = seededRandom("operating characteristics");
    const n = sampleSizeNonInferiority({ discordance: 0.1, margin: 0.05 });
    const share = (worseBy: number) => {
      let passed = 0;
      for (let run = 0; run < 400; run++) {
        const candidate = new Array<number>(n).fill(1);
        const champion = candidate.slice();
        for (let i = 0; i < n; i++) {
          const u = random.next();
          if (u < 0.05 + worseBy / 2) candidate[i] = 0;
          else if (u < 0.1) champion[i] = 0;
        }
        const result = nonInferiority({ candidate, champion }, { margin: 0.05, seed: run });
        if (result.state === "PASS") passed += 1;
      }
      return passed / 400;
    };
    expect(share(0.05)).toBeLessThan(0.08);
    const power = share(0);
    expect(power).toBeGreaterThan(0.7);
    expect(power).toBeLessThan(0.9);
  }, 20_000);
});

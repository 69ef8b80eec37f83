import { describe, expect, it } from "vitest";
import type { Outcome, Vote } from "./battles.ts";
import fixture from "./fixtures/ranking.json" with { type: "json" };
import { seededRandom } from "./random.ts";
import { MIN_VOTES, rankModels } from "./ranking.ts";
import { controlStyle } from "./style-control.ts";

const outcomes: readonly Outcome[] = ["right", "tie", "left"];

const votes = fixture.votes.map((line) => {
  const [left, right, halves, prompt, ...style] = line.split(" ").map(Number);
  const [lengthLeft = 0, lengthRight = 0, boldLeft = 0, boldRight = 0] = style;
  return {
    left: `m${left}`,
    right: `m${right}`,
    outcome: outcomes[halves ?? 1] as Outcome,
    cluster: prompt as number,
    leftStyle: [lengthLeft, boldLeft],
    rightStyle: [lengthRight, boldRight],
  };
});

const unclustered = votes.map(({ left, right, outcome }) => ({ left, right, outcome }));

/** `count` votes between two models, of which the left one wins `won`. */
function duel(left: string, right: string, count: number, won: number): Vote[] {
  return Array.from({ length: count }, (_, i) => ({
    left,
    right,
    outcome: i < won ? "left" : "right",
  }));
}

const byName = (list: readonly Vote[], options = {}) =>
  new Map(rankModels(list, options).models.map((model) => [model.model, model]));

describe("Bradley-Terry ranking", () => {
  it("gives the ratings and clustered errors of a statsmodels GLM", () => {
    const ranked = byName(votes);
    fixture.glm.ratings.forEach((value, i) => {
      expect(ranked.get(`m${i}`)?.rating?.value).toBeCloseTo(value, 5);
      expect(ranked.get(`m${i}`)?.rating?.se).toBeCloseTo(fixture.glm.se[i] as number, 5);
    });
  });

  it("gives the ratings and unclustered errors of arena-rank", () => {
    const ranked = byName(unclustered);
    const small = Math.sqrt(votes.length / (votes.length - 1));
    fixture.arenaRank.ratings.forEach((value, i) => {
      expect(ranked.get(`m${i}`)?.rating?.value).toBeCloseTo(value, 4);
      const se = (fixture.arenaRank.se[i] as number) * small;
      expect((ranked.get(`m${i}`)?.rating?.se ?? 0) / se).toBeCloseTo(1, 3);
    });
  });

  it("gives choix's ratings where there are no ties", () => {
    const ranked = byName(unclustered.filter((vote) => vote.outcome !== "tie"));
    fixture.choixWithoutTies.forEach((value, i) => {
      expect(ranked.get(`m${i}`)?.rating?.value).toBeCloseTo(value, 3);
    });
  });

  it("confirms the sandwich by resampling prompts", () => {
    const ranking = rankModels(votes, { bootstrap: { seed: 1, rounds: 400 } });
    for (const { rating } of ranking.models) {
      const half = ((rating?.bootstrap?.high ?? 0) - (rating?.bootstrap?.low ?? 0)) / 2;
      const sandwich = ((rating?.high ?? 0) - (rating?.low ?? 0)) / 2;
      expect(half / sandwich).toBeGreaterThan(0.8);
      expect(half / sandwich).toBeLessThan(1.2);
    }
  });

  it("does not depend on which side a model stood, nor on the order of votes", () => {
    const mirrored = votes.map((vote) => ({
      ...vote,
      left: vote.right,
      right: vote.left,
      outcome: vote.outcome === "left" ? "right" : vote.outcome === "right" ? "left" : "tie",
    })) as Vote[];
    const original = rankModels(votes).models.map((model) => [model.model, model.rating?.value]);
    const other = rankModels(mirrored.reverse()).models;
    other.forEach((model, i) => {
      expect(model.model).toBe(original[i]?.[0]);
      expect(model.rating?.value).toBeCloseTo(original[i]?.[1] as number, 7);
    });
  });

  it("turns a two-to-one win rate into 120 points, and counts both-bad as a tie", () => {
    const list: Vote[] = [
      ...duel("a", "b", 60, 40),
      ...Array.from(
        { length: 30 },
        () => ({ left: "a", right: "b", outcome: "both_bad" }) as const,
      ),
    ];
    const decided = rankModels(duel("a", "b", 60, 40)).models;
    const gap = (decided[0]?.rating?.value ?? 0) - (decided[1]?.rating?.value ?? 0);
    expect(gap).toBeCloseTo((400 * Math.log(2)) / Math.LN10, 6);
    const tied = rankModels(list);
    expect(tied.models[0]).toMatchObject({ votes: 90, wins: 40, losses: 20, ties: 30 });
    expect(tied.matrix).toMatchObject({
      models: ["a", "b"],
      wins: [
        [0, 40],
        [20, 0],
      ],
    });
    const smaller = (tied.models[0]?.rating?.value ?? 0) - (tied.models[1]?.rating?.value ?? 0);
    expect(smaller).toBeLessThan(gap);
  });

  it("is not certain where all votes are ties, or each prompt cancels itself out", () => {
    const ties = Array.from({ length: 64 }, (_, i) => ({
      left: i % 2 ? "a" : "b",
      right: i % 2 ? "b" : "a",
      outcome: "tie" as const,
      cluster: i,
    }));
    const both = Array.from({ length: 64 }, (_, i) => ({
      left: "a",
      right: "b",
      outcome: i % 2 ? ("left" as const) : ("right" as const),
      cluster: i >> 1,
    }));
    for (const votes of [ties, both]) {
      const [first] = rankModels(votes).models;
      // As if each vote were a coin: θ has the standard error 1 / √n, in points 400 / ln 10 of that.
      expect(first?.rating?.value).toBeCloseTo(1000, 6);
      expect(first?.rating?.se).toBeCloseTo(400 / Math.LN10 / Math.sqrt(64), 6);
      expect([first?.rating?.bestRank, first?.rating?.worstRank]).toEqual([1, 2]);
    }
  });

  it("leaves ranks open that the votes do not settle", () => {
    const close = rankModels(duel("a", "b", 40, 21)).models;
    expect(close.map(({ rating }) => [rating?.bestRank, rating?.worstRank])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    const clear = rankModels(duel("a", "b", 40, 38)).models;
    expect(clear.map(({ rating }) => [rating?.bestRank, rating?.worstRank])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe("not enough votes", () => {
  it("prints no number for a model that won everything: its rating is infinite", () => {
    const ranked = byName([...duel("a", "b", 60, 30), ...duel("top", "a", 40, 40)]);
    expect(ranked.get("top")).toMatchObject({ rating: null, unrated: "separated", wins: 40 });
    expect(ranked.get("a")?.rating?.value).toBeCloseTo(1000, 6);
    const alone = rankModels(duel("top", "a", 40, 40));
    expect(alone.state).toBe("not_enough_votes");
    expect(alone.models.every((model) => model.rating === null)).toBe(true);
  });

  it("compares no models that no chain of votes links", () => {
    const list = [...duel("a", "b", 60, 30), ...duel("b", "c", 60, 20), ...duel("x", "y", 60, 30)];
    const ranked = byName(list);
    expect(ranked.get("x")).toMatchObject({ rating: null, unrated: "disconnected" });
    expect(ranked.get("c")?.rating).not.toBeNull();
  });

  it("shows a rating from 30 votes on, and none from fewer than ten clusters", () => {
    const ranked = byName([...duel("a", "b", 60, 30), ...duel("a", "new", MIN_VOTES - 1, 9)]);
    expect(ranked.get("new")).toMatchObject({ rating: null, unrated: "few_votes" });
    expect(ranked.get("b")?.rating).not.toBeNull();
    const byRater = duel("a", "b", 90, 50).map((vote, i) => ({ ...vote, cluster: i % 3 }));
    expect(rankModels(byRater)).toMatchObject({ state: "not_enough_votes", clusters: 3 });
    expect(rankModels(byRater).models[0]?.unrated).toBe("few_clusters");
  });

  it("takes no votes at all calmly and a model against itself not", () => {
    expect(rankModels([])).toMatchObject({ state: "not_enough_votes", models: [], fit: null });
    expect(() => rankModels([{ left: "a", right: "a", outcome: "tie" }])).toThrow(/itself/);
  });
});

describe("style control", () => {
  it("gives the ratings, coefficients and errors of a GLM with the same covariates", () => {
    const control = controlStyle(votes, ["length", "bold"]);
    const estimates = new Map(control?.models.map((model) => [model.model, model]));
    fixture.style.estimates.slice(0, 6).forEach((value, i) => {
      expect(estimates.get(`m${i}`)?.estimate).toBeCloseTo(value, 4);
    });
    const [length, bold] = control?.coefficients ?? [];
    expect(length?.estimate).toBeCloseTo(fixture.style.estimates[6] as number, 6);
    expect(bold?.estimate).toBeCloseTo(fixture.style.estimates[7] as number, 6);
    const half = ((length?.high ?? 0) - (length?.low ?? 0)) / 2;
    // 1.97612 is the t quantile at 148 degrees of freedom.
    expect(half / (fixture.style.se[6] as number)).toBeCloseTo(1.97612, 4);
  });

  it("gives nothing when a feature explains every vote", () => {
    const explained = votes.map((vote) => {
      const longer = (vote.leftStyle[0] ?? 0) > (vote.rightStyle[0] ?? 0);
      return { ...vote, outcome: longer ? ("left" as const) : ("right" as const) };
    });
    expect(controlStyle(explained, ["length"])).toBeNull();
  });
});

describe("speed", () => {
  it("ranks a million votes within seconds", () => {
    const random = seededRandom("speed");
    const list = Array.from({ length: 1_000_000 }, (_, i) => {
      const left = random.below(20);
      const right = (left + 1 + random.below(19)) % 20;
      return {
        left: `m${left}`,
        right: `m${right}`,
        outcome: outcomes[random.below(3)] as Outcome,
        cluster: i % 50_000,
      };
    });
    const start = performance.now();
    const ranking = rankModels(list);
    const seconds = (performance.now() - start) / 1000;
    expect(ranking.state).toBe("ranked");
    // 0.6 s alone on one core; the rest is for busy machines.
    expect(seconds).toBeLessThan(4);
  });
});

import { AssayError } from "#lib/core/errors.ts";
import { bootstrap } from "./bootstrap.ts";
import { assertSome } from "./interval.ts";

/** How far apart two ratings are. Ordinal, interval and ratio take numbers; nominal takes anything. */
export type AlphaMetric = "nominal" | "ordinal" | "interval" | "ratio";

export type Rating = string | number;

/** One row an item, one column a rater; null where the rater did not rate it. */
export type RatingTable = readonly (readonly (Rating | null)[])[];

export type Agreement = {
  /** Null when the coefficient is undefined; `reason` says why. */
  value: number | null;
  low: number | null;
  high: number | null;
  level: number;
  /** Items with at least two ratings; only they can agree or disagree. */
  items: number;
  /** Ratings on those items. */
  ratings: number;
  reason: "no_item_rated_twice" | "one_value_only" | "too_few_items_for_interval" | null;
};

export type AgreementOptions = { seed?: number | string; level?: number; rounds?: number };

/** 1,000 resamples place a 95 % limit within about 0.1 of its standard error; figures are shown to two digits. */
const ROUNDS = 1000;

/** An item as [value index, how many raters gave it] pairs. */
type Unit = { counts: readonly (readonly [number, number])[]; ratings: number };

/**
 * Krippendorff's alpha, 1 − observed / expected disagreement over the coincidence matrix, with missing ratings
 * (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). The interval is a percentile bootstrap over
 * items. When every rating is the same value there is nothing to disagree about: alpha is undefined, not 1.
 */
export function krippendorffAlpha(
  table: RatingTable,
  metric: AlphaMetric,
  { seed = "alpha", level = 0.95, rounds = ROUNDS }: AgreementOptions = {},
): Agreement {
  const { units, values } = unitsOf(table, metric);
  const ratings = units.reduce((sum, unit) => sum + unit.ratings, 0);
  const known = { low: null, high: null, level, items: units.length, ratings };
  if (units.length === 0) return { ...known, value: null, reason: "no_item_rated_twice" };
  const alphaOf = alphaOver(units, values, metric);
  const interval = bootstrap(units.length, alphaOf, { seed, level, rounds, method: "percentile" });
  if (Number.isNaN(interval.estimate)) return { ...known, value: null, reason: "one_value_only" };
  return boundedAgreement(interval, known);
}

/** Leaves the limits out where the bootstrap could not place them. */
export function boundedAgreement(
  interval: { estimate: number; low: number; high: number },
  known: { level: number; items: number; ratings: number },
): Agreement {
  const { estimate: value, low, high } = interval;
  if (!Number.isFinite(low)) {
    return { ...known, value, low: null, high: null, reason: "too_few_items_for_interval" };
  }
  return { ...known, value, low, high, reason: null };
}

/** NaN equals itself in a Map, so that it would agree with other NaNs: what was not rated is null. */
export function assertRatings(ratings: readonly Rating[]): void {
  const isRating = (rating: unknown) => typeof rating === "string" || Number.isFinite(rating);
  if (!ratings.every(isRating)) {
    throw new AssayError(
      "invalid_input",
      "A rating is a text or a finite number, null where missing.",
    );
  }
}

/** Items with two or more ratings, their values numbered in ascending order. */
function unitsOf(table: RatingTable, metric: AlphaMetric): { units: Unit[]; values: Rating[] } {
  assertSome("Agreement", table);
  const given = table.map((row) => row.filter((rating) => rating !== null));
  assertRatings(given.flat());
  const rated = given.filter((row) => row.length > 1);
  const values = [...new Set(rated.flat())];
  if (metric !== "nominal") {
    if (values.some((value) => typeof value !== "number")) {
      throw new AssayError(
        "invalid_input",
        `Alpha with the ${metric} metric needs ratings that are numbers.`,
      );
    }
    values.sort((a, b) => Number(a) - Number(b));
  }
  const numbers = new Map(values.map((value, i) => [value, i]));
  const units = rated.map((row) => {
    const counts = new Map<number, number>();
    for (const rating of row) {
      const number = numbers.get(rating) as number;
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    return { counts: [...counts], ratings: row.length };
  });
  return { units, values };
}

/** Alpha of a draw of units. Rebuilt for each draw, since the ordinal metric depends on the margins. */
function alphaOver(units: readonly Unit[], values: readonly Rating[], metric: AlphaMetric) {
  return (draw: Int32Array): number => {
    const margins = new Float64Array(values.length);
    let total = 0;
    for (const number of draw) {
      const unit = units[number] as Unit;
      for (const [value, count] of unit.counts) margins[value] = (margins[value] as number) + count;
      total += unit.ratings;
    }
    const distance = distanceOf(values, margins, metric);
    let observed = 0;
    for (const number of draw) {
      const unit = units[number] as Unit;
      observed += pairSum(unit.counts, distance) / (unit.ratings - 1);
    }
    const present = [...margins].flatMap((count, value) =>
      count > 0 ? [[value, count] as const] : [],
    );
    const expected = pairSum(present, distance) / (total - 1);
    return expected === 0 ? Number.NaN : 1 - observed / expected;
  };
}

type Distance = (a: number, b: number) => number;

/** Σ over pairs of different values of count · count · squared distance, both orders. */
function pairSum(counts: readonly (readonly [number, number])[], distance: Distance): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const [a, countA] = counts[i] as readonly [number, number];
    for (let j = i + 1; j < counts.length; j++) {
      const [b, countB] = counts[j] as readonly [number, number];
      sum += 2 * countA * countB * distance(a, b);
    }
  }
  return sum;
}

/** Squared difference functions of Krippendorff 2011. Ordinal ranks are the mid-ranks of the margins. */
function distanceOf(
  values: readonly Rating[],
  margins: Float64Array,
  metric: AlphaMetric,
): Distance {
  if (metric === "nominal") return () => 1;
  const at = (value: number) => Number(values[value]);
  if (metric === "interval") return (a, b) => (at(a) - at(b)) ** 2;
  if (metric === "ratio") {
    return (a, b) => ((at(a) - at(b)) / (Math.abs(at(a)) + Math.abs(at(b)))) ** 2;
  }
  let before = 0;
  const ranks = margins.map((count) => {
    const rank = before + count / 2;
    before += count;
    return rank;
  });
  return (a, b) => ((ranks[a] as number) - (ranks[b] as number)) ** 2;
}

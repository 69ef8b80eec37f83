import { AssayError } from "#lib/core/errors.ts";
import {
  type Agreement,
  type AgreementOptions,
  assertRatings,
  boundedAgreement,
  type Rating,
  type RatingTable,
} from "./agreement.ts";
import { bootstrap } from "./bootstrap.ts";
import { assertSameLength, assertSome } from "./interval.ts";

export type KappaWeights = "none" | "linear" | "quadratic";

/** As for alpha: limits are shown to two digits. */
const ROUNDS = 1000;

/**
 * Cohen's kappa of two raters (1960; weighted 1968), over items both rated, with an item bootstrap. Weighted
 * kappas take numbers and weigh by the position among the values in use, as scikit-learn `cohen_kappa_score`.
 */
export function cohenKappa(
  first: readonly (Rating | null)[],
  second: readonly (Rating | null)[],
  { weights = "none", ...options }: AgreementOptions & { weights?: KappaWeights } = {},
): Agreement {
  assertSameLength("Ratings of the two raters", first, second);
  const pairs = first.flatMap((rating, i) => {
    const other = second[i];
    return rating === null || other === null || other === undefined
      ? []
      : [[rating, other] as const];
  });
  const { numbers, size } = numberValues(pairs.flat(), weights !== "none");
  const coded = pairs.map(
    ([a, b]) => [numbers.get(a) as number, numbers.get(b) as number] as const,
  );
  const cost = costOf(weights);
  return overItems(pairs.length, pairs.length * 2, options, (draw) => {
    const left = new Float64Array(size);
    const right = new Float64Array(size);
    let observed = 0;
    for (const item of draw) {
      const [a, b] = coded[item] as readonly [number, number];
      left[a] = (left[a] as number) + 1;
      right[b] = (right[b] as number) + 1;
      observed += cost(a, b);
    }
    let expected = 0;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++)
        expected += (left[a] as number) * (right[b] as number) * cost(a, b);
    }
    return expected === 0 ? Number.NaN : 1 - (observed * draw.length) / expected;
  });
}

/** Chance agreement from the mean share of each category. */
type Chance = (shares: Float64Array) => number;

/**
 * Fleiss' kappa (1971) for any number of raters; with missing ratings as generalised by Gwet (2014).
 * Chance agreement is Σ π_k².
 */
export function fleissKappa(table: RatingTable, options: AgreementOptions = {}): Agreement {
  const chance: Chance = (shares) => shares.reduce((sum, share) => sum + share * share, 0);
  return chanceCorrected(table, chance, options);
}

/**
 * Gwet's AC1 (2008), which stays meaningful when one class holds nearly all items: chance agreement is
 * Σ π_k (1 − π_k) / (q − 1). `categories` is the number the raters could choose from (at least those seen).
 */
export function gwetAC1(
  table: RatingTable,
  { categories, ...options }: AgreementOptions & { categories?: number } = {},
): Agreement {
  const chance: Chance = (shares) => {
    const q = Math.max(categories ?? 0, shares.length);
    return q < 2 ? Number.NaN : shares.reduce((sum, s) => sum + s * (1 - s), 0) / (q - 1);
  };
  return chanceCorrected(table, chance, options);
}

/** (p_a − p_e) / (1 − p_e), p_a over items rated twice, category shares over all rated items (Gwet 2014). */
function chanceCorrected(table: RatingTable, chance: Chance, options: AgreementOptions): Agreement {
  assertSome("Agreement", table);
  const rows = table
    .map((row) => row.filter((rating) => rating !== null))
    .filter((row) => row.length);
  const { numbers, size } = numberValues(rows.flat(), false);
  const counts = rows.map((row) => {
    const perCategory = new Float64Array(size);
    for (const rating of row) {
      const number = numbers.get(rating) as number;
      perCategory[number] = (perCategory[number] as number) + 1;
    }
    return { perCategory, ratings: row.length };
  });
  const paired = counts.filter((row) => row.ratings > 1);
  const ratings = paired.reduce((sum, row) => sum + row.ratings, 0);
  if (paired.length === 0) return overItems(0, 0, options, () => Number.NaN);
  const result = overItems(counts.length, ratings, options, (draw) => {
    const shares = new Float64Array(size);
    let agreed = 0;
    let items = 0;
    for (const item of draw) {
      const { perCategory, ratings: r } = counts[item] as (typeof counts)[number];
      perCategory.forEach((count, k) => {
        shares[k] = (shares[k] as number) + count / r / draw.length;
        if (r > 1) agreed += (count * (count - 1)) / (r * (r - 1));
      });
      if (r > 1) items += 1;
    }
    const expected = chance(shares);
    return items === 0 || expected === 1
      ? Number.NaN
      : (agreed / items - expected) / (1 - expected);
  });
  return { ...result, items: paired.length };
}

function overItems(
  items: number,
  ratings: number,
  { seed = "kappa", level = 0.95, rounds = ROUNDS }: AgreementOptions,
  statistic: (draw: Int32Array) => number,
): Agreement {
  const known = { low: null, high: null, level, items, ratings };
  if (items === 0) return { ...known, value: null, reason: "no_item_rated_twice" };
  const interval = bootstrap(items, statistic, { seed, level, rounds, method: "percentile" });
  if (Number.isNaN(interval.estimate)) return { ...known, value: null, reason: "one_value_only" };
  return boundedAgreement(interval, known);
}

function numberValues(values: readonly Rating[], numeric: boolean) {
  assertRatings(values);
  const distinct = [...new Set(values)];
  if (numeric) {
    if (distinct.some((value) => typeof value !== "number")) {
      throw new AssayError("invalid_input", "A weighted kappa needs ratings that are numbers.");
    }
    distinct.sort((a, b) => Number(a) - Number(b));
  }
  return { numbers: new Map(distinct.map((value, i) => [value, i])), size: distinct.length };
}

function costOf(weights: KappaWeights): (a: number, b: number) => number {
  if (weights === "none") return (a, b) => (a === b ? 0 : 1);
  if (weights === "linear") return (a, b) => Math.abs(a - b);
  return (a, b) => (a - b) ** 2;
}

import { describe, expect, it } from "vitest";
import { type AlphaMetric, krippendorffAlpha } from "./agreement.ts";
import fixture from "./fixtures/agreement.json" with { type: "json" };
import { cohenKappa, fleissKappa, gwetAC1, type KappaWeights } from "./kappa.ts";

const fast = { rounds: 50 };
const tables = fixture.tables.map((known, table) => ({
  ...known,
  table: known.table,
  number: table,
}));

describe("Krippendorff's alpha", () => {
  it.each(tables)("table $number equals the krippendorff package", (known) => {
    for (const [metric, value] of Object.entries(known.alpha)) {
      const result = krippendorffAlpha(known.table, metric as AlphaMetric, fast);
      expect(result.value).toBeCloseTo(value, 10);
    }
  });

  it("brackets the value by an item bootstrap that narrows with items", () => {
    const [known] = fixture.tables;
    const table = known?.table ?? [];
    const once = krippendorffAlpha(table, "nominal");
    const thrice = krippendorffAlpha([...table, ...table, ...table], "nominal");
    expect(once.low).toBeLessThan(once.value as number);
    expect(once.high).toBeGreaterThan(once.value as number);
    const width = (a: typeof once) => (a.high as number) - (a.low as number);
    expect(width(thrice)).toBeLessThan(0.75 * width(once));
  });

  it("is undefined, not 1, when one value was used or nothing was rated twice", () => {
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [1, 1],
        ],
        "nominal",
      ),
    ).toMatchObject({
      value: null,
      reason: "one_value_only",
    });
    expect(
      krippendorffAlpha(
        [
          ["a", null],
          [null, "b"],
        ],
        "nominal",
      ),
    ).toMatchObject({
      value: null,
      reason: "no_item_rated_twice",
    });
  });

  it("takes no NaN for a value that raters agree on", () => {
    const table = [
      [Number.NaN, Number.NaN],
      [1, 2],
      [2, 2],
    ];
    for (const coefficient of [
      () => krippendorffAlpha(table, "nominal"),
      () => krippendorffAlpha(table, "ordinal"),
      () => fleissKappa(table),
      () => gwetAC1(table),
      () => cohenKappa([Number.NaN, 1], [Number.NaN, 1]),
      () => cohenKappa([Number.NaN, 1], [2, 1], { weights: "linear" }),
    ]) {
      expect(coefficient).toThrow(/finite number/);
    }
  });

  it("takes names only as nominal values", () => {
    expect(
      krippendorffAlpha(
        [
          ["a", "a"],
          ["b", "b"],
        ],
        "nominal",
        fast,
      ).value,
    ).toBe(1);
    expect(() => krippendorffAlpha([["a", "b"]], "ordinal")).toThrow(/numbers/);
  });
});

describe("kappa", () => {
  it.each(Object.entries(fixture.cohen))(
    "Cohen's with %s weights equals scikit-learn",
    (weights, value) => {
      const table = tables[0]?.table ?? [];
      const column = (i: number) => table.map((row) => row[i] ?? null);
      const options = { ...fast, weights: weights as KappaWeights };
      expect(cohenKappa(column(0), column(1), options).value).toBeCloseTo(value, 10);
    },
  );

  it.each(tables)("Fleiss' kappa and Gwet's AC1 of table $number equal irrCAC", (known) => {
    expect(fleissKappa(known.table, fast).value).toBeCloseTo(known.fleiss, 8);
    expect(gwetAC1(known.table, fast).value).toBeCloseTo(known.ac1, 8);
    if (known.fleissFull !== null) {
      expect(fleissKappa(known.table, fast).value).toBeCloseTo(known.fleissFull, 8);
    }
  });

  it("keeps AC1 high where one class holds 98 % and kappa collapses", () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i === 0 ? 1 : 0, i === 1 ? 1 : 0]);
    expect(gwetAC1(rows, fast).value).toBeGreaterThan(0.97);
    expect(fleissKappa(rows, fast).value).toBeLessThan(0);
  });

  it("uses only the items both raters saw", () => {
    const result = cohenKappa([1, 2, null, 1], [1, 2, 2, null], fast);
    expect(result).toMatchObject({ value: 1, items: 2 });
    expect(cohenKappa([1], [null], fast).reason).toBe("no_item_rated_twice");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRowPlace, parseRowPlace } from "./row-place.ts";

describe("a place in a list of rows", () => {
  it("is the end, a number or a day", () => {
    expect(parseRowPlace(" End ")).toEqual({ kind: "end" });
    expect(parseRowPlace("#17")).toEqual({ kind: "id", id: 17 });
    expect(parseRowPlace("1970-01-02")).toEqual({
      ...{ kind: "date", day: "1970-01-02", from: 86_400_000_000, until: 2 * 86_400_000_000 },
    });
    expect(parseRowPlace("2026-03")).toMatchObject({ kind: "date", day: "2026-03-01" });
  });

  it.each([
    "",
    "0",
    "-3",
    "1.5",
    "2026-02-31",
    "2026-13-01",
    "1804-01-01",
    "2026",
    "03/01/2026",
    "9".repeat(16),
  ])("is not %j, unless a number can be meant", (text) => {
    const place = parseRowPlace(text);
    expect(place).toEqual(text === "2026" ? { kind: "id", id: 2026 } : undefined);
  });

  it("is read back from its text", () => {
    const day = fc
      .date({ min: new Date("1900-01-01"), max: new Date("2199-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(fc.oneof(fc.constant("end"), fc.integer({ min: 1 }).map(String), day), (text) => {
        const place = parseRowPlace(text);
        expect(place && formatRowPlace(place)).toBe(text);
      }),
    );
  });
});

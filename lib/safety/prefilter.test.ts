import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phoneRegions } from "./phones.ts";
import { detectors, findPii, type PiiSpan } from "./pii.ts";
import { mayHoldAnything, needs } from "./prefilter.ts";
import { withoutOverlap } from "./spans.ts";

/** Pieces of what is looked for, whole and broken, and what may stand between and beside them. */
const pieces = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(..." -.:/()@+x#\u00a0\u2011\n\t,;é中😀aZfe0123456789") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["a.b+c@mail.example.org", "jürgen@müller.de", "+49 (0)30 901820", "(212) 555-0147 x12"],
      ...["4111 1111 1111 1111", "3782-822463-10005", "DE89 3704 0044 0532 0130 00", "GB29NWBK"],
      ...["60161331926819", "203.0.113.7", "10.0.0.1", "2001:db8::8a2e:370:7334", "::1", "fe80::a"],
      ...[
        "call 467 3395",
        "2024-05-17",
        "v1.2.3.4",
        "460-89-9847",
        "0049 30 901820",
        "1/2/3/4/5/6/7",
      ],
    ),
  },
);
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));

/** Every detector over every text: what the scan would find if it looked at all. */
function everything(text: string): PiiSpan[] {
  const regions = phoneRegions(["US", "GB"]);
  const found = detectors.flatMap(({ type, find }) =>
    find(text, regions).map((span) => ({ ...span, type })),
  );
  return withoutOverlap(found.filter(({ confidence }) => confidence >= 0.5));
}

describe("conditions before a scan", () => {
  it("leave out no text in which a detector finds something", () => {
    let finds = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const found = findPii(text);
        expect(found).toEqual(everything(text));
        finds += found.length;
      }),
      { numRuns: 2_000 },
    );
    expect(finds).toBeGreaterThan(400);
  });

  it("are asked all at once before each on its own", () => {
    const each = Object.values(needs);
    fc.assert(
      fc.property(texts, (text) => {
        expect(mayHoldAnything(text)).toBe(each.some((need) => need(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("let each detector see the text that it finds something in", () => {
    const regions = phoneRegions(["US", "GB"]);
    fc.assert(
      fc.property(texts, (text) => {
        for (const { type, need, find } of detectors) {
          if (find(text, regions).length === 0) continue;
          expect(needs[need](text), `${type}: ${need}`).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("end the scan of ordinary talk", () => {
    for (const text of ["Where is my parcel?", "", "At 5:30 in room 12, $120 of 1.5%", "中文"])
      expect(mayHoldAnything(text)).toBe(false);
    for (const [need, text] of [
      ["at", "5:30 pm"],
      ["sevenDigits", "room 12, 3 pm on 4/5, $120"],
      ["twelveDigits", "call 202-555-0147"],
      ["dottedDigits", "3.14 or 1.2.x"],
      ["colons", "at 5:30"],
      ["code", "A4 paper, B-12"],
    ] as const)
      expect(needs[need](text), text).toBe(false);
  });

  it("cost no more than a reading of the text, whatever stands in it", () => {
    for (const unit of ["1", "1 ", "1.", "1.1.", "1-) ", ":", "a:", "a1", "aa1", "@", "//:"]) {
      const text = unit.repeat(2_000_000 / unit.length);
      const start = process.cpuUsage();
      for (const need of Object.values(needs)) need(text);
      mayHoldAnything(text);
      const { user } = process.cpuUsage(start);
      expect(user / 1_000, unit).toBeLessThan(2_000);
    }
  });
});

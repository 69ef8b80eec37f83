import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldText } from "#lib/datasets/steps/duplicates.ts";
import { findCandidates } from "./candidates.ts";
import { chooseKept, joinPairs, keepRules } from "./clusters.ts";
import { findPairs } from "./find-pairs.ts";
import { createFolder } from "./fold.ts";
import { seededRandom } from "./hash.ts";
import { createJaccard } from "./jaccard.ts";
import { bandingFor, candidateProbability } from "./settings.ts";
import { createShingler } from "./shingles.ts";
import { createSignatures, readSignatures } from "./signatures.ts";
import { createSketcher } from "./sketch.ts";

const random = seededRandom(7);
const word = () => Math.floor(random() * 36 ** 5).toString(36);
const words = (count: number) => Array.from({ length: count }, word);
const swapped = (text: readonly string[], share: number) =>
  text.map((one) => (random() < share ? word() : one)).join(" ");

const signed = (texts: readonly string[], seed = 1) => {
  const signatures = createSignatures({ seed });
  for (const [id, text] of texts.entries()) signatures.addText(id, text);
  return signatures;
};
const pairsOf = (texts: readonly string[], threshold: number, fromRow = 0) =>
  findPairs(signed(texts), {
    threshold,
    fromRow,
    textsOf: (ids) => ids.map((id) => texts[id] ?? null),
  });

describe("folding", () => {
  it("gives what the step for exact duplicates compares by", () => {
    const fold = createFolder();
    const folded = (text: string) => {
      const { units, length } = fold(text);
      return String.fromCharCode(...units.subarray(0, length));
    };
    const mixed = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("…!?", " ", "", "Ünï-CÖDE ﬁ"),
    );
    fc.assert(
      fc.property(
        fc.array(mixed).map((parts) => parts.join("")),
        (text) => folded(text) === foldText(text),
      ),
    );
  });
});

describe("Jaccard similarity", () => {
  it("is exact: equal to that of sets of strings", () => {
    const shingle = createShingler(5, 1);
    const jaccard = createJaccard();
    const copy = (text: string) => {
      const { hashes, length } = shingle(text);
      return { hashes: hashes.slice(0, length), length };
    };
    const strings = (text: string) => {
      const folded = foldText(text);
      const starts = Array.from({ length: Math.max(1, folded.length - 4) }, (_, i) => i);
      return new Set(folded === "" ? [] : starts.map((at) => folded.slice(at, at + 5)));
    };
    const text = fc
      .array(fc.constantFrom("one", "two", "три", "four", "five", "6"), { maxLength: 30 })
      .map((all) => all.join(" "));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [strings(a), strings(b)];
        const union = x.union(y).size;
        expect(jaccard(copy(a), copy(b))).toBe(union === 0 ? 0 : x.intersection(y).size / union);
      }),
    );
  });
});

describe("signatures", () => {
  it.each([3, 30, 300, 3000])(
    "estimate the similarity without bias: sets of %i shingles",
    (size) => {
      const sketch = createSketcher(256);
      const draw = (count: number) =>
        Array.from({ length: count }, () => Math.floor(random() * 2 ** 32));
      const shared = Math.ceil(size * 0.6);
      const own = size - shared;
      const truth = shared / (shared + 2 * own);
      let sum = 0;
      let squares = 0;
      for (let trial = 0; trial < 300; trial++) {
        const both = draw(shared);
        const [a, b] = [new Uint8Array(256), new Uint8Array(256)];
        sketch({ hashes: Uint32Array.from([...both, ...draw(own)]), length: size }, a, 0);
        sketch({ hashes: Uint32Array.from([...draw(own), ...both]), length: size }, b, 0);
        const equal = a.filter((byte, i) => byte === b[i]).length / 256;
        const estimate = (equal - 1 / 256) / (1 - 1 / 256);
        sum += estimate;
        squares += (estimate - truth) ** 2;
      }
      expect(sum / 300).toBeCloseTo(truth, 1.9);
      // No wider than independent permutations: sqrt(J (1 - J) / 256), with room for chance.
      expect(Math.sqrt(squares / 300)).toBeLessThan(1.1 * Math.sqrt((truth * (1 - truth)) / 256));
    },
  );

  it("are the same for the same seed, other for another, and survive the way through a file", () => {
    const texts = Array.from({ length: 50 }, () => words(20).join(" "));
    const one = signed(texts);
    expect(one.bytes()).toEqual(signed(texts).bytes());
    expect(one.bytes()).not.toEqual(signed(texts, 2).bytes());
    const back = readSignatures(one.toBuffer());
    expect(back.bytes()).toEqual(one.bytes());
    expect(back.settings).toEqual(one.settings);
    expect(back.addText(3, "known already")).toBe(false);
    expect(back.addText(50, "another")).toBe(true);
    expect(back.count).toBe(51);
  });

  it("that are cut short or something else are refused", () => {
    const buffer = signed(["some text"]).toBuffer();
    for (const bad of [
      buffer.subarray(0, -1),
      buffer.subarray(1),
      Buffer.from("{}"),
      Buffer.alloc(0),
    ]) {
      expect(() => readSignatures(bad)).toThrow(/cannot be read.*compute them again/s);
    }
  });

  it("of texts that left are dropped, the others kept in order", () => {
    const texts = Array.from({ length: 9 }, () => words(20).join(" "));
    const signatures = signed(texts);
    expect(signatures.retain((id) => id % 2 === 0)).toBe(4);
    expect(signatures.bytes()).toEqual(signed(texts.filter((_, id) => id % 2 === 0)).bytes());
    expect(signatures.idAt(2)).toBe(4);
    expect(signatures.has(3)).toBe(false);
  });
});

describe("bands", () => {
  it("find a pair at the threshold with probability 0.98, with as many rows as that allows", () => {
    for (const threshold of [0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
      const banding = bandingFor(threshold, 256);
      expect(candidateProbability(threshold, banding)).toBeGreaterThanOrEqual(0.98);
      const more = { rows: banding.rows + 1, bands: Math.floor(256 / (banding.rows + 1)) };
      if (banding.rows < 16) expect(candidateProbability(threshold, more)).toBeLessThan(0.98);
    }
  });
});

describe("pairs", () => {
  const originals = Array.from({ length: 150 }, () => words(50));
  const texts = [
    ...originals.map((text) => text.join(" ")),
    ...originals.map((text) => swapped(text, 0.04)),
  ];
  const brute = (threshold: number) => {
    const shingle = createShingler(5, 1);
    const jaccard = createJaccard();
    const all = texts.map((text) => {
      const { hashes, length } = shingle(text);
      return { hashes: hashes.slice(0, length), length };
    });
    const found = new Set<string>();
    for (const [b, one] of all.entries()) {
      for (let a = 0; a < b; a++) {
        const other = all[a];
        if (other && jaccard(other, one) >= threshold) found.add(`${a} ${b}`);
      }
    }
    return found;
  };

  it.each([0.5, 0.8])("are those that comparing all with all finds, at %f", async (threshold) => {
    const truth = brute(threshold);
    const { pairs } = await pairsOf(texts, threshold);
    const found = pairs.map(({ a, b }) => `${a} ${b}`);
    expect(new Set(found).size).toBe(found.length);
    expect(found.filter((pair) => !truth.has(pair))).toEqual([]);
    expect(truth.size).toBeGreaterThan(60);
    expect(found.length / truth.size).toBeGreaterThan(0.98);
  });

  it("of an incremental run and those before it are those of one run", async () => {
    const whole = (await pairsOf(texts, 0.6)).pairs;
    const before = (await pairsOf(texts.slice(0, 180), 0.6)).pairs;
    const added = (await pairsOf(texts, 0.6, 180)).pairs;
    expect(added.every(({ b }) => b >= 180)).toBe(true);
    const key = ({ a, b }: { a: number; b: number }) => `${a} ${b}`;
    expect([...before, ...added].map(key).sort()).toEqual(whole.map(key).sort());
  });

  it("of copies are as many as copies; empty texts and texts that are gone pair with none", async () => {
    const copies = [
      ...Array.from({ length: 3000 }, () => "Thank you!"),
      "thank you",
      "",
      "",
      "…",
      "…",
    ];
    const { pairs } = await pairsOf(copies, 0.5);
    expect(joinPairs(pairs).map((set) => set.length)).toEqual([3001, 2]);
    expect(pairs).toHaveLength(3001);
    const gone = await findPairs(signed(copies), { textsOf: (ids) => ids.map(() => null) });
    expect(gone.pairs).toEqual([]);
  });

  it("in a crowd of templates cost no square of comparisons, and the alike are still found", async () => {
    const template = words(40);
    const crowd = Array.from({ length: 1500 }, (_, i) =>
      [...template, ...words(12), `no${i >> 1}`, i % 2].join(" "),
    );
    const made = [...crowd, ...crowd.slice(0, 50).map((text) => `${text} x`)];
    const { a, b, crowdedBuckets } = await findCandidates(signed(made), { threshold: 0.5 });
    expect(crowdedBuckets).toBeGreaterThan(0);
    expect(a.length).toBeLessThan((1500 * 1500) / 2);
    const pairs = new Set([...a].map((one, i) => `${one} ${b[i]}`));
    const found = Array.from({ length: 50 }, (_, i) => pairs.has(`${i} ${1500 + i}`)).filter(
      Boolean,
    );
    expect(found).toHaveLength(50);
  });
});

describe("clusters", () => {
  it("are the connected sets, whatever the order of the pairs", () => {
    const edge = fc.tuple(fc.nat(30), fc.nat(30)).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(fc.array(edge), (edges) => {
        const sets = joinPairs(edges.map(([a, b]) => ({ a, b })));
        expect(sets).toEqual(joinPairs(edges.toReversed().map(([a, b]) => ({ a: b, b: a }))));
        const setOf = new Map(sets.flatMap((set, i) => set.map((id) => [id, i] as const)));
        expect(edges.every(([a, b]) => setOf.has(a) && setOf.get(a) === setOf.get(b))).toBe(true);
        const distinct = new Set(edges.flat()).size;
        expect(setOf.size).toBe(distinct);
        // A set of k needs k - 1 joins: no more sets than the edges leave, no fewer than they force.
        expect(distinct - sets.length).toBeLessThanOrEqual(edges.length);
      }),
    );
  });

  it("keep one by a rule; a tie goes to the smaller id", () => {
    const rows = [
      { id: 1, characters: 10, turns: 4, time: 5 },
      { id: 2, characters: 30, turns: 2, time: null },
      { id: 3, characters: 30, turns: 4, time: 9 },
    ];
    const kept = (rule: keyof typeof keepRules) =>
      chooseKept([[1, 2, 3]], keepRules[rule], (id) => rows[id - 1] as (typeof rows)[0])[0]?.keep;
    expect(kept("first")).toBe(1);
    expect(kept("longest")).toBe(2);
    expect(kept("most-turns")).toBe(3);
    expect(kept("newest")).toBe(3);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Best, Place } from "./best-matches.ts";
import { TextFile } from "./text-file.ts";

function withFile<T>(work: (file: TextFile) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "assay-text-"));
  const file = new TextFile(join(folder, "text.sqlite"), "here");
  try {
    return work(file);
  } finally {
    file.close();
    rmSync(folder, { recursive: true });
  }
}

const texts = fc.array(
  fc.array(fc.constantFrom("red", "blue", "tree", "house", "naïve"), { maxLength: 12 }),
  { minLength: 1, maxLength: 60 },
);
const ids = (from: number) => (words: string[], n: number) => ({
  id: from + 3 * n,
  text: words.join(" "),
});

/** Every page of the matches, a few at a time. */
function pages(file: TextFile, word: string | undefined, limit: number): Best[] {
  const out: Best[] = [];
  for (let after: Place | undefined; ; ) {
    const best = file.best('"red"', word, { limit, after });
    out.push(best);
    const last = best.ids.length - 1;
    if (!best.more) return out;
    after = { id: best.ids[last] ?? 0, value: best.scores[last] ?? 0 };
  }
}

describe("the best matches of one word", () => {
  it("are those of the engine's own bm25(), page by page, after changes, too", () => {
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 1, max: 20 }), (first, second, limit) =>
        withFile((file) => {
          file.add(first.map(ids(5)));
          // Known before more comes and some goes: lengths are kept with both.
          expect(file.readLengths()).toBe(true);
          file.add(second.map(ids(10_000)));
          file.add(second.map(ids(6)));
          file.remove([5, 8, 10_003]);
          const ours = pages(file, "red", limit);
          const engines = pages(file, undefined, limit);
          expect(ours.map((page) => page.ids)).toEqual(engines.map((page) => page.ids));
          expect(ours).toEqual(engines);
        }),
      ),
      { numRuns: 60 },
    );
  });

  it("do not wait for lengths that are still being read", () => {
    withFile((file) => {
      file.add([
        { id: 1, text: "red red blue" },
        { id: 2, text: "red" },
        { id: 3, text: "blue" },
      ]);
      const before = file.best('"red"', "red", { limit: 5 });
      expect(file.readLengths()).toBe(true);
      expect(before.ids).toHaveLength(2);
      expect(file.best('"red"', "red", { limit: 5 })).toEqual(before);
      expect(file.best('"green"', "green", { limit: 5 })).toEqual({
        ...{ ids: [], scores: [], more: false },
      });
    });
  });
});

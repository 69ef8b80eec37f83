import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Best, Place } from "./best-matches.ts";
import { TextFile } from "./text-file.ts";

/** @param common in so many conversations a word is common */
function withFile<T>(work: (file: TextFile, reopen: () => TextFile) => T, common = 4096): T {
  const folder = mkdtempSync(join(tmpdir(), "assay-text-"));
  const open = () => new TextFile(join(folder, "text.sqlite"), "here", common);
  let file = open();
  const reopen = () => {
    file.close();
    file = open();
    return file;
  };
  try {
    return work(file, reopen);
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

/** Every page of the matches of words which all must stand, a few at a time; by the engine's own bm25() when it `counts`. */
function pages(file: TextFile, words: string[], limit: number, counts?: "engine"): Best[] {
  const expression = words.map((word) => `"${word}"`).join(" AND ");
  const out: Best[] = [];
  for (let after: Place | undefined; ; ) {
    const best = file.best(expression, counts ? undefined : words, { limit, after });
    out.push(best);
    const last = best.ids.length - 1;
    if (!best.more) return out;
    after = { id: best.ids[last] ?? 0, value: best.scores[last] ?? 0 };
  }
}

const searches = [["red"], ["red", "blue"], ["naïve", "tree", "red"], ["blue", "blue"], ["green"]];

function expectEngines(file: TextFile, limit: number): void {
  for (const words of searches) {
    expect(pages(file, words, limit)).toEqual(pages(file, words, limit, "engine"));
  }
}

describe("the best matches of words", () => {
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
          expectEngines(file, limit);
        }),
      ),
      { numRuns: 60 },
    );
  });

  it("are the same with lists of common words, whatever comes after they were made", () => {
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 1, max: 20 }), (first, second, limit) =>
        withFile((file, reopen) => {
          file.add(first.map(ids(5)));
          file.readLengths();
          while (!file.listCommonWords());
          expectEngines(file, limit);
          file.add(second.slice(0, 3).map(ids(6)));
          expectEngines(file, limit);
          const again = reopen();
          while (!again.readLengths());
          again.add(second.slice(3).map(ids(10_000)));
          expectEngines(again, limit);
          while (!again.listCommonWords());
          again.remove([5, 8, 10_003]);
          expectEngines(again, limit);
          while (!again.listCommonWords());
          expectEngines(again, limit);
        }, 3),
      ),
      { numRuns: 60 },
    );
  });

  it("stand in no list any more once their text is taken out", () => {
    withFile((file, reopen) => {
      file.add([1, 2, 3, 4].map((id) => ({ id, text: "Red house" })));
      while (!file.listCommonWords());
      file.remove([2]);
      const again = reopen();
      expect(again.best('"red"', undefined, { limit: 9 }).ids.toSorted()).toEqual([1, 3, 4]);
      expect(again.readLengths()).toBe(true);
      expect(again.best('"red"', ["red"], { limit: 9 }).ids.toSorted()).toEqual([1, 3, 4]);
    }, 2);
  });

  it("do not wait for lengths that are still being read", () => {
    withFile((file) => {
      file.add([
        { id: 1, text: "red red blue" },
        { id: 2, text: "red" },
        { id: 3, text: "blue" },
      ]);
      const before = file.best('"red"', ["red"], { limit: 5 });
      expect(file.readLengths()).toBe(true);
      expect(before.ids).toHaveLength(2);
      expect(file.best('"red"', ["red"], { limit: 5 })).toEqual(before);
      expect(file.best('"green"', ["green"], { limit: 5 })).toEqual({
        ...{ ids: [], scores: [], more: false },
      });
    });
  });
});

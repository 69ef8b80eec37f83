import { describe, expect, it } from "vitest";
import { defaultThreshold } from "#lib/near-duplicates/settings.ts";
import { dialoguesPresent, measureLeaks, readDialogues } from "../../scripts/quality/leaks.ts";
import {
  clusteredPairs,
  crossValidate,
  dedupPresent,
  f1,
  readArticles,
  readPerturbed,
  scorePairs,
} from "../../scripts/quality/near-duplicates.ts";

describe.skipIf(!dedupPresent)("near-duplicates (skipped without ../shared/data/dedup)", () => {
  it("of the articles are all true pairs and none other", async () => {
    const { texts, truth } = readArticles();
    const found = await clusteredPairs(texts, defaultThreshold);
    expect(truth).toHaveLength(10);
    expect(found.map(String).sort()).toEqual(truth.map(String).sort());
  });

  it("of the perturbed texts: F1 of at least 0.95, of every edit, and on clusters held out", async () => {
    const rows = readPerturbed();
    const texts = rows.map(({ text }) => text);
    const found = await clusteredPairs(texts, defaultThreshold);
    expect(f1(scorePairs(rows, found))).toBeGreaterThanOrEqual(0.95);
    const edits = new Set(rows.map(({ op }) => op));
    for (const edit of edits) {
      if (edit === "original") continue;
      const score = scorePairs(rows, found, ({ op }) => op === edit || op === "original");
      expect(score.truth, edit).toBeGreaterThan(5);
      expect(f1(score), edit).toBeGreaterThanOrEqual(0.95);
    }
    expect((await crossValidate(rows)).least).toBeGreaterThanOrEqual(0.95);
  });
});

describe.skipIf(!dialoguesPresent)(
  "the leak guard (skipped without ../shared/data/conversations)",
  () => {
    it("lets no planted dialogue or utterance through, and is quiet on others of their kind", () => {
      const { dialogues, utterances } = readDialogues();
      const whole = measureLeaks(dialogues, 200, 2000);
      expect(whole.caught.filter(({ caught }) => caught < whole.guarded)).toEqual([]);
      expect(whole.alarms / whole.train).toBeLessThan(0.002);
      const single = measureLeaks(utterances, 500, 10_000);
      expect(single.caught.filter(({ caught }) => caught < single.guarded)).toEqual([]);
      expect(single.onlyEdited / single.train).toBeLessThan(0.01);
    });
  },
);

import { describe, expect, it } from "vitest";
import { listNearDuplicateClusters } from "#lib/datasets/list-near-duplicates.ts";
import { createRecipe } from "#lib/datasets/recipes.ts";
import { runRecipe } from "#lib/datasets/run-recipe.ts";
import { defaultThreshold } from "#lib/near-duplicates/settings.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
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

const services = await testServices();

describe.skipIf(!dedupPresent)("near-duplicates (skipped without ../shared/data/dedup)", () => {
  it("of the articles are all true pairs and none other", async () => {
    const { texts, truth } = readArticles();
    const found = await clusteredPairs(texts, defaultThreshold);
    expect(truth).toHaveLength(10);
    expect(found.map(String).sort()).toEqual(truth.map(String).sort());
  });

  it("of the articles are what a recipe drops, one of each pair and none other", async () => {
    const { texts, truth } = readArticles();
    const handle = await makeHandle(services);
    const chats = texts.map((content) => JSON.stringify({ messages: [{ role: "user", content }] }));
    const imported = await importText(services, handle, chats.join("\n"));
    const dataset = Number(imported.result?.datasetId);
    const ids = await rowIds(handle, dataset);
    expect(ids).toHaveLength(texts.length);
    const recipe = await act(services, handle, createRecipe, {
      name: "Alike",
      steps: [{ step: "near-duplicates" }],
    });
    const { run } = await act(services, handle, runRecipe, { dataset, recipe: recipe.id });
    const done = await runJob(services, run);
    expect(done.result).toMatchObject({ rows: texts.length, dropped: truth.length });
    const { clusters } = await act(services, handle, listNearDuplicateClusters, { run });
    const pairs = clusters.flatMap(({ kept, dropped }) =>
      dropped.map((one) => [ids.indexOf(kept.conversation), ids.indexOf(one.conversation)]),
    );
    expect(pairs.map(String).sort()).toEqual(truth.map(String).sort());
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

import fc from "fast-check";
import { expect, it } from "vitest";
import { type ConversationBody, linear } from "#lib/core/conversation.ts";
import { signText } from "#lib/near-duplicates/signatures.ts";
import { loadLanguageDetector } from "#lib/safety/language.ts";
import { askInstead, decideNearDuplicates } from "../near-duplicate-rows.ts";
import { countOutcome, emptyReport } from "../recipe-report.ts";
import { SeenKeys } from "../seen-keys.ts";
import { computeRow } from "../steps/compute-row.ts";
import { askSchema, computedRowSchema, settleRow } from "../steps/computed-row.ts";
import { applyRecipe, parseRecipe, type RecipeInput, type RowResult } from "../steps/recipe.ts";
import { decideAsks } from "./decide-asks.ts";
import { readDecided, writeDecided } from "./decided.ts";

const context = { changeLimit: 0, detectLanguage: await loadLanguageDetector() };
const sign = signText();

type Row = { id: number; body: ConversationBody };
const bodyOf = (...texts: string[]): ConversationBody => ({
  kind: "chat",
  root: linear(texts.map((content, at) => ({ role: at % 2 ? "assistant" : "user", content }))),
});

/** A row's result without what no commit looks at. */
const plain = ({ body, results, ...rest }: RowResult) => ({
  ...rest,
  body: rest.outcome === "dropped" ? null : body,
  results: results.map(({ index, step, result }) => {
    const { outcome, reason, counts, findings, instead } = result;
    return { index, step, outcome, reason, counts, findings, instead };
  }),
});

const source = (rows: readonly Row[]) => ({
  async *pages() {
    yield rows.map((row) => ({ ...row, lang: null }));
  },
  bodiesOf: async (ids: readonly number[]) => rows.filter(({ id }) => ids.includes(id)),
  timesOf: async (ids: readonly number[]) => new Map(ids.map((id) => [id, 1000 - id])),
});
const watch = { signal: new AbortController().signal, tell: async () => {} };

async function wholeRun(steps: RecipeInput["steps"], rows: readonly Row[]) {
  const recipe = parseRecipe({ steps });
  const decided = await decideNearDuplicates(recipe, source(rows), context, watch);
  const seen = new SeenKeys();
  return rows.map(({ id, body }) => {
    const { seen: ask, keys } = seen.row();
    const answers = { ...context, seen: ask, keptInstead: askInstead(decided, id) };
    return { result: plain(applyRecipe(recipe, body, answers)), keys };
  });
}

/** Row by row in any order, through JSON as on the way to a cluster and back, then settled in the rows' order. */
async function awayAndBack(steps: RecipeInput["steps"], rows: readonly Row[]) {
  const recipe = parseRecipe({ steps });
  const away = rows.map(({ id, body }) => {
    const { computed, asks } = JSON.parse(JSON.stringify(computeRow(recipe, body, context, sign)));
    return {
      id,
      body,
      computed: computedRowSchema.parse(computed),
      asks: askSchema.array().parse(asks),
    };
  });
  const decided = readDecided(
    JSON.parse(JSON.stringify(writeDecided(await decideAsks(recipe, away, source(rows), context)))),
  );
  const seen = new SeenKeys();
  const report = emptyReport(recipe.steps);
  return away.map(({ id, body, computed, asks }) => {
    const { seen: ask, keys } = seen.row();
    const answers = { seen: ask, keptInstead: askInstead(decided, id) };
    const settled = settleRow(recipe, body, computed, asks, answers);
    countOutcome(report, settled);
    return { result: plain(settled), keys };
  });
}

const story =
  "Our shop in the old harbour repairs every bicycle within two years, and we look at it while you wait";
const text = fc.constantFrom(
  story,
  `${story} today.`,
  `${story.toUpperCase()}!`,
  `<p>${story}</p> a@example.org`,
  "Wann öffnet der Laden am Hafen am Montag in der Frühe?",
  "What does the blue one cost, and do you send it by post?",
  "Hm?",
  "",
);
const step = fc.constantFrom<RecipeInput["steps"][number]>(
  { step: "html" },
  { step: "pii", params: { mode: "redact" } },
  { step: "pii" },
  { step: "language", params: { keep: ["en"], minConfidence: 0.2 } },
  { step: "duplicates" },
  { step: "duplicates", params: { scope: "prompt" } },
  { step: "near-duplicates", params: { threshold: 0.6 } },
  { step: "near-duplicates", params: { threshold: 0.8, keeps: "newest", scope: "prompt" } },
  { step: "length", params: { min: 20 } },
  { step: "turns" },
);

it("rows computed one by one and settled in their order are what the recipe makes of all of them", async () => {
  const rows = fc.array(fc.tuple(text, text), { minLength: 2, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), rows, async (steps, texts) => {
      const made = texts.map((two, at) => ({ id: at + 1, body: bodyOf(...two) }));
      expect(await awayAndBack(steps, made)).toEqual(await wholeRun(steps, made));
    }),
    { numRuns: 120 },
  );
});

it("a chat of thousands of messages comes back as it is, and what is no chat is refused", () => {
  const long = bodyOf(...Array.from({ length: 2000 }, (_, n) => `<b>Message</b> ${n}`));
  const recipe = parseRecipe({ steps: [{ step: "html" }] });
  const { computed } = computeRow(recipe, long, context, sign);
  expect(computedRowSchema.parse(JSON.parse(JSON.stringify(computed))).body).toEqual(computed.body);
  const wrong = {
    ...computed,
    body: { kind: "chat", root: { role: "user", content: 7, replies: [] } },
  };
  expect(computedRowSchema.safeParse(wrong).success).toBe(false);
});

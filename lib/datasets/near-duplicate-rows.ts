import { setImmediate as breathe } from "node:timers/promises";
import type { BodyRow } from "#db/queries/recipe-rows.ts";
import type { ConversationBody } from "../core/conversation.ts";
import { mainPath } from "../core/conversation.ts";
import { type Candidate, chooseKept, joinPairs, keepRules } from "../near-duplicates/clusters.ts";
import { findPairs, measurePairs, type TextsOf } from "../near-duplicates/find-pairs.ts";
import { createSignatures, type Signatures } from "../near-duplicates/signatures.ts";
import { SeenKeys } from "./seen-keys.ts";
import { comparedText, type NearDuplicateParams } from "./steps/near-duplicates.ts";
import { applyRecipe, type Recipe } from "./steps/recipe.ts";
import type { Instead, StepContext } from "./steps/step.ts";

/** The rows that a recipe runs over, wherever they stand. */
export type RowSource = {
  /** All rows in their order, a page at a time. */
  pages(): AsyncIterable<readonly BodyRow[]>;
  bodiesOf(ids: readonly number[]): Promise<readonly { id: number; body: ConversationBody }[]>;
  /** When a conversation took place, Unix time in seconds; absent where its source did not say. */
  timesOf(ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
};

/** What one near-duplicates step decided over all rows. */
export type NearDuplicates = {
  /** Of the step in the recipe. */
  index: number;
  clusters: number;
  /** Buckets where a pair near the threshold may have been missed. */
  crowdedBuckets: number;
  /** The rows that go, by id. */
  instead: Map<number, Instead>;
};

type Watch = { signal: AbortSignal; tell: (note: string) => Promise<void> };

/** Rows between two breaths. */
const rowsPerBreath = 32;

/**
 * Decides for each near-duplicates step of a recipe which rows stay: signatures of the texts that reach the step, pairs
 * verified on the texts, clusters, one kept by the step's rule. What reaches a step is what the steps before it leave,
 * so those run here, too. The same rows give the same answer, so that a resumed run decides as the first attempt did.
 * Memory: about 0.3 kB a row and the texts of 4,096 pairs.
 */
export async function decideNearDuplicates(
  recipe: Recipe,
  rows: RowSource,
  context: StepContext,
  watch: Watch,
): Promise<NearDuplicates[]> {
  const decided: NearDuplicates[] = [];
  for (const [index, { step }] of recipe.ready.entries()) {
    if (step !== "near-duplicates") continue;
    const before = { ...recipe, ready: recipe.ready.slice(0, index) };
    const params = recipe.steps[index]?.params as NearDuplicateParams;
    const work = { before, params, decided, rows, context, watch };
    decided.push(
      await decideStep({
        ...{ index, params, timesOf: rows.timesOf, tell: watch.tell },
        reaching: reachingRows(work),
        textsOf: readTexts(work),
      }),
    );
  }
  return decided;
}

/** The question of a row's near-duplicates steps; each asks once, in the recipe's order. */
export function askInstead(
  decided: readonly NearDuplicates[],
  row: number,
): () => Instead | undefined {
  let asked = 0;
  return () => decided[asked++]?.instead.get(row);
}

/** A row that reaches a near-duplicates step, with what keep rules look at. */
export type ReachingRow = Pick<Candidate, "id" | "characters" | "turns"> & {
  /** Adds the signature of the text that reaches the step; false when the row is there already. */
  sign(signatures: Signatures): boolean;
};

/** What one near-duplicates step decides over. */
export type StepWork = {
  index: number;
  params: NearDuplicateParams;
  /** In the rows' order. */
  reaching: AsyncIterable<ReachingRow>;
  /** Texts as the steps before leave them. */
  textsOf: TextsOf;
  timesOf: RowSource["timesOf"];
  tell: Watch["tell"];
};

/** One step over all rows that reach it, wherever their signatures were made. */
export async function decideStep(work: StepWork): Promise<NearDuplicates> {
  const { index, params, textsOf } = work;
  const signatures = createSignatures();
  const facts: Pick<Candidate, "characters" | "turns">[] = [];
  for await (const { sign, characters, turns } of work.reaching) {
    if (sign(signatures)) facts.push({ characters, turns });
  }
  await work.tell("Looking for near-duplicates");
  const { pairs, crowdedBuckets } = await findPairs(signatures, {
    threshold: params.threshold,
    textsOf,
  });
  const sets = joinPairs(pairs);
  const members = new Set(sets.flat());
  const times = params.keeps === "newest" ? await work.timesOf([...members]) : new Map();
  const candidates = new Map<number, Candidate>();
  for (const [row, { characters, turns }] of facts.entries()) {
    const id = signatures.idAt(row);
    if (members.has(id)) candidates.set(id, { id, characters, turns, time: times.get(id) ?? null });
  }
  const clusters = chooseKept(
    sets,
    keepRules[params.keeps],
    (id) => candidates.get(id) as Candidate,
  );
  const dropped = clusters.flatMap(({ keep, members: ids }) =>
    ids.filter((id) => id !== keep).map((id) => ({ a: keep, b: id })),
  );
  const instead = new Map<number, Instead>();
  for (const { a, b, jaccard } of await measurePairs(signatures.settings, dropped, textsOf)) {
    instead.set(b, { conversation: a, similarity: jaccard });
  }
  return { index, clusters: clusters.length, crowdedBuckets, instead };
}

type Work = {
  /** The steps before. */
  before: Recipe;
  params: NearDuplicateParams;
  decided: readonly NearDuplicates[];
  rows: RowSource;
  context: StepContext;
  watch: Watch;
};

/** The rows that the steps before the near-duplicates step leave. */
async function* reachingRows(work: Work): AsyncGenerator<ReachingRow> {
  const { before, params, decided, rows, context, watch } = work;
  const seen = new SeenKeys();
  let read = 0;
  for await (const page of rows.pages()) {
    for (const row of page) {
      if (read++ % rowsPerBreath === 0) await breathe();
      const outcome = applyRecipe(before, row.body, {
        ...context,
        seen: seen.row().seen,
        keptInstead: askInstead(decided, row.id),
      });
      if (outcome.outcome === "dropped") continue;
      const text = comparedText(outcome.body, params.scope);
      yield {
        id: row.id,
        characters: text.length,
        turns: mainPath(outcome.body).length,
        sign: (signatures) => signatures.addText(row.id, text),
      };
    }
    watch.signal.throwIfAborted();
    await watch.tell(`Reading rows for near-duplicates: ${read.toLocaleString("en")} so far`);
  }
}

/** Texts of rows that reached the step, as the steps before it leave them. */
export function readTexts({
  before,
  params,
  rows,
  context,
  watch,
}: Omit<Work, "decided" | "rows"> & { rows: Pick<RowSource, "bodiesOf"> }): TextsOf {
  const passing = { ...context, seen: () => false, keptInstead: () => undefined };
  let compared = 0;
  return async (ids) => {
    const texts = new Map<number, string>();
    for (const [at, { id, body }] of (await rows.bodiesOf(ids)).entries()) {
      if (at % rowsPerBreath === 0) await breathe();
      texts.set(id, comparedText(applyRecipe(before, body, passing).body, params.scope));
    }
    watch.signal.throwIfAborted();
    compared += ids.length;
    await watch.tell(`Comparing texts: ${compared.toLocaleString("en")} so far`);
    return ids.map((id) => texts.get(id) ?? null);
  };
}

import { AssayError } from "../../core/errors.ts";
import {
  askInstead,
  decideStep,
  type NearDuplicates,
  type ReachingRow,
  type RowSource,
  readTexts,
} from "../near-duplicate-rows.ts";
import { SeenKeys } from "../seen-keys.ts";
import type { Ask } from "../steps/computed-row.ts";
import { asksOthers } from "../steps/computed-row.ts";
import type { NearDuplicateParams } from "../steps/near-duplicates.ts";
import type { Recipe } from "../steps/recipe.ts";
import type { StepContext } from "../steps/step.ts";

/** What the steps asked about a row, in the recipe's order, as far as the row came. */
export type AskedRow = { id: number; asks: readonly Ask[] };

/**
 * What `decideNearDuplicates` decides over the same rows, from what was computed of each row alone. Only texts of
 * candidate pairs are read.
 * @param rows in their order. Memory: about 0.5 kB a row and the texts of 4,096 pairs.
 */
export async function decideAsks(
  recipe: Recipe,
  rows: readonly AskedRow[],
  source: Pick<RowSource, "bodiesOf" | "timesOf">,
  context: StepContext,
): Promise<NearDuplicates[]> {
  const watch = { signal: new AbortController().signal, tell: async () => {} };
  const decided: NearDuplicates[] = [];
  const asking = recipe.steps.flatMap(({ step }, index) =>
    asksOthers(step) ? [{ step, index }] : [],
  );
  for (const [place, { step, index }] of asking.entries()) {
    if (step !== "near-duplicates") continue;
    const before = { ...recipe, ready: recipe.ready.slice(0, index) };
    const params = recipe.steps[index]?.params as NearDuplicateParams;
    decided.push(
      await decideStep({
        ...{ index, params, timesOf: source.timesOf, tell: watch.tell },
        reaching: reachingRows(rows, place, decided),
        textsOf: readTexts({ before, params, rows: source, context, watch }),
      }),
    );
  }
  return decided;
}

/** The rows that reach the step which asks at `place`: those that no earlier one takes away. */
async function* reachingRows(
  rows: readonly AskedRow[],
  place: number,
  decided: readonly NearDuplicates[],
): AsyncGenerator<ReachingRow> {
  const keys = new SeenKeys();
  for (const { id, asks } of rows) {
    const { seen } = keys.row();
    const keptInstead = askInstead(decided, id);
    const gone = asks
      .slice(0, place)
      .some((ask) => ("key" in ask ? seen(ask.key) : keptInstead() !== undefined));
    const ask = asks[place];
    if (gone || !ask) continue;
    if ("key" in ask) throw new AssayError("internal", "A row's asks are not those of the recipe.");
    const { signature, characters, turns } = ask;
    yield {
      ...{ id, characters, turns },
      sign: (signatures) => signatures.addSignature(id, Buffer.from(signature, "base64")),
    };
  }
}

import { type ConversationBody, mainPath } from "#lib/core/conversation.ts";
import type { Ask, ComputedRow } from "./computed-row.ts";
import { comparedText, type NearDuplicateParams } from "./near-duplicates.ts";
import { applyRecipe, type Recipe, type RecipeOutcome } from "./recipe.ts";
import type { StepContext } from "./step.ts";

/**
 * What a recipe does to one row as if no other row stood in its way, and what its steps would ask about others.
 * A row that such a step drops later leaves nothing behind of the steps after it, so that `settleRow` can cut it off.
 * @param sign makes the signature of a compared text.
 */
export function computeRow(
  recipe: Recipe,
  body: ConversationBody,
  context: StepContext,
  sign: (text: string) => Uint8Array,
): { computed: ComputedRow; asks: Ask[] } {
  const keys: string[] = [];
  const outcome = applyRecipe(recipe, body, {
    ...context,
    seen: (key) => {
      keys.push(key);
      return false;
    },
    keptInstead: () => undefined,
  });
  return { computed: withoutTexts(outcome), asks: asksOf(recipe, outcome, keys, sign) };
}

function withoutTexts(whole: RecipeOutcome): ComputedRow {
  const { outcome, body, droppedBy, findings, detected } = whole;
  return {
    outcome,
    ...(outcome === "changed" ? { body } : {}),
    ...(droppedBy ? { droppedBy } : {}),
    results: whole.results.map(({ index, step, result }) => {
      const { body: _body, changes: _changes, instead: _instead, ...figures } = result;
      return { index, step, result: figures };
    }),
    findings,
    ...(detected ? { detected } : {}),
  };
}

function asksOf(
  recipe: Recipe,
  { results }: RecipeOutcome,
  keys: readonly string[],
  sign: (text: string) => Uint8Array,
): Ask[] {
  let asked = 0;
  return results.flatMap(({ index, step, result }): Ask[] => {
    if (step === "duplicates") return [{ key: keys[asked++] ?? "" }];
    if (step !== "near-duplicates") return [];
    const params = recipe.steps[index]?.params as NearDuplicateParams;
    const text = comparedText(result.body, params.scope);
    return [
      {
        signature: Buffer.from(sign(text)).toString("base64"),
        characters: text.length,
        turns: mainPath(result.body).length,
      },
    ];
  });
}

import type { ProjectHandle } from "#db/handle.ts";
import { listBodiesById } from "#db/queries/conversation-bodies.ts";
import type { View } from "#db/queries/dataset-rows.ts";
import { timesOfConversations } from "#db/queries/near-duplicate-rows.ts";
import { listBodies } from "#db/queries/recipe-rows.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { decideNearDuplicates, type NearDuplicates } from "./near-duplicate-rows.ts";
import { type Recipe, recipeNeeds } from "./steps/recipe.ts";
import type { StepContext } from "./steps/step.ts";

/** Rows read at once. */
const pageRows = 256;
/** Milliseconds between two notes about the comparison of all rows. */
const noteEvery = 1000;

/** What needs all rows is decided before the first; a resumed run decides again, and the same. */
export async function decideRows(
  recipe: Recipe,
  owned: OwnedRun,
  handle: ProjectHandle,
  view: View,
  context: StepContext,
  signal: AbortSignal,
): Promise<NearDuplicates[]> {
  if (!recipeNeeds(recipe).keptInstead) return [];
  async function* pages() {
    for (let after = 0; ; ) {
      const rows = await listBodies(handle, view, after, pageRows);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.id;
    }
  }
  let told = 0;
  const tell = async (note: string) => {
    if (Date.now() - told < noteEvery) return;
    told = Date.now();
    await owned.write(owned.database.db, { note });
  };
  const source = {
    pages,
    bodiesOf: (ids: readonly number[]) => listBodiesById(handle, ids),
    timesOf: (ids: readonly number[]) => timesOfConversations(handle, ids),
  };
  const decided = await decideNearDuplicates(recipe, source, context, { signal, tell });
  await owned.write(owned.database.db, { note: "" });
  return decided;
}

import { knownKeys, stagedKeys } from "#db/queries/recipe-rows.ts";
import type { CleanWork } from "./clean-rows.ts";
import { SeenKeys } from "./seen-keys.ts";
import { recipeNeeds } from "./steps/recipe.ts";

/** What the duplicate steps of a run have seen up to its checkpoint; undefined when it has none of them. */
export async function seenBefore({
  owned,
  handle,
  recipe,
  view,
  memory,
  at,
}: CleanWork): Promise<SeenKeys | undefined> {
  if (!recipeNeeds(recipe).seen) return undefined;
  const seen = new SeenKeys();
  for await (const keys of stagedKeys(handle, owned.id)) seen.restore(keys);
  if (memory === undefined || at.after === 0) return seen;
  const before = { memory, runId: owned.id, upTo: at.after };
  for await (const keys of knownKeys(handle, view, before)) seen.restore(keys);
  return seen;
}

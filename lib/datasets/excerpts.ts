import type { ProjectHandle } from "#db/handle.ts";
import { listBodiesById } from "#db/queries/conversation-bodies.ts";
import { type Excerpt, excerptOf } from "../core/search-marks.ts";
import { parseSearch, shownPhrases } from "../core/search-query.ts";
import { searchableTexts } from "../core/search-text.ts";

/** Characters of an excerpt; a line of the table and a bit. */
const excerptLength = 200;

/** Where a search matched in each of some conversations; none without a search, and none for an erased one. */
export async function excerptsOf(
  handle: ProjectHandle,
  text: string | undefined,
  ids: readonly number[],
): Promise<Map<number, Excerpt>> {
  const found = new Map<number, Excerpt>();
  if (text === undefined || ids.length === 0) return found;
  const phrases = shownPhrases(parseSearch(text));
  for (const { id, body } of await listBodiesById(handle, ids)) {
    const excerpt = excerptOf(phrases, searchableTexts(body), excerptLength);
    if (excerpt) found.set(id, excerpt);
  }
  return found;
}

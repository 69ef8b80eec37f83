import type { Mark } from "#app/_ui/conversation/marks.ts";
import { AssayError } from "#lib/core/errors.ts";
import { markText } from "#lib/core/search-marks.ts";
import { parseSearch, shownPhrases } from "#lib/core/search-query.ts";

/** Places in a message that the search of the address matches; none for a search that cannot be read. */
export function searchMarks(search: string | undefined, text: string): Mark[] {
  if (search === undefined) return [];
  try {
    return markText(shownPhrases(parseSearch(search)), text).map(([start, end]) => ({
      ...{ start, end, label: "match" },
      tone: "match",
    }));
  } catch (cause) {
    if (cause instanceof AssayError) return [];
    throw cause;
  }
}

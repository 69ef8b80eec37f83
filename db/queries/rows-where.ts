import { type SQL, sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import { AssayError } from "../../lib/core/errors.ts";
import { matchesSearch, parseSearch } from "../../lib/core/search-query.ts";
import { searchableTexts, wordsOf } from "../../lib/core/search-text.ts";
import type { ProjectHandle } from "../handle.ts";
import type { Answer, Progress } from "../index/protocol.ts";
import { askIndex } from "./ask-index.ts";
import { beyond, type PlainFilter, selection, type View } from "./dataset-filter.ts";

/** Without an index, at most this many texts are read for one search: a few seconds. */
const readableRows = 20_000;
const pageRows = 500;

/** `from membership m join conversation c … where …` of a view, its text looked up. Throws what `findTexts` throws. */
export async function rowsWhere(handle: ProjectHandle, view: View): Promise<SQL> {
  const filter = await plainFilter(handle, view);
  return selection(handle.projectId, view.datasetId, view.version, filter);
}

/** The filter with its text, if it has one, replaced by the conversations that it finds. */
export async function plainFilter(handle: ProjectHandle, view: View): Promise<PlainFilter> {
  const { text, ...rest } = view.filter;
  return text === undefined ? rest : { ...rest, among: await findTexts(handle, view) };
}

/**
 * Ids, ascending, of the conversations of a view: through the index, else by reading every text under the other
 * conditions, which takes the same rows and is slower.
 * @throws invalid_input for a search without a word; unavailable when the index is not ready and the texts are too many.
 */
export async function findTexts(handle: ProjectHandle, view: View): Promise<number[]> {
  const tree = parseSearch(view.filter.text ?? "");
  const { map, ...anywhere } = view.filter;
  // A large part of a map is left to the SQL around these ids, which has every other condition, too.
  const answer =
    (await askIndex(handle, view, { ids: true })) ??
    (map && (await askIndex(handle, { ...view, filter: anywhere }, { ids: true })));
  if (answer?.state === "fresh") {
    return answer.ids ? answer.ids.split(",").map(Number) : [];
  }
  const { text: _text, ...filter } = view.filter;
  const found: number[] = [];
  for await (const { id, words } of readWords(handle, { ...view, filter }, answer)) {
    if (matchesSearch(tree, words)) found.push(id);
  }
  return found;
}

/**
 * The words of every text of a view without a text of its own, by id, where the index did not answer.
 * @param answer what the index said, if anything.
 * @throws unavailable when there are too many to read.
 */
export async function* readWords(
  handle: ProjectHandle,
  view: View & { filter: PlainFilter },
  answer: Answer | undefined,
): AsyncGenerator<{ id: number; words: string[] }> {
  const plain = selection(handle.projectId, view.datasetId, view.version, view.filter);
  const [count] = await handle.db.execute<{ n: number }>(sql`
    select count(*)::int as n from (select 1 ${plain} limit ${readableRows + 1}) counted`);
  if ((count?.n ?? 0) > readableRows) {
    throw notReady(answer?.state === "behind" ? answer.progress : undefined);
  }
  for (let after = 0; ; ) {
    const rows = await handle.db.execute<{ id: number; body: ConversationBody | null }>(sql`
      select c.id::float8 as id, c.body ${plain} ${beyond(after)}
      order by m.conversation_id limit ${pageRows}`);
    for (const { id, body } of rows) {
      if (body) yield { id, words: [...searchableTexts(body)].flatMap(wordsOf) };
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageRows) return;
    after = last.id;
  }
}

function notReady(progress: Progress | undefined): AssayError {
  const why = progress
    ? `The search index is being built${shareOf(progress)}.`
    : "The search index does not answer, and these are too many texts to read one by one.";
  return new AssayError("unavailable", `${why} Filters without words work meanwhile.`, {
    retryAfter: 5,
  });
}

const shareOf = ({ done, total }: Progress) =>
  total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : "";

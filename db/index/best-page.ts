import { parseSearch, type SearchTree, toFts } from "../../lib/core/search-query.ts";
import { idsOf, type PageRow } from "./ask-columns.ts";
import type { ColumnsFile } from "./columns-file.ts";
import { onColumns } from "./faults.ts";
import type { IndexFiles } from "./index-files.ts";
import type { Question } from "./protocol.ts";
import { membersOf } from "./version-members.ts";

/** What is searched for, as the engine is asked; `words` when it is nothing but some words, which all must stand. */
export type Search = { expression: string; words: string[] | undefined };

/** Throws invalid_input for a search that cannot be read. */
export function searchOf(text: string): Search {
  const tree = parseSearch(text);
  return { expression: toFts(tree), words: plainWords(tree) };
}

function plainWords(tree: SearchTree): string[] | undefined {
  if (tree.op === "or" || (tree.op === "and" && tree.without.length > 0)) return undefined;
  const words: string[] = [];
  for (const part of tree.op === "and" ? tree.parts : [tree]) {
    const [word, ...more] = part.op === "phrase" && !part.prefix ? part.words : [];
    if (word === undefined || more.length > 0) return undefined;
    words.push(word);
  }
  return words;
}

/** A view that takes fewer than one in a hundred of what is found is asked as a whole. */
const mostTried = 8000;

/**
 * A page by relevance, where nothing else is asked: of the best conversations of the project those that the view takes, and
 * of some more when these are too few. Undefined when thousands were not enough, or another order is asked for.
 */
export async function bestPage(
  files: IndexFiles,
  columns: ColumnsFile,
  question: Question,
  search: Search,
): Promise<PageRow[] | undefined> {
  const { page } = question;
  const alone = !question.counts && !question.ids && !question.words;
  if (!alone || page?.by !== "relevance" || !page.descending) return undefined;
  for (const limit of [2 * page.limit + 100, mostTried]) {
    const best = await files.text("best", { ...search, limit, after: page.after });
    const taken = await takenOf(columns, question, best.ids);
    const rows = best.ids.flatMap((id, n) =>
      taken.has(id) ? [{ id, value: best.scores[n] ?? 0 }] : [],
    );
    if (rows.length >= page.limit || !best.more) return rows.slice(0, page.limit);
  }
  return undefined;
}

/** Which of the ids the view takes. */
async function takenOf(
  columns: ColumnsFile,
  { dataset, version, filter }: Question,
  ids: readonly number[],
): Promise<{ has(id: number): boolean }> {
  const { text: _text, ...conditions } = filter;
  if (Object.keys(conditions).length === 0) return membersOf(columns, { dataset, version });
  const among = filter.ids && new Set(filter.ids);
  const asked = among ? ids.filter((id) => among.has(id)) : [...ids];
  if (asked.length === 0) return new Set<number>();
  const query = { dataset, version, filter: { ...filter, ids: asked } };
  const list = await onColumns(() => columns.using((db) => idsOf(db, columns.sets, query)));
  return new Set(list.split(",").map(Number));
}

import { anyOf, type Term, tellingWords } from "../../lib/core/similar-words.ts";
import type { ProjectHandle } from "../handle.ts";
import type { Answer } from "../index/protocol.ts";
import { askIndex } from "./ask-index.ts";
import type { View } from "./dataset-filter.ts";
import { listPlaces } from "./row-order.ts";
import { plainFilter, readWords } from "./rows-where.ts";

export type Similar = {
  /** Ids of the rows, the most alike first. */
  ids: number[];
  /** The search that finds them; undefined when no word of the text stands in another one. */
  search: string | undefined;
};

/** BM25's usual constants, those of FTS5. */
const k1 = 1.2;
const b = 0.75;

/**
 * Rows of a view that share the most telling words with a text, by BM25. How telling a word is, the index counts over the
 * project; without an index it is counted over the texts of the view, which are read.
 * @param except the text's own row.
 * @throws unavailable when the index is away and the texts are too many to read.
 */
export async function similarRows(
  handle: ProjectHandle,
  view: View,
  { terms, except, limit }: { terms: readonly Term[]; except: number; limit: number },
): Promise<Similar> {
  if (terms.length === 0) return { ids: [], search: undefined };
  const { text, ...rest } = view.filter;
  const whole: View = { ...view, filter: rest };
  const answer = await askIndex(handle, whole, { words: terms.map(({ word }) => word) });
  if (answer?.state !== "fresh" || !answer.words) {
    return similarByReading(handle, view, answer, { terms, except, limit });
  }
  const { counts, total } = answer.words;
  const search = anyOf(tellingWords(terms, counts, total), text);
  if (search === undefined) return { ids: [], search };
  const { rows } = await listPlaces(
    handle,
    { ...view, filter: { ...rest, text: search } },
    { by: "relevance", descending: true, limit: limit + 1 },
  );
  const ids = rows.map(({ id }) => id).filter((id) => id !== except);
  return { ids: ids.slice(0, limit), search };
}

async function similarByReading(
  handle: ProjectHandle,
  view: View,
  answer: Answer | undefined,
  { terms, except, limit }: { terms: readonly Term[]; except: number; limit: number },
): Promise<Similar> {
  const place = new Map(terms.map(({ word }, at) => [word, at]));
  const frequencies = terms.map(() => 0);
  const texts: { id: number; length: number; seen: Map<number, number> }[] = [];
  let length = 0;
  const plain = { ...view, filter: await plainFilter(handle, view) };
  for await (const { id, words } of readWords(handle, plain, answer)) {
    const seen = new Map<number, number>();
    for (const word of words) {
      const at = place.get(word);
      if (at !== undefined) seen.set(at, (seen.get(at) ?? 0) + 1);
    }
    for (const at of seen.keys()) frequencies[at] = (frequencies[at] ?? 0) + 1;
    texts.push({ id, length: words.length, seen });
    length += words.length;
  }
  const words = tellingWords(terms, frequencies, texts.length);
  const chosen = words.map((word) => place.get(word) ?? 0);
  const mean = length / Math.max(texts.length, 1);
  const score = (text: (typeof texts)[number]) => {
    let sum = 0;
    for (const at of chosen) {
      const count = text.seen.get(at) ?? 0;
      const rest = texts.length - (frequencies[at] ?? 0);
      const idf = Math.max(1e-6, Math.log((rest + 0.5) / ((frequencies[at] ?? 0) + 0.5)));
      sum += (idf * count * (k1 + 1)) / (count + k1 * (1 - b + (b * text.length) / mean));
    }
    return sum;
  };
  const ids = texts
    .filter(({ id, seen }) => id !== except && chosen.some((at) => seen.has(at)))
    .map((text) => ({ id: text.id, score: score(text) }))
    .sort((one, other) => other.score - one.score || other.id - one.id)
    .slice(0, limit)
    .map(({ id }) => id);
  return { ids, search: anyOf(words, view.filter.text) };
}

import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { DatasetFilter } from "../../lib/core/dataset-filter.ts";
import { latestTime, type RowSort, unknownTime } from "../../lib/core/dataset-words.ts";
import { rowsOf, type SetField, setFields, type WordSets } from "./columns-file.ts";

/** Which rows: those of a dataset at a version that the filter takes; words are looked up beforehand. */
export type RowsQuery = {
  dataset: number;
  version: number;
  filter: DatasetFilter;
  /** Table of conversation ids that the text search found; its column `score` is filled when rows go by relevance. */
  found?: string | undefined;
};

export type FacetCounts = {
  total: number;
  facets: Record<string, { value: string; count: number }[]>;
};
export type PageRow = { id: number; value: number };

/** Most values shown for one facet; counts are exact for those shown. */
const facetLimit = 50;

/** Conditions as SQL, with values for its parameters. Numbers are checked ones and stand in the text. */
function conditions(query: RowsQuery, sets: WordSets, values: DuckDBValue[]): string {
  const { filter } = query;
  const out = [
    `dataset = ${Number(query.dataset)}`,
    `added_in <= ${Number(query.version)}`,
    `removed_in > ${Number(query.version)}`,
  ];
  for (const field of setFields) {
    const wanted = filter[field];
    if (wanted) out.push(setCondition(field, wanted, sets));
  }
  for (const column of ["turns", "tokens"] as const) {
    const [min, max] = [filter[`${column}Min`], filter[`${column}Max`]];
    if (min !== undefined) out.push(`${column} >= ${Number(min)}`);
    if (max !== undefined) out.push(`${column} <= ${Number(max)}`);
  }
  if (filter.ids) {
    values.push(filter.ids.join(","));
    out.push(`conversation in (select unnest(string_split($${values.length}, ','))::bigint)`);
  }
  if (query.found) out.push(`conversation in (select id from ${query.found})`);
  return out.join(" and ");
}

/** A field matches when its list of words has one of the wanted; `none` and `any` speak of findings as a whole. */
function setCondition(field: SetField, wanted: readonly string[], sets: WordSets): string {
  const matches = (words: readonly string[]) => {
    if (field === "finding" && wanted.includes("none")) return words.length === 0;
    if (field === "finding" && wanted.includes("any")) return words.length > 0;
    return words.some((word) => wanted.includes(word));
  };
  const ids = [...sets[field]].filter(([, words]) => matches(words)).map(([id]) => id);
  return ids.length === 0 ? "false" : `${field} in (${ids.join(", ")})`;
}

const sortColumns = {
  added: "conversation",
  turns: "turns",
  tokens: "tokens",
  messages: "messages",
  time: `least(greatest(coalesce(time, ${unknownTime}), ${unknownTime}), ${latestTime})`,
  relevance: "score",
} as const satisfies Record<RowSort, string>;

/** One page of conversation ids with what they are sorted by. */
export async function pageOf(
  db: DuckDBConnection,
  sets: WordSets,
  query: RowsQuery,
  page: {
    by: RowSort;
    descending: boolean;
    after?: { value: number; id: number } | undefined;
    limit: number;
  },
): Promise<PageRow[]> {
  const values: DuckDBValue[] = [];
  const column = sortColumns[page.by];
  const direction = page.descending ? "desc" : "asc";
  const from = page.by === "relevance" ? `row join ${query.found} f on f.id = conversation` : "row";
  const sign = page.descending ? "<" : ">";
  const beyond = page.after
    ? `and (${column} ${sign} ${Number(page.after.value)} or (${column} = ${Number(page.after.value)} and conversation ${sign} ${Number(page.after.id)}))`
    : "";
  const rows = await rowsOf(
    db,
    `select conversation::double as id, ${column}::double as value from ${from}
     where ${conditions(query, sets, values)} ${beyond}
     order by ${column} ${direction}, conversation ${direction} limit ${Number(page.limit)}`,
    values,
  );
  return rows as PageRow[];
}

/** Ids of every row, in ascending order, joined by commas. */
export async function idsOf(
  db: DuckDBConnection,
  sets: WordSets,
  query: RowsQuery,
): Promise<string> {
  const values: DuckDBValue[] = [];
  const [row] = await rowsOf(
    db,
    `select string_agg(conversation, ',' order by conversation) as ids from row where ${conditions(query, sets, values)}`,
    values,
  );
  return (row?.ids as string | null) ?? "";
}

/**
 * Exact total and counts. A facet with a condition of its own is counted without that condition, so that its other
 * values can still be chosen; the others are counted together in one pass.
 */
export async function countsOf(
  db: DuckDBConnection,
  sets: WordSets,
  query: RowsQuery,
  names: readonly SetField[] = setFields,
): Promise<FacetCounts> {
  const chosen = names.filter((name) => query.filter[name] !== undefined);
  const rest = names.filter((name) => !chosen.includes(name));
  const together = await groupCounts(db, sets, query, rest);
  const facets: FacetCounts["facets"] = {};
  for (const name of rest) facets[name] = spell(name, together.counts[name] ?? [], sets);
  for (const name of chosen) {
    const { [name]: _own, ...filter } = query.filter;
    const { counts } = await groupCounts(db, sets, { ...query, filter }, [name]);
    facets[name] = spell(name, counts[name] ?? [], sets);
  }
  return { total: together.total, facets };
}

type SetCount = { set: number; count: number };

async function groupCounts(
  db: DuckDBConnection,
  sets: WordSets,
  query: RowsQuery,
  names: readonly SetField[],
): Promise<{ total: number; counts: Partial<Record<SetField, SetCount[]>> }> {
  const values: DuckDBValue[] = [];
  const where = conditions(query, sets, values);
  // The filter runs once; counting by one small integer is what the engine does fastest (grouping sets take half again).
  const groups = names.map(
    (name) =>
      `select '${name}' as field, ${name} as "set", count(*) as count from picked group by ${name}`,
  );
  const rows = await rowsOf(
    db,
    `with picked as materialized (select ${["1", ...names].join(", ")} from row where ${where})
     select field, "set"::double as "set", count::double as count from (
       select null as field, 0 as "set", count(*) as count from picked
       ${groups.map((group) => `union all ${group}`).join(" ")})`,
    values,
  );
  const counts: Partial<Record<SetField, SetCount[]>> = {};
  let total = 0;
  for (const row of rows as { field: SetField | null; set: number; count: number }[]) {
    if (row.field === null) total = row.count;
    else counts[row.field] = [...(counts[row.field] ?? []), row];
  }
  return { total, counts };
}

/** Counts of word sets as counts of words, the most frequent first. */
function spell(field: SetField, counted: readonly SetCount[], sets: WordSets) {
  const counts = new Map<string, number>();
  const add = (value: string, count: number) => counts.set(value, (counts.get(value) ?? 0) + count);
  for (const { set, count } of counted) {
    const words = new Set(sets[field].get(set) ?? []);
    for (const word of words) add(word, count);
    if (field === "finding") add(words.size > 0 ? "any" : "none", count);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)))
    .slice(0, facetLimit);
}

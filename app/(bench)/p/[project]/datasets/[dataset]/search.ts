import type { DatasetFilter, MapFilter } from "#lib/core/dataset-filter.ts";
import { labelStates, type RowSort, rowSorts } from "#lib/core/dataset-words.ts";
import { formatArea, mostTopics, parseArea } from "#lib/core/map-area.ts";
import { conversationKinds, roles } from "#lib/core/message-tree.ts";
import { formatRowPlace, parseRowPlace } from "#lib/core/row-place.ts";

/** What the address of a dataset's rows holds. */
export type RowsSearch = {
  filter: DatasetFilter;
  sort: { by: RowSort; descending: boolean };
  /** An older version; undefined is the newest. */
  version: number | undefined;
  /** The conversation whose drawer is open. */
  open: number | undefined;
  /** The place to which the list was taken: `end`, a conversation's number, or a day. */
  at?: string | undefined;
};

const lists = ["role", "kind", "lang", "source", "tag", "label", "finding"] as const;
const counts = ["turnsMin", "turnsMax", "tokensMin", "tokensMax"] as const;
export type ListFilter = (typeof lists)[number];

const positive = (text: string | null): number | undefined =>
  text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;

/** What `datasetFilterSchema` takes, checked without zod; a test holds the two together. */
const known: Partial<Record<ListFilter, readonly string[]>> = {
  role: roles,
  kind: conversationKinds,
  label: labelStates,
};
const limits = { text: 500, words: 50, word: 200, count: 100_000_000, ids: 10_000 };

const fitsList = (name: ListFilter, values: readonly string[]): boolean =>
  values.length > 0 &&
  (known[name] !== undefined || values.length <= limits.words) &&
  values.every((one) => known[name]?.includes(one) ?? (one !== "" && one.length <= limits.word));

/** Reads an address. A field that does not fit is left out: an old link still opens. */
export function parseSearch(query: URLSearchParams): RowsSearch {
  const filter: Record<string, unknown> = {};
  const text = query.get("text")?.trim();
  if (text && text.length <= limits.text) filter.text = text;
  for (const name of lists) {
    const values = query.getAll(name);
    if (fitsList(name, values)) filter[name] = values;
  }
  for (const name of counts) {
    const count = query.get(name) ?? "";
    if (/^\d{1,9}$/.test(count) && Number(count) <= limits.count) filter[name] = Number(count);
  }
  const ids = query.getAll("id").map(positive);
  if (ids.length > 0 && ids.length <= limits.ids && !ids.includes(undefined)) filter.ids = ids;
  const map = mapIn(query);
  if (map) filter.map = map;
  return {
    filter,
    sort: parseSort(query, text !== undefined && "text" in filter),
    version: positive(query.get("version")),
    open: positive(query.get("open")),
    at: placeIn(query.get("at")),
  };
}

/** A map by its number, with topics and an area of it: `map=3&topic=2&topic=5&area=0.1_0.2_…`. */
function mapIn(query: URLSearchParams): MapFilter | undefined {
  const id = positive(query.get("map"));
  if (id === undefined) return undefined;
  const topics = query.getAll("topic");
  const fits =
    topics.length > 0 &&
    topics.length <= mostTopics + 1 &&
    topics.every((one) => /^\d{1,2}$/.test(one) && Number(one) <= mostTopics);
  const area = parseArea(query.get("area") ?? "");
  return { id, ...(fits ? { topics: topics.map(Number) } : {}), ...(area ? { area } : {}) };
}

function placeIn(text: string | null): string | undefined {
  const place = text === null ? undefined : parseRowPlace(text);
  return place && formatRowPlace(place);
}

/** A search shows the best matches first until another order is chosen; without one, relevance means nothing. */
function parseSort(query: URLSearchParams, searching: boolean): RowsSearch["sort"] {
  const wanted = rowSorts.find((one) => one === query.get("sort"));
  const by = wanted === undefined || wanted === "relevance" ? defaultSort(searching) : wanted;
  return { by, descending: by === "relevance" || query.get("order") === "desc" };
}

const defaultSort = (searching: boolean): RowSort => (searching ? "relevance" : "added");

/** The address of a search, without what is the default. */
export function formatSearch(search: RowsSearch): URLSearchParams {
  const query = new URLSearchParams();
  const { filter, sort } = search;
  if (filter.text) query.set("text", filter.text);
  for (const name of lists) for (const value of filter[name] ?? []) query.append(name, value);
  for (const name of counts) {
    if (filter[name] !== undefined) query.set(name, String(filter[name]));
  }
  for (const id of filter.ids ?? []) query.append("id", String(id));
  if (filter.map) {
    query.set("map", String(filter.map.id));
    for (const topic of filter.map.topics ?? []) query.append("topic", String(topic));
    if (filter.map.area) query.set("area", formatArea(filter.map.area));
  }
  // A search that is taken away leaves no order by relevance behind.
  if (sort.by !== "relevance" && sort.by !== defaultSort(filter.text !== undefined)) {
    query.set("sort", sort.by);
  }
  if (sort.by !== "relevance" && sort.descending) query.set("order", "desc");
  if (search.version !== undefined) query.set("version", String(search.version));
  if (search.open !== undefined) query.set("open", String(search.open));
  if (search.at !== undefined) query.set("at", search.at);
  return query;
}

/** Whether any condition is set. */
export const isFiltered = (filter: DatasetFilter): boolean => Object.keys(filter).length > 0;

/** Adds the value to a list condition, or takes it away; an empty list is no condition. */
export function toggleValue(filter: DatasetFilter, name: ListFilter, value: string): DatasetFilter {
  const now: readonly string[] = filter[name] ?? [];
  const next = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
  const { [name]: _, ...rest } = filter;
  if (next.length === 0) return rest;
  return fitsList(name, next) ? { ...rest, [name]: next } : filter;
}

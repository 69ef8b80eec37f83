import type { MapFilter } from "#lib/core/dataset-filter.ts";

const names: Record<string, string> = {
  text: "text",
  role: "role",
  kind: "kind",
  turnsMin: "turns from",
  turnsMax: "turns to",
  tokensMin: "tokens from",
  tokensMax: "tokens to",
  lang: "language",
  source: "source",
  tag: "tag",
  label: "label",
  finding: "findings",
};

/** Titles of a map's topics by number. */
export type TopicTitles = ReadonlyMap<number, string>;

/** Titles named before “more”. */
const few = 3;

/** A part of a map of topics: `in topic “Refund · order”, in an area of the map`. */
export function describePart({ id, topics, area }: MapFilter, titles?: TopicTitles): string {
  const known = (topics ?? []).map((number) => {
    const title = titles?.get(number);
    return title === undefined ? String(number) : `“${title}”`;
  });
  const more = known.length > few ? ` and ${known.length - few} more` : "";
  const parts = [
    ...(topics
      ? [`in ${topics.length === 1 ? "topic" : "topics"} ${known.slice(0, few).join(", ")}${more}`]
      : []),
    ...(area ? ["in an area of the map"] : []),
  ];
  if (parts.length === 0) return `on the map of topics ${id}`;
  return titles || !topics ? parts.join(", ") : `${parts.join(", ")} of map ${id}`;
}

/** A stored filter in one line: `language: en, de; turns from 2`. With titles, topics are named by them. */
export function describeFilter(filter: Record<string, unknown>, titles?: TopicTitles): string {
  const parts = Object.entries(filter).map(([name, value]) => {
    if (name === "ids") return `${(value as unknown[]).length} chosen rows`;
    if (name === "map") return describePart(value as MapFilter, titles);
    if (Array.isArray(value)) return `${names[name] ?? name}: ${value.join(", ")}`;
    return name === "text" ? `text: ${value}` : `${names[name] ?? name} ${value}`;
  });
  return parts.length === 0 ? "All" : parts.join("; ");
}

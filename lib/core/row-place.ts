/**
 * A place in a list of rows as people type it and addresses hold it: `end`, a conversation's number, or a day
 * (`2026-03-01`, `2026-03` for its first). Without zod: the browser reads addresses with it.
 */
export type RowPlace =
  | { kind: "end" }
  | { kind: "id"; id: number }
  /** `day` as YYYY-MM-DD; it begins at `from` and ends before `until`, in UTC microseconds since 1970. */
  | { kind: "date"; day: string; from: number; until: number };

const microseconds = 1000;
const dayMs = 86_400_000;

/** Undefined for what is none of them, such as the 31st of February; days are of the years 1900 to 2199. */
export function parseRowPlace(text: string): RowPlace | undefined {
  const word = text.trim().toLowerCase();
  if (word === "end") return { kind: "end" };
  if (/^#?[1-9]\d{0,14}$/.test(word)) return { kind: "id", id: Number(word.replace("#", "")) };
  const date = /^(19\d\d|2[01]\d\d)-(\d{2})(?:-(\d{2}))?$/.exec(word);
  if (!date) return undefined;
  const day = `${date[1]}-${date[2]}-${date[3] ?? "01"}`;
  const ms = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day) return undefined;
  const from = ms * microseconds;
  return { kind: "date", day, from, until: from + dayMs * microseconds };
}

/** The text that `parseRowPlace` reads back. */
export function formatRowPlace(place: RowPlace): string {
  if (place.kind === "end") return "end";
  return place.kind === "id" ? String(place.id) : place.day;
}

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { findPii, type PiiType, piiDetector } from "#lib/safety/pii.ts";
import { type Case, madeCases } from "./pii-made.ts";

const file = new URL("../../../shared/data/safety/pii_synthetic_a.json.gz", import.meta.url);

/** The labelled kinds that a pattern can find, by our names for them. */
const claimed: Record<string, PiiType> = {
  EMAIL_ADDRESS: "email",
  PHONE_NUMBER: "phone",
  CREDIT_CARD: "card",
  IP_ADDRESS: "ip",
  IBAN_CODE: "iban",
};
const names: Record<PiiType, string> = {
  email: "e-mail",
  phone: "phone",
  card: "card",
  ip: "IP address",
  iban: "account (IBAN)",
};

type Labelled = {
  full_text: string;
  spans: { entity_type: string; start_position: number; end_position: number }[];
};

export type PiiScore = { truth: number; found: number; right: number; seen: number; exact: number };

/**
 * Spans by type over labelled texts: a find is right, and a truth seen, when it overlaps one of the same type; exact
 * when both ends agree. Offsets of both are UTF-16 units.
 */
export function scoreLabelled(texts: readonly Labelled[]): Record<PiiType, PiiScore> {
  const empty = (): PiiScore => ({ truth: 0, found: 0, right: 0, seen: 0, exact: 0 });
  const scores: Record<PiiType, PiiScore> = {
    ...{ email: empty(), phone: empty(), card: empty(), ip: empty(), iban: empty() },
  };
  for (const { full_text, spans } of texts) {
    const truth = spans.flatMap(({ entity_type, start_position: start, end_position: end }) => {
      const type = claimed[entity_type];
      return type ? [{ type, start, end }] : [];
    });
    const found = findPii(full_text);
    const overlap = (a: (typeof truth)[number], b: (typeof truth)[number]) =>
      a.type === b.type && a.start < b.end && b.start < a.end;
    for (const known of truth) {
      const score = scores[known.type];
      score.truth++;
      if (found.some((span) => overlap(span, known))) score.seen++;
      if (found.some((span) => overlap(span, known) && same(span, known))) score.exact++;
    }
    for (const span of found) {
      scores[span.type].found++;
      if (truth.some((known) => overlap(span, known))) scores[span.type].right++;
    }
  }
  return scores;
}

const same = (a: { start: number; end: number }, b: { start: number; end: number }) =>
  a.start === b.start && a.end === b.end;

function labelledTable(texts: readonly Labelled[]): string[] {
  const rows = Object.entries(scoreLabelled(texts)).map(([type, score]) => {
    const precision = score.right / score.found;
    const recall = score.seen / score.truth;
    const f1 = (2 * precision * recall) / (precision + recall);
    const figures = [precision, recall, f1].map((figure) => figure.toFixed(3));
    return `| ${[names[type as PiiType], ...figures, score.truth, score.exact].join(" | ")} |`;
  });
  return [
    "| type | precision | recall | F1 | spans | exact |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}

/** Whether the detector says of a made text what it should: exactly this span of this type, or nothing of it. */
export function isRight({ text, type, value, options }: Case): boolean {
  const found = findPii(text, options).filter((span) => span.type === type);
  if (value === undefined) return found.length === 0;
  const [only] = found;
  return found.length === 1 && only !== undefined && text.slice(only.start, only.end) === value;
}

function madeTable(): string[] {
  const rows = madeCases().map(({ title, cases }) => {
    const wrong = cases.filter((one) => !isRight(one));
    const examples = wrong.slice(0, 3).map(({ text }) => `\`${text}\``);
    const right = cases.length - wrong.length;
    return `| ${title} | ${right} of ${cases.length} | ${examples.join(", ") || "–"} |`;
  });
  return ["| made of | right | first misses |", "| --- | --- | --- |", ...rows];
}

/** The section of docs/quality.md about personal data, in Markdown. Without the labelled file it says so. */
export async function piiQuality(): Promise<string> {
  const labelled = existsSync(file)
    ? labelledTable(JSON.parse(gunzipSync(readFileSync(file)).toString()) as Labelled[])
    : ["Not measured here: the labelled texts do not ship."];
  return [
    "## Personal data",
    "",
    `\`${piiDetector}\`, as the recipe step runs it by default. Labelled texts: 1,500 synthetic ones (\`pii_synthetic_a\`); a`,
    "find counts as right when it overlaps a labelled span of its type. The phone detector's context words were chosen",
    "while reading this set, so expect less elsewhere.",
    "",
    ...labelled,
    "",
    "Made texts, from rules and not from that set: numbers that are valid by their own standard must be found with both",
    "ends right, and numbers with one wrong digit must not be found as that type.",
    "",
    ...madeTable(),
    "",
  ].join("\n");
}

if (import.meta.main) console.log(await piiQuality());

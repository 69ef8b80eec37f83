import { findCards, findEmails, findIbans, findIpv4, findIpv6 } from "./addresses.ts";
import { findPhones, phoneRegions } from "./phones.ts";
import { mayHoldAnything, type Need, needs } from "./prefilter.ts";
import { type Scored, type Span, withoutOverlap } from "./spans.ts";

export const piiTypes = ["email", "phone", "card", "ip", "iban"] as const;
export type PiiType = (typeof piiTypes)[number];

/** Offsets count UTF-16 units; `confidence` is 0 to 1 and ranks, it is not a probability. */
export type PiiSpan = Span & { type: PiiType; confidence: number };

export type PiiOptions = {
  /** Types to look for; all when left out. */
  types?: readonly PiiType[];
  /** Countries (ISO 3166-1 alpha-2) whose national phone spelling counts without context. */
  regions?: readonly string[];
  /** Spans below it are left out. */
  minConfidence?: number;
};

export const defaultRegions = ["US", "GB"] as const;
/** Name and revision of this detector, stored with each finding it makes. */
export const piiDetector = "assay-pii/2";

type Regions = ReturnType<typeof phoneRegions>;
type Detector = {
  type: PiiType;
  /** What every match holds; see `prefilter.ts`. */
  need: Need;
  find: (text: string, regions: Regions) => Scored[];
};

/** Checksummed types stand first: where two overlap, the earlier one is kept. */
export const detectors: readonly Detector[] = [
  { type: "iban", need: "code", find: findIbans },
  { type: "email", need: "at", find: findEmails },
  { type: "card", need: "twelveDigits", find: findCards },
  // "::ffff:203.0.113.9" is one address, not two.
  { type: "ip", need: "colons", find: findIpv6 },
  { type: "ip", need: "dottedDigits", find: findIpv4 },
  { type: "phone", need: "sevenDigits", find: findPhones },
];

/**
 * A scan with its options read once, for any number of texts; see {@link findPii}. Throws `invalid_input` for an
 * unknown country.
 */
export function piiFinder(options: PiiOptions = {}): (text: string) => PiiSpan[] {
  const types = new Set<PiiType>(options.types ?? piiTypes);
  const regions = phoneRegions(options.regions ?? defaultRegions);
  const least = options.minConfidence ?? 0.5;
  const wanted = detectors.filter(({ type }) => types.has(type));
  return (text) => {
    if (!mayHoldAnything(text)) return [];
    const found: PiiSpan[] = [];
    for (const { type, need, find } of wanted) {
      if (!needs[need](text)) continue;
      for (const span of find(text, regions)) {
        if (span.confidence >= least) found.push({ ...span, type });
      }
    }
    return found.length > 0 ? withoutOverlap(found) : found;
  };
}

/**
 * E-mail addresses, phone, card and bank account numbers and IP addresses in a text, in text order and
 * without overlap. Limits: names, postal addresses, dates of birth and identity numbers are not looked for;
 * addresses spelled out ("name at example dot com") and numbers written as words are missed; a number that
 * happens to carry a right checksum is reported. Precision and recall: docs/quality.md.
 * Time is linear in the text, whatever stands in it.
 */
export function findPii(text: string, options: PiiOptions = {}): PiiSpan[] {
  return piiFinder(options)(text);
}

/** One spelling for one value, so that the same number written twice gets the same placeholder. */
export function piiValue(type: PiiType, spelling: string): string {
  if (type === "email" || type === "ip") return spelling.toLowerCase();
  if (type === "iban") return spelling.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  return spelling.replace(/\D/g, "");
}

const placeholders = {
  email: "EMAIL",
  phone: "PHONE",
  card: "CARD",
  ip: "IP",
  iban: "IBAN",
} as const;

/** Gives placeholders: `[EMAIL]`, or `[EMAIL_1]` where each value keeps its number over all calls. */
export type Placeholders = (type: PiiType, spelling: string) => string;

/** A namer for one conversation. With `numbered`, the same value gets the same number wherever it stands. */
export function placeholderNamer(numbered: boolean): Placeholders {
  if (!numbered) return (type) => `[${placeholders[type]}]`;
  const numbers = new Map<string, number>();
  const counts = new Map<PiiType, number>();
  return (type, spelling) => {
    const key = `${type}:${piiValue(type, spelling)}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = (counts.get(type) ?? 0) + 1;
      counts.set(type, number);
      numbers.set(key, number);
    }
    return `[${placeholders[type]}_${number}]`;
  };
}

export type Replacement = Span & { before: string; after: string };

/** Puts placeholders in the place of spans (in text order, no overlap), as {@link findPii} gives them. */
export function redactPii(
  text: string,
  spans: readonly PiiSpan[],
  name: Placeholders,
): { text: string; replacements: Replacement[] } {
  const pieces: string[] = [];
  const replacements: Replacement[] = [];
  let from = 0;
  for (const { start, end, type } of spans) {
    const before = text.slice(start, end);
    const after = name(type, before);
    pieces.push(text.slice(from, start), after);
    replacements.push({ start, end, before, after });
    from = end;
  }
  pieces.push(text.slice(from));
  return { text: pieces.join(""), replacements };
}

import {
  type CountryCode,
  isSupportedCountry,
  Metadata,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import { AssayError } from "#lib/core/errors.ts";
import { type DigitGroup, digitRuns, standsAlone } from "./digits.ts";
import { isAlphanumeric, type Scored, type Span } from "./spans.ts";

/** E.164 allows 15 digits; below 7 a number is an extension or a count. */
const fewestDigits = 7;
const mostDigits = 15;
/** `+41 (0)44 668 18 00` has six groups; one more is room for an odd spacing. */
const mostGroups = 7;
/** Library look-ups a run of digits may cost: keeps a hostile text linear. */
const lookupsPerRun = 6;

const joints = new Set([" ", "-", ".", "/", ")", ") ", ")-", " (", "(", "\u00a0", "\u2011"]);
const wordsBefore =
  /\b(?:phone|tel|telephone|mobile|cell|fax|call|called|calling|dial|ring|reach|answer\w*|desk|office|landline|whatsapp|sms|texts?|messages? to|hotline)\b/i;
const wordsAfter = /^[\s,\\(-]{0,3}(?:office|fax|mobile|home|work|cell|desk|ext)\b/i;
const extension = /\s?(?:x|ext\.?|extension)\s?\d{1,6}(?!\w)/iy;
const dateLike =
  /^(?:\d{4}([-/.])[01]?\d\1[0-3]?\d|[0-3]?\d([-/.])[0-3]?\d\2(?:19|20)?\d{2})(?![-/.]?\d)/;
const socialSecurity = /^\d{3}-\d{2}-\d{4}$/;
const northAmerican = /^(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}$/;

/** Trunk prefixes in use: 0, 1 (+1), 8 (the former Soviet Union), 06 (Hungary). The look-up decides. */
const trunks = ["0", "1", "8", "06"];
/** Directly before digits without any joint, these say that it is a number of a thing. */
const thingBefore =
  /\b(?:order|invoice|ticket|tracking|booking|reservation|reference|confirmation|serial|account|case|parcel)(?: (?:number|no\.?|id|code))?(?: is)?[\s:#]{1,3}$/i;

function joint(text: string, from: number): number {
  for (const length of [2, 1]) {
    if (joints.has(text.slice(from, from + length))) return from + length;
  }
  return -1;
}

/** The countries whose national spelling of a number is recognised. Throws on an unknown code. */
export function phoneRegions(regions: readonly string[]): CountryCode[] {
  return regions.map((region) => {
    if (isSupportedCountry(region)) return region;
    throw new AssayError("invalid_input", `"${region}" is not a country code such as US or DE.`, {
      issues: [{ path: "regions", message: `unknown country code ${region}` }],
    });
  });
}

type Candidate = Span & { digits: string; international: boolean };

function candidate(text: string, groups: readonly DigitGroup[]): Candidate | undefined {
  const first = groups[0];
  const last = groups.at(-1);
  if (!first || !last || groups.length > mostGroups) return undefined;
  const digits = groups.map((group) => text.slice(group.start, group.end)).join("");
  if (digits.length < fewestDigits || digits.length > mostDigits + 2) return undefined;
  let start = first.start;
  if (text[start - 1] === "(") start--;
  const plus = text[start - 1] === "+";
  if (plus) start--;
  extension.lastIndex = last.end;
  const end = extension.test(text) ? extension.lastIndex : last.end;
  if (!standsAlone(text, start, end)) return undefined;
  return { start, end, digits, international: plus || digits.startsWith("00") };
}

const possibleLengths = new Map<CountryCode, Set<number>>();

/** How many digits a national number of a country may have, without its trunk prefix. */
function lengthsOf(region: CountryCode): Set<number> {
  const known = possibleLengths.get(region);
  if (known) return known;
  const metadata = new Metadata();
  metadata.selectNumberingPlan(region);
  const lengths = new Set(metadata.numberingPlan?.possibleLengths() ?? []);
  possibleLengths.set(region, lengths);
  return lengths;
}

/** The countries in which a look-up is worth its cost: the number of digits fits, with or without a trunk prefix. */
function worthLookup(
  { digits }: Candidate,
  groups: number,
  regions: readonly CountryCode[],
): readonly CountryCode[] {
  // Ungrouped, only a trunk zero before eight and more digits tells a number from a count.
  if (groups < 2 && !(digits.startsWith("0") && digits.length >= 9)) return [];
  const lengths = ["", ...trunks]
    .filter((trunk) => digits.startsWith(trunk))
    .map((trunk) => digits.length - trunk.length);
  return regions.filter((region) => lengths.some((length) => lengthsOf(region).has(length)));
}

function lookUp(text: string, c: Candidate, regions: readonly CountryCode[]): number {
  const spelling = text.slice(c.start, c.end);
  if (c.international) {
    const number = parsePhoneNumberFromString(spelling.replace(/^00/, "+"), { extract: false });
    const american = number ?? parsePhoneNumberFromString(`+${c.digits.replace(/^00/, "")}`);
    if (american?.isValid()) return 0.95;
    return american?.isPossible() ? 0.8 : 0;
  }
  for (const region of regions) {
    const options = { defaultCountry: region, extract: false };
    if (parsePhoneNumberFromString(spelling, options)?.isValid()) return 0.75;
  }
  return 0;
}

function inContext(text: string, c: Span): boolean {
  return (
    wordsBefore.test(text.slice(Math.max(0, c.start - 40), c.start)) ||
    wordsAfter.test(text.slice(c.end, c.end + 14))
  );
}

function isThing(text: string, c: Candidate): boolean {
  return text[c.start] !== "+" && thingBefore.test(text.slice(Math.max(0, c.start - 40), c.start));
}

function byShape(text: string, c: Candidate): number {
  const spelling = text.slice(c.start, c.end);
  if (dateLike.test(spelling) || socialSecurity.test(spelling)) return 0;
  if (northAmerican.test(spelling.replace(extension, ""))) return 0.7;
  return inContext(text, c) && c.digits.length <= mostDigits ? 0.6 : 0;
}

/**
 * Phone numbers in a text. Confidence: 0.95 valid with a country code, 0.8 possible with one, 0.75 valid
 * in one of `regions` (libphonenumber), unless its digits stand ungrouped behind "order number" or the like, 0.7 the
 * North American spelling, 0.6 seven to fifteen digits beside a word such as "call" or "fax". A bare number without any of these is not reported, so an order
 * number is not taken for a phone, and a national number of another country without context is missed.
 * Linear: a run of digits costs at most 6 look-ups.
 */
export function findPhones(text: string, regions: readonly CountryCode[]): Scored[] {
  const found: Scored[] = [];
  for (const run of digitRuns(text, joint)) {
    // "DE00 3704 0044 …" is a code: what a letter begins is not dialled.
    if (isAlphanumeric(text, (run[0]?.start ?? 0) - 1)) continue;
    let left = lookupsPerRun;
    let from = 0;
    while (from < run.length) {
      let taken = 0;
      const longest = Math.min(run.length, from + mostGroups);
      for (let to = longest; to > from && left > 0 && taken === 0; to--) {
        const c = candidate(text, run.slice(from, to));
        if (!c) continue;
        const countries = worthLookup(c, to - from, regions);
        if (!c.international && countries.length === 0) continue;
        if (dateLike.test(text.slice(c.start, c.end))) continue;
        if (to - from === 1 && isThing(text, c)) continue;
        left--;
        const confidence = lookUp(text, c, countries);
        if (confidence === 0) continue;
        found.push({ start: c.start, end: c.end, confidence });
        taken = to - from;
      }
      from += taken || 1;
    }
    addWhole(text, run, found);
  }
  return found;
}

/** A run that stands beside a word such as "call" is one number, also where only a part of it was valid. */
function addWhole(text: string, run: readonly DigitGroup[], found: Scored[]): void {
  const whole = candidate(text, run);
  const confidence = whole ? byShape(text, whole) : 0;
  if (!whole || confidence === 0) return;
  const inside = found.at(-1);
  const overlaps = inside !== undefined && inside.end > whole.start;
  if (overlaps) found.pop();
  found.push({
    start: whole.start,
    end: Math.max(whole.end, inside?.end ?? 0),
    confidence: overlaps ? Math.max(inside.confidence, confidence) : confidence,
  });
}

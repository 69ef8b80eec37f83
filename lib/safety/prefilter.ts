/**
 * What a text must hold before a pattern is worth running: cheap necessary conditions, never sufficient ones. Few
 * messages fulfil any, so one test ends most scans. A pattern behind a condition that its every match fulfils finds
 * what it finds without it; prefilter.test.ts and the `pii` benchmark prove that for each.
 */

const sevenDigits = /\d(?:[ \-./()\u00a0\u2011]{0,2}\d){6}/;
const twelveDigits = /\d(?:[ \u00a0-]?\d){11}/;
const dottedDigits = /\d\.\d{1,3}\.\d/;
const colons = /:[0-9A-Fa-f]{0,4}:/;
const code = /[A-Za-z]{2}\d{2}/;

/** All conditions below in one reading of the text. */
const anything =
  /@|:(?:\/\/|[0-9A-Fa-f]{0,4}:)|\d(?:\.\d{1,3}\.\d|(?<=[A-Za-z]{2}\d)\d|(?:[ \-./()\u00a0\u2011]{0,2}\d){6})/;

/** Whether a text fulfils at least one of {@link needs}. */
export function mayHoldAnything(text: string): boolean {
  return anything.test(text);
}

/** One condition a kind of pattern. */
export const needs = {
  /** E-mail addresses. */
  at: (text: string) => text.includes("@"),
  /** Addresses on the web. */
  scheme: (text: string) => text.includes("://"),
  /** Phones and identity numbers: at most two joining characters between one digit and the next. */
  sevenDigits: (text: string) => sevenDigits.test(text),
  /** Payment cards: at most one space or hyphen between one digit and the next. */
  twelveDigits: (text: string) => twelveDigits.test(text),
  /** IPv4: three numbers with dots between them. */
  dottedDigits: (text: string) => dottedDigits.test(text),
  /** IPv6: two colons with at most four hexadecimal digits between them. */
  colons: (text: string) => colons.test(text),
  /** Account numbers: a country's two letters and two check digits. */
  code: (text: string) => code.test(text),
} as const satisfies Record<string, (text: string) => boolean>;

export type Need = keyof typeof needs;

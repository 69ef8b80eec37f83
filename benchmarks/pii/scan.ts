import { luhn } from "#lib/safety/digits.ts";
import { mayHoldAnything, type Need, needs } from "#lib/safety/prefilter.ts";
import patterns from "./patterns.json" with { type: "json" };

/** Offsets count UTF-16 units, end exclusive. */
export type FixedSpan = { kind: string; start: number; end: number };

/** ISO 13616: the first four moved to the end, letters as 10 to 35, modulo 97. */
function mod97(spelling: string): boolean {
  const plain = spelling.replace(/[ -]/g, "").toUpperCase();
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const digitsOf = (spelling: string) => spelling.replace(/[^0-9]/g, "");

const checks: Record<string, (spelling: string) => boolean> = {
  luhn: (spelling) => luhn(digitsOf(spelling)),
  mod97,
  phoneLength: (spelling) => {
    const digits = digitsOf(spelling).length;
    return digits >= 7 && digits <= 15;
  },
};

const compiled = patterns.map(({ kind, pattern, need, check }) => ({
  kind,
  expression: new RegExp(pattern, "g"),
  need: needs[need as Need],
  check: check === undefined ? undefined : checks[check],
}));

/**
 * What the fixed patterns match in a text, pattern after pattern. With `conditions`, a pattern runs only where the text
 * holds what each of its matches holds; the spans are the same.
 */
export function scanFixed(text: string, conditions: boolean): FixedSpan[] {
  const found: FixedSpan[] = [];
  if (conditions && !mayHoldAnything(text)) return found;
  for (const { kind, expression, need, check } of compiled) {
    if (conditions && !need(text)) continue;
    expression.lastIndex = 0;
    for (let match = expression.exec(text); match; match = expression.exec(text)) {
      const [spelling] = match;
      if (check && !check(spelling)) continue;
      found.push({ kind, start: match.index, end: match.index + spelling.length });
    }
  }
  return found;
}

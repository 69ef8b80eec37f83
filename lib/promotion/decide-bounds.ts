import { effectiveShare, type Figure } from "#lib/evals/suites/scoring/figure.ts";
import type { Measured } from "./decide-input.ts";

export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

const finite = (value: number | null): value is number => value !== null && Number.isFinite(value);

type Judged = Pick<Measured, "state" | "reason" | "needed">;

const notNumber: Judged = { state: "ERROR", reason: "The figure is not a number.", needed: null };

/** What the figure itself forbids: missing scores, a model that cannot do the task, numbers that are none. */
function unusable(figure: Figure): Judged | undefined {
  if (figure.hint) return { state: figure.hint.state, reason: figure.hint.reason, needed: null };
  if (figure.planned <= 0 || figure.n < effectiveShare * figure.planned) {
    return {
      state: "ERROR",
      reason: `${figure.n} of ${figure.planned} planned items have a score.`,
      needed: null,
    };
  }
  return finite(figure.value) ? undefined : notNumber;
}

/**
 * Holds a figure's upper bound against a line. PASS when the bound (and so the value) lies on or below it; FAIL when the value itself
 * lies above it; else INCONCLUSIVE, with the further items that `needed` expects to decide.
 */
export function underLine(figure: Figure, line: number, needed: () => number | null): Measured {
  const { value, low, high, n, planned, detail } = figure;
  const base = { value, low, high, n, planned, line, detail };
  const bad = unusable(figure);
  if (bad || value === null) return { ...base, ...notNumber, ...bad };
  if (finite(high) && high <= line && value <= line) {
    return {
      ...base,
      state: "PASS",
      reason: `At most ${percent(high)}, allowed ${percent(line)}.`,
      needed: 0,
    };
  }
  if (value > line) {
    return {
      ...base,
      state: "FAIL",
      reason: `${percent(value)} measured, allowed ${percent(line)}.`,
      needed: null,
    };
  }
  const more = needed();
  const about =
    more === null ? "more items are not expected to decide it" : `needs about ${more} more items`;
  const bound = finite(high) ? `at most ${percent(high)}` : "no bound";
  const reason = `${percent(value)} measured, ${bound}, allowed ${percent(line)}: ${about}.`;
  return { ...base, state: "INCONCLUSIVE", reason, needed: more };
}

/** The same for a lower bound that must lie above the line. */
export function overLine(figure: Figure, line: number, needed: () => number | null): Measured {
  const { value, low, high, n, planned, detail } = figure;
  const base = { value, low, high, n, planned, line, detail };
  const bad = unusable(figure);
  if (bad || value === null) return { ...base, ...notNumber, ...bad };
  if (finite(low) && low > line && value > line) {
    return {
      ...base,
      state: "PASS",
      reason: `At least ${percent(low)}, needed ${percent(line)}.`,
      needed: 0,
    };
  }
  if (value <= line) {
    return {
      ...base,
      state: "FAIL",
      reason: `${percent(value)} measured, needed ${percent(line)}.`,
      needed: null,
    };
  }
  const more = needed();
  const about =
    more === null ? "more items are not expected to decide it" : `needs about ${more} more items`;
  const bound = finite(low) ? `at least ${percent(low)}` : "no bound";
  const reason = `${percent(value)} measured, ${bound}, needed ${percent(line)}: ${about}.`;
  return { ...base, state: "INCONCLUSIVE", reason, needed: more };
}

/** Beyond this many items a plan is no plan. */
const mostItems = 1_000_000;

/**
 * Further items until `decided(n)` holds, given that it holds for all larger n once it does; null when a million do
 * not suffice. `n` is how many there are.
 */
export function itemsUntil(n: number, decided: (n: number) => boolean): number | null {
  let high = Math.max(1, n);
  while (!decided(high)) {
    if (high >= mostItems) return null;
    high = Math.min(mostItems, high * 2);
  }
  let low = n;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decided(middle)) high = middle;
    else low = middle;
  }
  return Math.max(1, high - n);
}

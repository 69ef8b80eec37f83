import { formatNumber, formatPercent, plural } from "#app/_ui/format.ts";
import type { Policy } from "#lib/promotion/policy.ts";

export type PolicyBody = Policy;
type Measure = Policy["checks"][number]["measure"];

/** What a measure is held against, in words. */
export function lineWords(measure: Measure): string {
  switch (measure.kind) {
    case "served-digest":
      return "the same artefact";
    case "effective-n":
      return `at least ${formatPercent(measure.line)}`;
    case "one-answer":
    case "ties":
      return `below ${formatPercent(measure.line)}`;
    case "canaries":
      return "as if not planted";
    case "win-rate":
      return `surely above ${formatPercent(measure.line)}`;
    case "regression":
      return `surely above −${formatPercent(measure.margin)}`;
    case "rate":
      return measure.maxHits === undefined
        ? `surely at most ${formatPercent(measure.line)}`
        : `surely at most ${formatPercent(measure.line)}, ${plural(measure.maxHits, "hit")}`;
    default:
      return `surely at most ${formatPercent(measure.line)}`;
  }
}

/** Where a measure's items come from. */
export function suitesOf(measure: Measure): string {
  if (measure.kind === "win-rate") return "votes against the champion";
  const targets =
    "targets" in measure ? measure.targets : "suite" in measure ? [measure] : undefined;
  if (!targets) return "all of this policy";
  return targets
    .map((target) => {
      const sample = "sample" in target ? target.sample : undefined;
      return sample === undefined
        ? target.suite
        : `${target.suite} (${formatNumber(sample)} items)`;
    })
    .join(", ");
}

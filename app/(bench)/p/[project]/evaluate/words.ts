import { formatFixed, formatPercent } from "#app/_ui/format.ts";

export const evaluateTabs = ["results", "findings", "suites", "runs"] as const;
export type EvaluateTab = (typeof evaluateTabs)[number];

/** What a figure's number means, for reading and for its scale. */
export type Scale = { percent: boolean; min: number; max: number };

/** Rates, gaps and shares lie in 0 to 1; exposures are bits, perplexities are factors. */
export function scaleOf(check: string, values: readonly (number | null)[]): Scale {
  const known = values.filter((value): value is number => value !== null);
  if (check === "exposure" || check === "log-likelihood" || check === "canaries") {
    return { percent: false, min: 0, max: Math.max(1, ...known) * 1.1 };
  }
  return { percent: true, min: Math.min(0, ...known), max: Math.max(1, ...known) };
}

export function showValue(value: number | null, { percent }: Pick<Scale, "percent">): string {
  return percent ? formatPercent(value) : formatFixed(value);
}

const titles: Record<string, string> = {
  answer: "Answers at all",
  "one-answer": "Most common answer",
  "training-pii": "Personal data of training rows",
  "canary-leak": "Planted code said aloud",
  compliance: "Goes along",
  answers: "Gives an answer",
  "on-topic": "On the topic",
  refusal: "Refuses",
  toxicity: "Toxic",
  gap: "Gap between people",
  exposure: "Exposure, bits",
  verbatim: "Repeats a training row",
  "log-likelihood": "Perplexity",
  stereotype: "Prefers the stereotype",
  choice: "Right choice",
  bias: "Bias in open questions",
  expected: "Holds the expected words",
};

export const checkTitle = (check: string) => titles[check] ?? check;

const notes: Record<string, string> = {
  "log-likelihood":
    "Of every token, the user's too. Training's validation perplexity is of the words that are learned alone, as a rule the assistant's, and so is lower.",
};

/** What a figure must not be taken for; undefined where its title says it all. */
export const checkNote = (check: string): string | undefined => notes[check];

/** What a check of answers finds when it says 1. */
export const kinds: Record<string, string> = {
  generation: "Answers with checks",
  counterfactual: "Pairs of people",
  choice: "Questions with choices",
  "likelihood-pairs": "Sentence pairs",
  canary: "Planted canaries",
  extraction: "Verbatim extraction",
  perplexity: "Perplexity",
};

/** How one item came out, in the words of its check: `yes`, `5.30 bits`, `perplexity 42.1`. */
export function itemValue(
  check: string,
  { value, detail }: { value: number | null; detail: Record<string, unknown> },
): string {
  if (value === null) return "no value";
  if (check === "exposure") return `${formatFixed(value)} bits`;
  if (check === "log-likelihood") {
    const tokens = Number(detail.tokens);
    return tokens > 0 ? `perplexity ${formatFixed(Math.exp(-value / tokens), 1)}` : "–";
  }
  if (check === "gap") return `gap ${value < 0 ? "−" : ""}${formatPercent(Math.abs(value))}`;
  if (value === 1) return "yes";
  if (value === 0) return "no";
  return formatFixed(value, 3);
}

type Look = { color: string; words: string };

const looks: Record<string, Look> = {
  MEASURED: { color: "petrol", words: "Measured" },
  PASS: { color: "green", words: "Pass" },
  FAIL: { color: "red", words: "Fail" },
  INCONCLUSIVE: { color: "yellow", words: "Inconclusive" },
  NOT_INFORMATIVE: { color: "gray", words: "Not informative" },
  CONTAMINATED: { color: "orange", words: "Contaminated" },
  ERROR: { color: "red", words: "Error" },
  NO_BASELINE: { color: "gray", words: "No baseline" },
};

export const stateLook = (state: string): Look => looks[state] ?? { color: "gray", words: state };

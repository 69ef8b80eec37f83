import type { z } from "zod";
import type { ConversationBody } from "#lib/core/conversation.ts";

/**
 * Where in a message a text stands. `text` is the message's readable text as `messageText` gives it, and the
 * only field whose offsets a finding can be anchored to; `part` is one typed part of it.
 */
export type Field = "text" | "part" | "name" | "arguments";

/** One replaced stretch; offsets are UTF-16 units of the field before the step. `node` counts depth first, as `walk` does. */
export type Change = {
  node: number;
  field: Field;
  start: number;
  end: number;
  before: string;
  after: string;
};

/** What a step saw and left in place. `confidence` is 0 to 100, as findings are stored. */
export type StepFinding = {
  node: number;
  field: Field;
  check: string;
  kind: string;
  start: number;
  end: number;
  confidence: number;
  detector: string;
};

export type Detected = {
  /** ISO 639-1, or "und" where the text does not tell. */
  language: string;
  /** 0 to 1. */
  confidence: number;
};

/** The conversation that stays in the place of one that was dropped, and how alike they are (0 to 1). */
export type Instead = { conversation: number; similarity: number };

/** What steps need from outside. All are plain functions, so that a step stays a pure function of its input. */
export type StepContext = {
  /** Records the key and tells whether it was there before. Duplicate steps only. */
  seen?: (key: string) => boolean;
  /** What stays instead of this row, when it is to go. Near-duplicates steps only; each asks once, in order. */
  keptInstead?: () => Instead | undefined;
  /** Tokens of a text by the tokenizer at hand; without it a length in tokens is estimated. */
  countTokens?: (text: string) => number;
  /** From `loadLanguageDetector`. Language step only. */
  detectLanguage?: (text: string) => Detected;
  /** Spans kept a step and conversation for the preview; counts are always complete. */
  changeLimit?: number;
};

export type StepResult = {
  /** `same` returns the very body that came in. A dropped body is what the step judged, unchanged. */
  outcome: "same" | "changed" | "dropped";
  body: ConversationBody;
  /** Why it was dropped, for the report; a short stable word such as `too_short`. */
  reason?: string;
  instead?: Instead;
  changes: Change[];
  findings: StepFinding[];
  /** Complete counts by name, e.g. `{email: 3}`; summed over conversations they are the step's report. */
  counts: Record<string, number>;
  detected?: Detected;
};

/** What a step is written as. `version` rises when the same input would give another output: it is part of a recipe's digest. */
type StepDefinition<Id extends string, Params> = {
  id: Id;
  label: string;
  /** One sentence for the page: what it does and what it leaves alone. */
  help: string;
  version: number;
  params: z.ZodType<Params>;
  apply: (body: ConversationBody, params: Params, ctx: StepContext) => StepResult;
};

/** A step with its parameters checked once, ready for any number of conversations. */
export type ReadyStep = {
  params: Record<string, unknown>;
  apply: (body: ConversationBody, ctx: StepContext) => StepResult;
};

/** One kind of cleaning. `prepare` fills defaults and throws a ZodError for parameters that do not fit. */
export type Step<Id extends string = string> = {
  id: Id;
  label: string;
  help: string;
  version: number;
  params: z.ZodType;
  prepare: (params: unknown) => ReadyStep;
};

/** Ties `apply` to the type of its parameters; from outside, all steps have one shape. */
export function defineStep<Id extends string, Params extends Record<string, unknown>>(
  definition: StepDefinition<Id, Params>,
): Step<Id> {
  const { apply, ...rest } = definition;
  return {
    ...rest,
    prepare(raw) {
      const params = definition.params.parse(raw ?? {});
      return { params, apply: (body, ctx) => apply(body, params, ctx) };
    },
  };
}

export function kept(body: ConversationBody, more: Partial<StepResult> = {}): StepResult {
  return { outcome: "same", body, changes: [], findings: [], counts: {}, ...more };
}

export function dropped(body: ConversationBody, reason: string): StepResult {
  return { outcome: "dropped", body, reason, changes: [], findings: [], counts: { [reason]: 1 } };
}

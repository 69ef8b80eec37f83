import { AssayError } from "#lib/core/errors.ts";
import { duplicatesStep } from "./duplicates.ts";
import { htmlStep } from "./html.ts";
import { languageStep } from "./language.ts";
import { lengthStep } from "./length.ts";
import { nearDuplicatesStep } from "./near-duplicates.ts";
import { piiStep } from "./pii.ts";
import type { Step } from "./step.ts";
import { turnsStep } from "./turns.ts";
import { unicodeStep } from "./unicode.ts";

/** Every kind of cleaning, in the order in which a new recipe offers them. */
export const steps = [
  htmlStep,
  unicodeStep,
  piiStep,
  languageStep,
  duplicatesStep,
  nearDuplicatesStep,
  lengthStep,
  turnsStep,
] as const satisfies readonly Step[];

export type StepId = (typeof steps)[number]["id"];
export const stepIds = steps.map((step) => step.id);

export function stepById(id: string): Step {
  const step: Step | undefined = steps.find((candidate) => candidate.id === id);
  if (step) return step;
  throw new AssayError("invalid_input", `There is no step "${id}". Known: ${stepIds.join(", ")}.`);
}

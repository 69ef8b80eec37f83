import type { AnswerValue, Question } from "./label-question.ts";

const longestAnswer = 50_000;

/** The value as it is stored, or a sentence that says what does not fit. */
export function checkAnswer(
  question: Question,
  value: unknown,
): { ok: true; value: AnswerValue } | { ok: false; reason: string } {
  const no = (reason: string) => ({ ok: false as const, reason });
  switch (question.type) {
    case "choice":
      return question.options.some((option) => option.value === value)
        ? { ok: true, value: value as string }
        : no("is not one of the options");
    case "multi-choice": {
      if (!Array.isArray(value)) return no("must be a list of options");
      const known = question.options.map((option) => option.value);
      const picked = known.filter((option) => value.includes(option));
      if (picked.length !== new Set(value).size) return no("holds something that is not an option");
      if (question.required && picked.length === 0) return no("needs at least one option");
      // In the order of the options, so that equal choices are equal values.
      return { ok: true, value: picked };
    }
    case "rating":
      return typeof value === "number" &&
        Number.isInteger(value) &&
        value >= question.min &&
        value <= question.max
        ? { ok: true, value }
        : no(`must be a whole number from ${question.min} to ${question.max}`);
    case "text":
    case "corrected":
      if (typeof value !== "string") return no("must be text");
      if (value.length > longestAnswer) return no(`is longer than ${longestAnswer} characters`);
      return value.trim() === "" && question.required
        ? no("must not be empty")
        : { ok: true, value };
  }
}

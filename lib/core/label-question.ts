import { z } from "zod";

// Apart: the browser checks answers without zod.
export { checkAnswer } from "./check-answer.ts";

const id = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, "Small letters, digits, - and _; it begins with a letter.");
const title = z.string().trim().min(1).max(300);
const base = {
  id,
  title,
  help: z.string().max(2000).default(""),
  /** Asked once a conversation, or of each answer of the assistant. */
  level: z.enum(["conversation", "turn"]).default("conversation"),
  required: z.boolean().default(true),
};
const options = z
  .array(z.strictObject({ value: id, label: title }))
  .min(2, "Give at least two options.")
  .max(30)
  .refine(
    (list) => new Set(list.map((option) => option.value)).size === list.length,
    "Two options have the same value.",
  );

/** One field of a label schema. */
export const questionSchema = z.discriminatedUnion("type", [
  z.strictObject({ ...base, type: z.literal("choice"), options }),
  z.strictObject({ ...base, type: z.literal("multi-choice"), options }),
  z
    .strictObject({
      ...base,
      type: z.literal("rating"),
      min: z.number().int().min(0).max(10).default(1),
      max: z.number().int().min(1).max(10).default(5),
    })
    .refine((question) => question.max > question.min, {
      path: ["max"],
      message: "must be above min",
    }),
  z.strictObject({ ...base, type: z.literal("text") }),
  /** The answer as it should have been. */
  z.strictObject({ ...base, type: z.literal("corrected") }),
]);
export type Question = z.infer<typeof questionSchema>;

export const questionsSchema = z
  .array(questionSchema)
  .min(1, "Ask at least one question.")
  .max(30)
  .refine(
    (list) => new Set(list.map((question) => question.id)).size === list.length,
    "Two questions have the same id.",
  );

export type AnswerValue = string | string[] | number;

/** How agreement is measured: the metric of Krippendorff's alpha, or none for free text. */
export function agreementMetric(question: Question): "nominal" | "ordinal" | undefined {
  if (question.type === "rating") return "ordinal";
  return question.type === "choice" || question.type === "multi-choice" ? "nominal" : undefined;
}

import { z } from "zod";
import { roleSchema } from "./conversation.ts";
import { maxColumns } from "./play-limits.ts";
import { samplingSchema } from "./sampling.ts";

/** Far above any context length here; the request's own limit bounds the whole. */
const text = z.string().max(400_000);

/** How an answer came about; kept with it so that a session shows the same figures again. */
export const answerFactsSchema = z.strictObject({
  model: z.string().max(300),
  modelVersionId: z.number().int().nullable(),
  requestId: z.string().max(100).nullable(),
  finishReason: z.string().max(40).nullable(),
  promptTokens: z.number().int().nullable(),
  completionTokens: z.number().int().nullable(),
  firstTokenMs: z.number().nullable(),
  totalMs: z.number(),
  /** Ended by the person, or cut by `error`: the text is not the whole answer. */
  partial: z.boolean(),
  error: z.string().max(2000).nullable(),
  parameters: samplingSchema,
});
export type AnswerFacts = z.infer<typeof answerFactsSchema>;

export const playMessageSchema = z.strictObject({
  role: roleSchema,
  content: text,
  answer: answerFactsSchema.optional(),
});
export type PlayMessage = z.infer<typeof playMessageSchema>;

const columnSchema = z.strictObject({
  id: z.string().min(1).max(40),
  /** A deployment's name or `model@version`; empty while none is chosen. */
  model: z.string().max(300),
  /** All that was sent and answered, the system prompt included. */
  messages: z.array(playMessageSchema).max(400),
});
export type PlayColumn = z.infer<typeof columnSchema>;

/** Everything that a playground shows: what a session keeps. */
export const playStateSchema = z.strictObject({
  system: text,
  /** Turns of an opened conversation that come before the prompt. */
  history: z.array(z.strictObject({ role: roleSchema, content: text })).max(400),
  prompt: text,
  variables: z.record(z.string().max(80), text),
  /** The saved prompt version that was loaded. */
  template: z.strictObject({ id: z.number().int(), number: z.number().int() }).nullable(),
  parameters: samplingSchema,
  columns: z.array(columnSchema).min(1).max(maxColumns),
  /** The dataset row that was opened, and the answer recorded in it. */
  conversation: z.number().int().nullable(),
  reference: text.nullable(),
});
export type PlayState = z.infer<typeof playStateSchema>;

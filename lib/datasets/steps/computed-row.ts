import { z } from "zod";
import {
  type ConversationBody,
  conversationKinds,
  partSchema,
  roleSchema,
  toolCallSchema,
} from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import type { Recipe, RowResult } from "./recipe.ts";
import type { StepContext, StepFinding, StepResult } from "./step.ts";

/** What a step that looks at other rows asked about this one: its key, or the signature by which texts are compared. */
export const askSchema = z.union([
  z.strictObject({ key: z.string() }),
  /** Base64 of the signature; characters of the compared text, turns of the conversation. */
  z.strictObject({ signature: z.string(), characters: z.number(), turns: z.number() }),
]);
export type Ask = z.infer<typeof askSchema>;

const counts = z.record(z.string(), z.number());
const outcome = z.enum(["same", "changed", "dropped"]);
const detected = z.object({ language: z.string(), confidence: z.number() });
const finding = z.strictObject({
  node: z.number(),
  field: z.enum(["text", "part", "name", "arguments"]),
  check: z.string(),
  kind: z.string(),
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
  detector: z.string(),
}) satisfies z.ZodType<StepFinding>;
const figures = z.strictObject({
  outcome,
  reason: z.string().optional(),
  findings: z.array(finding),
  counts,
  detected: detected.optional(),
});

const messageSchema = z.object({
  role: roleSchema,
  content: z.union([z.string(), z.array(partSchema)]),
  name: z.string().optional(),
  toolCalls: z.array(toolCallSchema).optional(),
  toolCallId: z.string().optional(),
  rank: z.number().optional(),
  replies: z.array(z.unknown()),
});
const treeSchema = z.object({
  kind: z.enum(conversationKinds),
  root: messageSchema,
  tools: z.array(z.unknown()).optional(),
});

/** A conversation, checked message by message: trees may be thousands deep, and a recursive schema may not. */
function isConversation(value: unknown): value is ConversationBody {
  const tree = treeSchema.safeParse(value);
  const open: unknown[] = tree.success ? [...tree.data.root.replies] : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const message = messageSchema.safeParse(next);
    if (!message.success) return false;
    for (const reply of message.data.replies) open.push(reply);
  }
  return tree.success;
}

/**
 * What a recipe does to a row that no other row stands in the way of: all that can be computed of it alone, anywhere.
 * `settleRow` makes the row's result of it, in the order of rows. `body` is there when the text was changed.
 */
export const computedRowSchema = z.strictObject({
  outcome,
  body: z.custom<ConversationBody>(isConversation).optional(),
  droppedBy: z.strictObject({ index: z.number(), step: z.string(), reason: z.string() }).optional(),
  results: z.array(z.strictObject({ index: z.number(), step: z.string(), result: figures })),
  findings: z.array(finding),
  detected: detected.optional(),
});
export type ComputedRow = z.infer<typeof computedRowSchema>;

/** Steps whose answer hangs on other rows. Each asks once a row, and leaves the text as it is. */
export const asksOthers = (step: string): boolean =>
  step === "duplicates" || step === "near-duplicates";

/** Stands where a step needs a text and its answer is known already. */
const noText: ConversationBody = {
  kind: "text",
  root: { role: "user", content: "", replies: [] },
};

/**
 * The result of a row as `applyRecipe` gives it with `ctx`: each step that asks about other rows is asked again with
 * what it asked before, and drops the row by its own code; what ran after it is forgotten.
 * Throws `internal` when the asks are not those of the recipe.
 */
export function settleRow(
  recipe: Recipe,
  body: ConversationBody,
  computed: ComputedRow,
  asks: readonly Ask[],
  ctx: Pick<StepContext, "seen" | "keptInstead">,
): RowResult {
  let asked = 0;
  for (const [at, { index, step }] of computed.results.entries()) {
    if (!asksOthers(step)) continue;
    const result = dropOf(recipe, index, asks[asked++], ctx);
    if (!result) continue;
    const results = [...computed.results.slice(0, at), { index, step, result }];
    const { reason = "dropped", instead } = result;
    return {
      outcome: "dropped",
      body,
      droppedBy: { index, step, reason, ...(instead ? { instead } : {}) },
      results,
      findings: [],
      detected: results.findLast((one) => one.result.detected)?.result.detected,
    };
  }
  return { ...computed, body: computed.body ?? body };
}

/** What the step says when another row stands in the way of this one; undefined when it stays. */
function dropOf(
  recipe: Recipe,
  index: number,
  ask: Ask | undefined,
  ctx: Pick<StepContext, "seen" | "keptInstead">,
): StepResult | undefined {
  const step = recipe.ready[index];
  if (!ask || !step) {
    throw new AssayError("internal", "The results of this row are not those of the recipe.");
  }
  const result = step.run.apply(noText, {
    seen: () => "key" in ask && (ctx.seen?.(ask.key) ?? false),
    keptInstead: () => ctx.keptInstead?.(),
  });
  return result.outcome === "dropped" ? result : undefined;
}

import { z } from "zod";
import { type ConversationBody, messageText } from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import type { KeepRuleName } from "#lib/near-duplicates/clusters.ts";
import { defaultThreshold } from "#lib/near-duplicates/settings.ts";
import { comparedNodes, type DuplicateScope, duplicateScopes } from "./duplicates.ts";
import { defineStep, dropped, kept } from "./step.ts";

const keepRuleNames = [
  "first",
  "longest",
  "most-turns",
  "newest",
] as const satisfies KeepRuleName[];

const params = z.object({
  /** Jaccard similarity of 5-character shingles. */
  threshold: z.number().min(0.5).max(1).default(defaultThreshold),
  /** Which one of the texts that are alike stays. */
  keeps: z.enum(keepRuleNames).default("first"),
  scope: z.enum(duplicateScopes).default("conversation"),
});
export type NearDuplicateParams = z.infer<typeof params>;

/**
 * The text by which conversations are compared: messages and tool calls, one a line. Without system messages: a long
 * one that all chats of an application share would make them all alike.
 */
export function comparedText(body: ConversationBody, scope: DuplicateScope): string {
  const lines: string[] = [];
  for (const { node } of comparedNodes(body, scope)) {
    if (node.role === "system") continue;
    lines.push(messageText(node));
    for (const call of node.toolCalls ?? []) lines.push(`${call.name} ${call.arguments}`);
  }
  return lines.join("\n");
}

/** Keeps one of each set of conversations that are alike. Which, is decided over all rows before the first is asked for. */
export const nearDuplicatesStep = defineStep({
  id: "near-duplicates",
  label: "Near-duplicates",
  help: "Keeps one of conversations that share most of their wording. System messages are not compared.",
  version: 1,
  params,
  apply(body, _params, ctx) {
    if (!ctx.keptInstead) {
      throw new AssayError(
        "internal",
        "The near-duplicates step was started without its clusters.",
      );
    }
    const instead = ctx.keptInstead();
    return instead ? { ...dropped(body, "near_duplicate"), instead } : kept(body);
  },
});

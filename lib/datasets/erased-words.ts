import type { ConversationBody } from "../core/conversation.ts";
import { messageText, walk } from "../core/message-tree.ts";

/** Shorter texts ("Thank you.") stand in many places without being a repetition of this one. */
const shortestPhrase = 16;

/**
 * Texts by which a repetition of these conversations is recognised elsewhere: each message of a person or a model
 * that is long enough, and what a tool was called with. System messages are the operator's words and none.
 * A repetition in other words, or of a shorter message, is not recognised.
 */
export function phrasesOf(bodies: readonly ConversationBody[]): string[] {
  const phrases = new Set<string>();
  for (const body of bodies) {
    for (const { node } of walk(body.root)) {
      if (node.role === "system") continue;
      for (const text of [messageText(node), ...(node.toolCalls ?? []).map((t) => t.arguments)]) {
        if (text.trim().length >= shortestPhrase) phrases.add(text.trim());
      }
    }
  }
  return [...phrases];
}

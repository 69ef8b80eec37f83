import { diffWordsWithSpace } from "diff";
import type { ConversationBody } from "#lib/core/conversation.ts";
import { messageText, walk } from "#lib/core/message-tree.ts";

export type Piece = { text: string; change: "same" | "added" | "removed" };
export type MessageDiff = { role: string; wasRole: string | undefined; pieces: Piece[] };

/** Longer texts are shown whole: a word diff of books would hold the page. */
const longest = 40_000;

/** The words that differ between two texts. */
export function wordDiff(was: string, now: string): Piece[] {
  if (was === now) return [{ text: now, change: "same" }];
  if (was.length + now.length > longest) {
    return [
      { text: was, change: "removed" },
      { text: now, change: "added" },
    ];
  }
  return diffWordsWithSpace(was, now).map(({ value, added, removed }) => ({
    text: value,
    change: added ? "added" : removed ? "removed" : "same",
  }));
}

/** Two bodies message by message, depth first; what stands in one only is wholly added or removed. */
export function bodyDiff(
  was: ConversationBody | null,
  now: ConversationBody | null,
): MessageDiff[] {
  const [before, after] = [messagesOf(was), messagesOf(now)];
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => {
    const [old, next] = [before[index], after[index]];
    const pieces =
      old && next
        ? wordDiff(old.text, next.text)
        : [
            {
              text: (old ?? next)?.text ?? "",
              change: next ? ("added" as const) : ("removed" as const),
            },
          ];
    return {
      role: next?.role ?? old?.role ?? "",
      wasRole: old && next && old.role !== next.role ? old.role : undefined,
      pieces,
    };
  });
}

function messagesOf(body: ConversationBody | null) {
  if (!body) return [];
  return [...walk(body.root)].map(({ node }) => ({ role: node.role, text: messageText(node) }));
}

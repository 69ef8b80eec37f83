import type { ConversationBody, MessageNode, Part, Role } from "#lib/core/conversation.ts";
import { walk } from "#lib/core/message-tree.ts";

/** One message in the editor. `texts` are its editable texts: the content, or its text parts in order. */
export type DraftMessage = { role: Role; texts: string[]; origin: MessageNode };

/** Whether messages can be added and taken away: only a line without branches keeps its meaning. */
export const isLinear = (body: ConversationBody): boolean => {
  for (const { node } of walk(body.root)) if (node.replies.length > 1) return false;
  return true;
};

/** The messages of a body, depth first. */
export function draftOf(body: ConversationBody): DraftMessage[] {
  return [...walk(body.root)].map(({ node }) => ({
    role: node.role,
    texts: textsOf(node),
    origin: node,
  }));
}

function textsOf({ content }: MessageNode): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((part) => (part.type === "text" ? [part.text] : []));
}

/** An empty message to be written. */
export function newMessage(role: Role): DraftMessage {
  return { role, texts: [""], origin: { role, content: "", replies: [] } };
}

function written({ role, texts, origin }: DraftMessage): Omit<MessageNode, "replies"> {
  const { replies: _replies, ...message } = origin;
  if (typeof message.content === "string") return { ...message, role, content: texts[0] ?? "" };
  let next = 0;
  const parts = message.content.map(
    (part): Part => (part.type === "text" ? { ...part, text: texts[next++] ?? "" } : part),
  );
  return { ...message, role, content: parts };
}

/**
 * The body that a draft stands for. Of a line the draft's order counts, so messages may come and go; of a tree every
 * message keeps its place. Throws RangeError for a draft without messages.
 */
export function bodyOf(body: ConversationBody, draft: readonly DraftMessage[]): ConversationBody {
  return { ...body, root: isLinear(body) ? lineOf(draft) : treeOf(body.root, draft) };
}

function lineOf(draft: readonly DraftMessage[]): MessageNode {
  const root = draft.reduceRight<MessageNode | undefined>(
    (next, message) => ({ ...written(message), replies: next ? [next] : [] }),
    undefined,
  );
  if (!root) throw new RangeError("A conversation needs at least one message.");
  return root;
}

function treeOf(root: MessageNode, draft: readonly DraftMessage[]): MessageNode {
  const messages = new Map(draft.map((one) => [one.origin, one]));
  const copies = new Map<MessageNode, MessageNode>();
  // Depth-first order backwards: replies are copied before the message they answer.
  for (const { node } of [...walk(root)].reverse()) {
    const message = messages.get(node);
    const replies = node.replies.map((reply) => copies.get(reply) ?? reply);
    copies.set(node, { ...(message ? written(message) : node), replies });
  }
  return copies.get(root) ?? root;
}

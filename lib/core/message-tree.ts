import type { ConversationBody, Message, MessageNode } from "./conversation.ts";

export const roles = ["system", "user", "assistant", "tool"] as const;

/** What a tree is: a chat, a ranked tree, a chosen/rejected pair, or bare text to learn from. */
export const conversationKinds = ["chat", "tree", "pair", "text"] as const;

/** The best reply: lowest rank, else the first. */
export function mainReply(node: MessageNode): MessageNode | undefined {
  let best: MessageNode | undefined;
  for (const reply of node.replies) {
    if (best === undefined || (reply.rank ?? Infinity) < (best.rank ?? Infinity)) best = reply;
  }
  return best;
}

/** Messages from the root along the best replies to a leaf. */
export function mainPath(body: ConversationBody): Message[] {
  const path: Message[] = [];
  let node: MessageNode | undefined = body.root;
  while (node) {
    const { replies: _replies, ...message } = node;
    path.push(message);
    node = mainReply(node);
  }
  return path;
}

/** Every node with its depth, depth first, replies in source order. Iterative: trees may be thousands deep. */
export function* walk(root: MessageNode): Generator<{ node: MessageNode; depth: number }> {
  const stack: { node: MessageNode; depth: number }[] = [{ node: root, depth: 0 }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    yield top;
    for (let i = top.node.replies.length - 1; i >= 0; i--) {
      const reply = top.node.replies[i];
      if (reply) stack.push({ node: reply, depth: top.depth + 1 });
    }
  }
}

/** The readable text of a message: text parts joined by a line break; other parts as a short mark. */
export function messageText(message: Pick<Message, "content">): string {
  if (typeof message.content === "string") return message.content;
  return message.content
    .map((part) =>
      part.type === "text" ? part.text : part.type === "image" ? "[image]" : `[${part.kind}]`,
    )
    .join("\n");
}

/** Texts of all messages of a conversation, side branches too. */
export function messageTexts(body: ConversationBody): string[] {
  return [...walk(body.root)].map(({ node }) => messageText(node));
}

/** Builds a linear tree from messages. Throws RangeError when there are none. */
export function linear(messages: Message[]): MessageNode {
  let node: MessageNode | undefined;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message) node = { ...message, replies: node ? [node] : [] };
  }
  if (!node) throw new RangeError("A conversation needs at least one message.");
  return node;
}

import {
  type ConversationBody,
  type Message,
  type MessageNode,
  type Part,
  walk,
} from "#lib/core/conversation.ts";
import type { Change, Field } from "./step.ts";

/** A replaced stretch of one text; `before` is what stood at [start, end). */
export type Edit = Omit<Change, "node" | "field">;

export type Rewrite = (text: string, field: Field) => { text: string; edits: Edit[] };

/**
 * Copies a tree with each message passed through `change`, replies in place. Returns the same root when no
 * message changed. Iterative, as trees may be thousands deep.
 */
export function mapNodes(
  root: MessageNode,
  change: (message: MessageNode, index: number) => Message,
): MessageNode {
  const nodes = [...walk(root)].map(({ node }) => node);
  const copies = new Map<MessageNode, MessageNode>();
  // Depth-first order backwards: replies are copied before the message they answer.
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index] as MessageNode;
    const message = change(node, index);
    if (message === node && copies.size === 0) continue;
    const replies = node.replies.map((reply) => copies.get(reply) ?? reply);
    const same = message === node && replies.every((reply, i) => reply === node.replies[i]);
    if (!same) copies.set(node, { ...message, replies });
  }
  return copies.get(root) ?? root;
}

/** The default number of spans kept for a preview. */
const previewSpans = 100;

/**
 * Passes every readable text of a conversation through `rewrite`: content or its text parts, and, when asked,
 * speaker names and tool-call arguments. Changes come in reading order, at most `limit` of them.
 */
export function rewriteTexts(
  body: ConversationBody,
  rewrite: Rewrite,
  options: { fields?: readonly Field[]; limit?: number } = {},
): { body: ConversationBody; changes: Change[]; edits: number } {
  const fields = new Set<Field>(options.fields ?? ["text"]);
  const limit = options.limit ?? previewSpans;
  const perNode = new Map<number, Change[]>();
  let edits = 0;

  const run = (text: string, field: Field, node: number): string => {
    const result = rewrite(text, field);
    if (result.text === text) return text;
    edits += result.edits.length;
    const kept = perNode.get(node) ?? [];
    for (const edit of result.edits.slice(0, limit)) kept.push({ node, field, ...edit });
    perNode.set(node, kept);
    return result.text;
  };

  const root = mapNodes(body.root, (message, index) => {
    let next: Message = message;
    const content = rewriteContent(message.content, index, run);
    if (content !== message.content) next = { ...next, content };
    if (fields.has("name") && message.name !== undefined) {
      const name = run(message.name, "name", index);
      if (name !== message.name) next = { ...next, name };
    }
    if (fields.has("arguments") && message.toolCalls) {
      const toolCalls = message.toolCalls.map((call) => {
        const text = run(call.arguments, "arguments", index);
        return text === call.arguments ? call : { ...call, arguments: text };
      });
      if (toolCalls.some((call, i) => call !== message.toolCalls?.[i]))
        next = { ...next, toolCalls };
    }
    return next;
  });
  const changes = [...perNode.entries()].sort(([a], [b]) => a - b).flatMap(([, list]) => list);
  return {
    body: root === body.root ? body : { ...body, root },
    changes: changes.slice(0, limit),
    edits,
  };
}

function rewriteContent(
  content: string | Part[],
  node: number,
  run: (text: string, field: Field, node: number) => string,
): string | Part[] {
  if (typeof content === "string") return run(content, "text", node);
  let changed = false;
  const parts = content.map((part): Part => {
    if (part.type !== "text") return part;
    const text = run(part.text, "part", node);
    if (text === part.text) return part;
    changed = true;
    return { ...part, text };
  });
  return changed ? parts : content;
}

/**
 * What differs between two texts, for a preview. Where both have the same number of lines each changed line
 * gives one edit without its common head and tail; otherwise one edit stands for all. Linear.
 */
export function editsBetween(before: string, after: string): Edit[] {
  if (before === after) return [];
  const old = before.split("\n");
  const now = after.split("\n");
  if (old.length !== now.length) return [trimmed(before, after, 0)];
  const edits: Edit[] = [];
  let start = 0;
  old.forEach((line, i) => {
    const other = now[i] ?? "";
    if (line !== other) edits.push(trimmed(line, other, start));
    start += line.length + 1;
  });
  return edits;
}

function trimmed(before: string, after: string, offset: number): Edit {
  let head = 0;
  const shorter = Math.min(before.length, after.length);
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    start: offset + head,
    end: offset + before.length - tail,
    before: before.slice(head, before.length - tail),
    after: after.slice(head, after.length - tail),
  };
}

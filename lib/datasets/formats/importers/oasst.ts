import type { ConversationKind, MessageNode } from "#lib/core/conversation.ts";
import { conversationKinds } from "#lib/core/conversation.ts";
import { partsFrom } from "../content-parts.ts";
import { type Draft, type Fields, finish, isFields, otherFields } from "../draft.ts";
import { jsonImporter } from "../json-importer.ts";
import { maxPathMessages, maxTreeJsonDepth } from "../limits.ts";
import { fieldsOf, missing } from "../record-fields.ts";
import { roleOf } from "../roles.ts";
import { RowFault } from "../row-fault.ts";
import { toolCallsFrom, toolsFrom } from "../tool-calls.ts";

const taken = ["prompt", "kind", "tools"];
const takenOfMessage = [
  "text",
  "content",
  "role",
  "replies",
  "rank",
  "name",
  "tool_calls",
  "tool_call_id",
];

/**
 * Message trees: `{prompt: {text, role, rank?, replies: […]}, …}`, one tree a record, as OASST publishes them and as
 * our own tree export writes them (which adds `kind`, `tools`, parts, names and tool calls). A record may also be the
 * first message itself. A message marked deleted is left out with what was said under it.
 */
export const oasstImporter = jsonImporter({
  id: "oasst",
  label: "Message trees (OASST)",
  shape: "a `prompt` message with nested `replies`",
  maxDepth: maxTreeJsonDepth,
  fits: (record) =>
    isFields(record) &&
    (isBareTree(record) || (isFields(record.prompt) && Array.isArray(record.prompt.replies))),
  convert(record, draft) {
    const fields = fieldsOf(record);
    const tree: Fields = isBareTree(fields) ? { prompt: fields } : fields;
    if (!isFields(tree.prompt)) throw missing(fields, "message `prompt`");
    const root = treeOf(tree.prompt, draft);
    const metadata = otherFields(tree, taken);
    const tools = toolsFrom(tree.tools, false);
    return [
      finish(kindOf(tree.kind), root, metadata, draft, { tools, language: tree.prompt.lang }),
    ];
  },
});

/** The first message of a tree, without a record around it. */
function isBareTree(record: Fields): boolean {
  return !("prompt" in record) && typeof record.role === "string" && Array.isArray(record.replies);
}

function kindOf(value: unknown): ConversationKind {
  return conversationKinds.find((kind) => kind === value) ?? "tree";
}

/** Iterative: a tree may be thousands of messages deep. */
function treeOf(prompt: Fields, draft: Draft): MessageNode {
  if (prompt.deleted === true) throw new RowFault("The first message of the tree is deleted.");
  let count = 0;
  let deleted = 0;
  const root = nodeOf(prompt, count++, draft);
  const open: { raw: Fields; node: MessageNode; depth: number }[] = [
    { raw: prompt, node: root, depth: 1 },
  ];
  for (let top = open.pop(); top; top = open.pop()) {
    for (const reply of repliesOf(top.raw)) {
      if (reply.deleted === true) {
        deleted++;
        continue;
      }
      if (top.depth >= maxPathMessages) {
        throw new RowFault(`The tree is deeper than ${maxPathMessages} messages.`);
      }
      const node = nodeOf(reply, count++, draft);
      top.node.replies.push(node);
      open.push({ raw: reply, node, depth: top.depth + 1 });
    }
  }
  if (deleted > 0)
    draft.warnings.push(`${deleted} deleted messages were left out, with their replies.`);
  return root;
}

function repliesOf(raw: Fields): Fields[] {
  const { replies = [] } = raw;
  if (!Array.isArray(replies) || !replies.every(isFields)) {
    throw new RowFault("The `replies` of a message are not a list of messages.");
  }
  return replies;
}

function nodeOf(raw: Fields, index: number, draft: Draft): MessageNode {
  const node: MessageNode = { role: roleOf(raw.role, "oasst", index), content: "", replies: [] };
  const content = raw.content ?? raw.text;
  if (Array.isArray(content)) node.content = partsFrom(content, index);
  else if (typeof content === "string") node.content = content;
  else throw new RowFault(`Message ${index + 1} has no \`text\`.`);
  if (typeof raw.name === "string") node.name = raw.name;
  if (raw.tool_calls) node.toolCalls = toolCallsFrom(raw.tool_calls, index);
  if (typeof raw.tool_call_id === "string") node.toolCallId = raw.tool_call_id;
  if (raw.rank !== undefined && raw.rank !== null) node.rank = rankOf(raw.rank, index);
  const extras = otherFields(raw, takenOfMessage);
  if (Object.keys(extras).length > 0) draft.fields.set(node, extras);
  return node;
}

function rankOf(value: unknown, index: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RowFault(`The rank of message ${index + 1} is not a whole number from 0.`);
}

import type { MessageNode } from "#lib/core/conversation.ts";
import { chain, type Draft, type Fields, finish, isFields, otherFields } from "../draft.ts";
import { jsonImporter } from "../json-importer.ts";
import { fieldsOf, missing, textOf } from "../record-fields.ts";
import { roleOf } from "../roles.ts";
import { RowFault } from "../row-fault.ts";
import { toolCallsFromText, toolsFrom } from "../tool-calls.ts";

/** Where the list stands; older exports say `items`, converted ones `messages`. */
const lists = ["conversations", "conversation", "messages", "items"] as const;

/** ShareGPT: `{conversations: [{from, value}], system?, tools?}`; `tools` may be JSON text. */
export const shareGptImporter = jsonImporter({
  id: "sharegpt",
  label: "ShareGPT",
  shape: "`conversations` with `from` and `value`",
  fits: (record) =>
    isFields(record) && lists.some((name) => isShareGptList(record[name])) && !("chosen" in record),
  convert(record, draft) {
    const fields = fieldsOf(record);
    const name = lists.find((each) => isShareGptList(fields[each]));
    const list = name === undefined ? undefined : fields[name];
    if (name === undefined || !Array.isArray(list)) throw missing(fields, "list `conversations`");
    const nodes = [...systemNode(fields), ...shareGptMessages(list, draft)];
    const tools = toolsFrom(fields.tools, true);
    const metadata = otherFields(fields, [name, "system", "tools"]);
    return [finish("chat", chain(nodes), metadata, draft, { tools })];
  },
});

/** True for a list whose first message has `from` and `value`. */
export function isShareGptList(list: unknown): list is unknown[] {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return isFields(first) && typeof first.from === "string" && "value" in first;
}

/** The record's `system` field as a message, when it says something. */
export function systemNode(fields: Fields): MessageNode[] {
  const system = textOf(fields, "system");
  return system ? [{ role: "system", content: system, replies: [] }] : [];
}

export function shareGptMessages(list: unknown[], draft: Draft): MessageNode[] {
  return list.map((raw, index) => shareGptMessage(raw, index, draft));
}

/** One `{from, value}`; a `function_call` becomes an assistant message with tool calls. */
export function shareGptMessage(raw: unknown, index: number, draft: Draft): MessageNode {
  if (!isFields(raw)) throw new RowFault(`Message ${index + 1} is not an object.`);
  const role = roleOf(raw.from, "shareGpt", index);
  if (typeof raw.value !== "string")
    throw new RowFault(`Message ${index + 1} has no text in \`value\`.`);
  const isCall = typeof raw.from === "string" && raw.from.toLowerCase() === "function_call";
  const node: MessageNode = isCall
    ? { role, content: "", toolCalls: toolCallsFromText(raw.value, index), replies: [] }
    : { role, content: raw.value, replies: [] };
  const extras = otherFields(raw, ["from", "value"]);
  if (Object.keys(extras).length > 0) draft.fields.set(node, extras);
  return node;
}

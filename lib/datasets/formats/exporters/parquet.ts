import type { SchemaElement } from "hyparquet";
import { type ConversationBody, mainPath, walk } from "#lib/core/conversation.ts";
import { messageToOpenAi } from "../openai-messages.ts";
import type { Exporter, TableShape } from "./exporter.ts";
import { refusesLine } from "./linear.ts";
import { pairRecord, pairsExporter } from "./pairs.ts";

/**
 * OpenAI `messages` in Parquet, one chat a row: a list of messages with role, content, name, tool_calls and
 * tool_call_id. Tools, whose shapes differ, are JSON in a text column.
 */
export const parquetExporter = {
  id: "parquet",
  label: "OpenAI messages (Parquet)",
  extension: "parquet",
  mediaType: "application/vnd.apache.parquet",
  importer: "messages",
  table: tableOf(["messages"]),
  refuses: (body) => refusesLine(body) ?? refusesParts(body),
  row: (body) => ({ messages: mainPath(body).map(messageToOpenAi), tools: toolsText(body) }),
} satisfies Exporter;

/** Prompt, chosen and rejected as such lists, one pair a row. */
export const parquetPairsExporter = {
  id: "parquet-pairs",
  label: "Prompt, chosen, rejected (Parquet)",
  extension: "parquet",
  mediaType: "application/vnd.apache.parquet",
  importer: "preference",
  table: tableOf(["prompt", "chosen", "rejected"]),
  refuses: (body) => pairsExporter.refuses(body) ?? refusesParts(body),
  row: (body) => ({ ...pairRecord(body), tools: toolsText(body) }),
} satisfies Exporter;

/** A column has one type: text and lists of parts cannot share it. */
function refusesParts(body: ConversationBody): string | undefined {
  for (const { node } of walk(body.root)) {
    if (typeof node.content !== "string") return "it has content parts, which a column cannot hold";
  }
  return undefined;
}

const toolsText = ({ tools }: ConversationBody) =>
  tools?.length ? JSON.stringify(tools) : undefined;

function tableOf(lists: readonly string[]): TableShape {
  const columns = [...lists, "tools"];
  const root: SchemaElement = { name: "root", num_children: columns.length };
  return { columns, schema: [root, ...lists.flatMap(messageList), text("tools")] };
}

function messageList(name: string): SchemaElement[] {
  const called = [text("name"), text("arguments")];
  const call = [text("id"), text("type"), ...struct("function", called, 2)];
  const calls = list("tool_calls", call, 3);
  const message = [text("role"), text("content"), text("name"), ...calls, text("tool_call_id")];
  return list(name, message, 5);
}

function text(name: string): SchemaElement {
  return {
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    logical_type: { type: "STRING" },
    repetition_type: "OPTIONAL",
  };
}

/** `fields` are all elements below, `children` counts those directly below. */
function struct(name: string, fields: SchemaElement[], children: number): SchemaElement[] {
  return [{ name, repetition_type: "OPTIONAL", num_children: children }, ...fields];
}

/** The three levels of a list that every reader knows. */
function list(name: string, fields: SchemaElement[], children: number): SchemaElement[] {
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...struct("element", fields, children),
  ];
}

import type { ConversationBody, MessageNode } from "#lib/core/conversation.ts";
import { maxPathMessages } from "../limits.ts";
import { encodeMessage } from "../node-hash.ts";
import { messageToOpenAi } from "../openai-messages.ts";
import type { Exporter } from "./exporter.ts";
import { lineFrom } from "./linear.ts";

/** Prompt, chosen and rejected as message lists, one pair a line: what preference trainers read. */
export const pairsExporter = {
  id: "pairs",
  label: "Prompt, chosen, rejected (JSONL)",
  extension: "jsonl",
  mediaType: "application/jsonl",
  importer: "preference",
  refuses(body) {
    const pair = pairOf(body);
    return typeof pair === "string" ? pair : undefined;
  },
  write(body) {
    const tools = body.tools?.length ? { tools: body.tools } : {};
    return `${JSON.stringify({ ...pairRecord(body), ...tools })}\n`;
  },
} satisfies Exporter;

/** The three message lists of a pair in the OpenAI format. Throws TypeError for what `refuses` names. */
export function pairRecord(body: ConversationBody) {
  const pair = pairOf(body);
  if (typeof pair === "string") throw new TypeError(`Not a pair: ${pair}.`);
  return {
    prompt: pair.prompt.map(messageToOpenAi),
    chosen: pair.chosen.map(messageToOpenAi),
    rejected: pair.rejected.map(messageToOpenAi),
  };
}

type Pair = { prompt: MessageNode[]; chosen: MessageNode[]; rejected: MessageNode[] };

/** The trunk and the two branches of a pair, or the reason why it is not of that form. */
function pairOf(body: ConversationBody): Pair | string {
  if (body.kind !== "pair") return `it is of kind ${body.kind}`;
  const prompt: MessageNode[] = [];
  let end: MessageNode | undefined = body.root;
  for (; end; end = end.replies.length === 1 ? end.replies[0] : undefined) {
    if (end.rank !== undefined) return "it has a rank without a choice";
    prompt.push(end);
  }
  const choices = prompt.at(-1)?.replies ?? [];
  const better = choices.find((reply) => reply.rank === 0);
  const worse = choices.find((reply) => reply.rank === 1);
  if (choices.length !== 2 || !better || !worse)
    return "it has not one chosen and one rejected answer";
  if (encodeMessage(better) === encodeMessage(worse)) return "its two answers begin the same";
  const chosen = lineFrom(better);
  const rejected = lineFrom(worse);
  if (typeof chosen === "string") return chosen;
  if (typeof rejected === "string") return rejected;
  const longest = prompt.length + Math.max(chosen.length, rejected.length);
  return longest > maxPathMessages
    ? "it is too long to be read back"
    : { prompt, chosen, rejected };
}

import type { MessageNode } from "#lib/core/conversation.ts";
import { type Draft, type Fields, finish, isFields, otherFields } from "../draft.ts";
import { jsonImporter } from "../json-importer.ts";
import { encodeMessage } from "../node-hash.ts";
import { messagesFrom } from "../openai-messages.ts";
import { pairTree } from "../pair-tree.ts";
import { fieldsOf, missing } from "../record-fields.ts";
import { RowFault } from "../row-fault.ts";
import { toolsFrom } from "../tool-calls.ts";
import { instructionOf, say } from "./alpaca.ts";
import { isTranscript } from "./hh-transcripts.ts";
import { isShareGptList, shareGptMessage, shareGptMessages, systemNode } from "./sharegpt.ts";

const promptNames = ["prompt", "question", "conversations", "messages", "instruction"] as const;
const taken = [...promptNames, "chosen", "rejected", "system", "tools"];

/**
 * A prompt with a chosen and a rejected answer: one conversation of kind `pair`. The prompt may be text, a message
 * list or ShareGPT's `conversations`; the answers text, a message, or a message list. Answers that begin with the
 * prompt, or that come without one, are whole dialogues.
 */
export const preferenceImporter = jsonImporter({
  id: "preference",
  label: "Prompt, chosen, rejected",
  shape: "`chosen` and `rejected` answers",
  fits: (record) =>
    isFields(record) &&
    isAnswer(record.chosen) &&
    isAnswer(record.rejected) &&
    (promptNames.some((name) => record[name] !== undefined) || Array.isArray(record.chosen)),
  convert(record, draft) {
    const fields = fieldsOf(record);
    if (fields.chosen === undefined) throw missing(fields, "`chosen`");
    if (fields.rejected === undefined) throw missing(fields, "`rejected`");
    const root = pairTree(
      dialogueOf(fields, "chosen", draft),
      dialogueOf(fields, "rejected", draft),
    );
    const metadata = otherFields(
      fields,
      fields.instruction === undefined ? taken : [...taken, "input"],
    );
    return [
      finish("pair", root, metadata, draft, {
        tools: toolsFrom(fields.tools, isShareGptList(fields.conversations)),
      }),
    ];
  },
});

function isAnswer(value: unknown): boolean {
  if (typeof value === "string") return !isTranscript(value);
  return Array.isArray(value) || (isFields(value) && ("value" in value || "content" in value));
}

/** System message, prompt and answer; the prompt only once where the answer repeats it. */
function dialogueOf(fields: Fields, name: "chosen" | "rejected", draft: Draft): MessageNode[] {
  const system = systemNode(fields);
  const prompt = promptNodes(fields, draft);
  const answer = answerNodes(fields[name], name, draft);
  const instructed = answer[0]?.role === "system" && prompt[0]?.role !== "system";
  const spoken = instructed ? answer.slice(1) : answer;
  const repeats =
    spoken.length > prompt.length &&
    prompt.every((node, index) => {
      const other = spoken[index];
      return other !== undefined && encodeMessage(node) === encodeMessage(other);
    });
  if (!repeats) return [...system, ...prompt, ...answer];
  return instructed ? answer : [...system, ...answer];
}

function promptNodes(fields: Fields, draft: Draft): MessageNode[] {
  const name = promptNames.find((each) => fields[each] !== undefined && fields[each] !== null);
  const value = name === undefined ? undefined : fields[name];
  if (name === undefined || value === undefined) return [];
  if (isShareGptList(value)) return shareGptMessages(value, draft);
  if (Array.isArray(value)) return messagesFrom(value, draft);
  if (name === "instruction") return [say("user", instructionOf(fields))];
  if (typeof value === "string") return [say("user", value)];
  throw new RowFault(`\`${name}\` is neither text nor a list of messages.`);
}

function answerNodes(value: unknown, name: string, draft: Draft): MessageNode[] {
  if (typeof value === "string") return [say("assistant", value)];
  if (isShareGptList(value)) return shareGptMessages(value, draft);
  if (Array.isArray(value)) return messagesFrom(value, draft);
  if (isFields(value) && "from" in value) return [shareGptMessage(value, 0, draft)];
  if (isFields(value)) return messagesFrom([value], draft);
  throw new RowFault(`\`${name}\` is neither text nor messages.`);
}

import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { ProjectHandle } from "#db/handle.ts";
import { type ConversationBody, mainPath, messageText } from "../core/conversation.ts";
import { readImport } from "../datasets/formats/read-import.ts";
import { requireSource } from "../datasets/start-import.ts";
import { folders, type Services } from "../services.ts";
import { snapshotBodies } from "../training/training-rows.ts";
import type { InferRunInput } from "./start-inference.ts";

export type Prompt = {
  messages: { role: string; content: string }[];
  reference: string | null;
  conversationId: number | null;
};

/**
 * The prompt of a conversation: its main path up to and with the last user message; what the assistant said next is
 * the reference. Undefined when nobody asks anything.
 */
export function promptOf(
  body: ConversationBody,
  conversationId: number | null,
): Prompt | undefined {
  const path = mainPath(body).map((message) => ({
    role: message.role as string,
    content: messageText(message),
  }));
  if (body.kind === "text") {
    return {
      messages: [{ role: "user", content: path[0]?.content ?? "" }],
      reference: null,
      conversationId,
    };
  }
  const last = path.findLastIndex((message) => message.role === "user");
  if (last < 0) return undefined;
  const next = path[last + 1];
  return {
    messages: path.slice(0, last + 1),
    reference: next?.role === "assistant" ? next.content : null,
    conversationId,
  };
}

/** The prompts of a run in a fixed order, at most `limit`. */
export async function* readPrompts(
  handle: ProjectHandle,
  services: Services,
  input: InferRunInput,
): AsyncGenerator<Prompt> {
  let left = input.limit;
  for await (const { id, body } of bodiesOf(handle, services, input)) {
    const prompt = promptOf(body, id);
    if (!prompt) continue;
    if (input.system && prompt.messages[0]?.role !== "system") {
      prompt.messages.unshift({ role: "system", content: input.system });
    }
    yield prompt;
    left -= 1;
    if (left === 0) return;
  }
}

async function* bodiesOf(
  handle: ProjectHandle,
  services: Services,
  input: InferRunInput,
): AsyncGenerator<{ id: number | null; body: ConversationBody }> {
  if (input.snapshotId !== undefined) {
    yield* snapshotBodies(handle, input.snapshotId, input.side);
    return;
  }
  const file = await requireSource(handle, input.sourceId ?? 0);
  const path = join(folders(services.dataDir).sources, file.digest);
  for await (const item of readImport(() => createReadStream(path), {
    fileName: file.fileName,
    path,
  })) {
    if (item.kind === "error") continue;
    for (const { body } of item.conversations) yield { id: null, body };
  }
}

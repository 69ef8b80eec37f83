import type { NewConversation } from "#db/queries/conversations.ts";
import type { ConversationBody } from "../core/conversation.ts";
import { conversationFacts } from "./formats/conversation-facts.ts";
import { conversationHash } from "./formats/node-hash.ts";
import { normalHash } from "./normal-hash.ts";

/** What a list shows of a conversation: one line, this many characters. */
const previewLength = 240;

/** The row of a body: hash, counts, preview. */
export function describeConversation(
  body: ConversationBody,
  lang: string | null,
  derivedFrom?: number,
): NewConversation {
  const facts = conversationFacts(body);
  const first = facts.firstUserText || facts.firstText;
  return {
    hash: conversationHash(body),
    kind: body.kind,
    body,
    turns: facts.turns,
    messages: facts.messages,
    characters: facts.characters,
    tokens: facts.tokens,
    lang,
    roles: facts.roles,
    preview: first.replace(/\s+/g, " ").trim().slice(0, previewLength),
    normalHash: normalHash(facts.text),
    ...(derivedFrom === undefined ? {} : { derivedFrom }),
  };
}

import {
  type ConversationBody,
  type MessageNode,
  mainReply,
  messageText,
  type Role,
  walk,
} from "#lib/core/conversation.ts";

/** Texts that are equal so far are taken for equal; the rest of a longer one costs memory and tells little. */
const maxUnits = 250_000;

/** What a message costs beside its text: role and turn markers in common chat templates. */
const tokensPerMessage = 4;

/** UTF-8 bytes a token on average: about four letters of English, four thirds of a CJK character. */
const bytesPerToken = 4;

export type ConversationFacts = {
  /** Messages on the main path. */
  turns: number;
  /** Messages in the whole tree. */
  messages: number;
  /** UTF-16 units of readable text and tool calls, whole tree. */
  characters: number;
  /**
   * Estimate, whole tree: for each message 4 + ceil(UTF-8 bytes of text and tool calls / 4).
   * Exact counts need the tokenizer of a model.
   */
  tokens: number;
  /** Distinct, in order of first appearance. */
  roles: Role[];
  firstText: string;
  /** Of the first user message in source order; empty when there is none. */
  firstUserText: string;
  hasBranches: boolean;
  /** Text and tool calls of every message, one a line; cut at 250,000 UTF-16 units. */
  text: string;
};

/** Figures of a conversation for its row: counts and texts. Iterative; one pass. */
export function conversationFacts(body: ConversationBody): ConversationFacts {
  const facts: ConversationFacts = {
    turns: 0,
    messages: 0,
    characters: 0,
    tokens: 0,
    roles: [],
    firstText: messageText(body.root),
    firstUserText: "",
    hasBranches: false,
    text: "",
  };
  let userSeen = false;
  for (const { node } of walk(body.root)) {
    const text = messageText(node);
    const whole = node.toolCalls?.length ? withCalls(text, node) : text;
    facts.messages++;
    facts.characters += whole.length;
    facts.tokens += tokensPerMessage + Math.ceil(Buffer.byteLength(whole) / bytesPerToken);
    if (!facts.roles.includes(node.role)) facts.roles.push(node.role);
    if (node.role === "user" && !userSeen) {
      facts.firstUserText = text;
      userSeen = true;
    }
    if (node.replies.length > 1) facts.hasBranches = true;
    if (facts.text.length < maxUnits) facts.text += facts.messages === 1 ? whole : `\n${whole}`;
  }
  if (facts.text.length > maxUnits) facts.text = cut(facts.text);
  for (let node: MessageNode | undefined = body.root; node; node = mainReply(node)) facts.turns++;
  return facts;
}

function withCalls(text: string, node: MessageNode): string {
  const calls = node.toolCalls?.map((call) => `${call.name} ${call.arguments}`) ?? [];
  return [...(text === "" ? [] : [text]), ...calls].join("\n");
}

/** Never through the middle of a surrogate pair: Postgres would refuse the half. */
function cut(text: string): string {
  const last = text.charCodeAt(maxUnits - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxUnits - 1 : maxUnits);
}

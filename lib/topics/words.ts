import type { ConversationBody } from "../core/conversation.ts";
import { messageText, walk } from "../core/message-tree.ts";
import { ascii, wordSpans, wordsOf } from "../core/search-text.ts";

/** Words read of one conversation: what it is about is said by then, and one long text costs no more than ten others. */
const mostWords = 1500;

/** Letters without a digit: numbers and codes name one thing and no subject. */
const plainWord = /^[\p{L}\p{M}]{2,40}$/u;

/**
 * What is compared of a conversation: what its people wrote. System messages are left out, because one that all chats
 * share says nothing of any; so are the results of tools, which are data.
 */
export function topicText(body: ConversationBody): string {
  const texts: string[] = [];
  for (const { node } of walk(body.root)) {
    if (node.role === "user" || node.role === "assistant") texts.push(messageText(node));
  }
  return texts.join("\n");
}

/** One word of a text, how it is written there, and where its form begins. */
export type Written = { word: string; form: string; start: number };

/**
 * The words of a text that can tell a topic, in their order. Scripts that write without spaces give pairs of
 * neighbouring characters, which is as near to words as it gets without a dictionary.
 */
export function topicWords(text: string): string[] {
  if (!ascii.test(text)) return writtenWords(text).map(({ word }) => word);
  return wordsOf(text)
    .slice(0, mostWords)
    .filter((word) => plainWord.test(word));
}

/** As `topicWords`, with the form of each word as it stands in the text. */
export function writtenWords(text: string): Written[] {
  const out: Written[] = [];
  const spans = wordSpans(text).slice(0, mostWords);
  for (const [at, { word, start, end }] of spans.entries()) {
    if (!isCharacter(word)) {
      if (plainWord.test(word)) out.push({ word, form: text.slice(start, end), start });
      continue;
    }
    const next = spans[at + 1];
    if (next?.start === end && isCharacter(next.word)) {
      out.push({ word: word + next.word, form: text.slice(start, next.end), start });
    }
  }
  return out;
}

const isCharacter = (word: string) => /^\p{L}\p{M}*$/u.test(word);

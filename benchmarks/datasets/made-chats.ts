import { words } from "./made-words.ts";

/** Messages of a conversation: 2, 4, 6 or 8, five on average. */
const turns = [2, 4, 4, 6, 6, 8];
/** Words of a message, by its place in the conversation: questions are shorter than answers. */
const fewest = { user: 12, assistant: 40 };
const spread = { user: 24, assistant: 56 };

/**
 * Chats in the `messages` format without end, a line each: about 1,400 bytes and five messages a line. Words come from
 * a vocabulary with the frequencies of a language, a few of them with capitals, digits, quotes and letters beyond ASCII.
 * The same seed gives the same bytes.
 */
export function* madeChats(seed: number): Generator<string> {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const word = () => words[Math.floor(words.length ** random()) - 1] ?? "and";
  const sentence = (role: "user" | "assistant") => {
    const length = fewest[role] + Math.floor(random() * spread[role]);
    let text = word();
    for (let n = 1; n < length; n++) text += random() < 0.08 ? `, ${word()}` : ` ${word()}`;
    return `${text}.`;
  };
  for (let n = 0; ; n++) {
    const messages = [];
    const count = turns[Math.floor(random() * turns.length)] ?? 4;
    for (let turn = 0; turn < count; turn++) {
      const role = turn % 2 === 0 ? "user" : "assistant";
      messages.push({ role, content: turn === 0 ? `${n}: ${sentence(role)}` : sentence(role) });
    }
    yield `${JSON.stringify({ messages })}\n`;
  }
}

import { EngineRefusal } from "./port.ts";

/** Throws invalid_input with both figures when `ids` and `room` tokens more do not fit in the context. */
export function checkLength(ids: number[], maxContext: number, room: number): void {
  if (ids.length === 0) {
    throw new EngineRefusal("invalid_input", "The prompt has no tokens. Give at least one.", {
      param: "prompt",
    });
  }
  if (ids.length + room <= maxContext) return;
  const what = room > 0 ? "leaves no room for an answer" : "does not fit";
  throw new EngineRefusal(
    "invalid_input",
    `The prompt has ${ids.length} tokens and ${what} in this model's context of ${maxContext} tokens. Shorten the prompt.`,
    { param: "prompt", reason: "context_length_exceeded" },
  );
}

/** Tokens of all texts of one embedding request: what OpenAI's own server takes. */
const mostInputTokens = 300_000;

/**
 * Tokens of the texts of one embedding request. Throws invalid_input naming the text that is empty or too long: a text
 * is never cut, because its vector would then be that of another text.
 */
export function checkInput(sequences: number[][], maxTokens: number): number {
  let sum = 0;
  for (const [i, ids] of sequences.entries()) {
    const which = sequences.length > 1 ? `Text ${i + 1} of ${sequences.length}` : "The text";
    if (ids.length === 0) {
      throw new EngineRefusal("invalid_input", `${which} has no tokens. Nothing was embedded.`, {
        param: "input",
      });
    }
    if (ids.length > maxTokens) {
      throw new EngineRefusal(
        "invalid_input",
        `${which} has ${ids.length} tokens and this model takes ${maxTokens}. Nothing was embedded; shorten or divide it.`,
        { param: "input", reason: "context_length_exceeded" },
      );
    }
    sum += ids.length;
  }
  if (sum > mostInputTokens) {
    throw new EngineRefusal(
      "invalid_input",
      `The texts have ${sum} tokens together; one request takes ${mostInputTokens}. Nothing was embedded; send fewer texts at once.`,
      { param: "input" },
    );
  }
  return sum;
}

/** The beginning of a text that fits, and the token that ends it: every tokenizer of these models puts one there. */
export function cutTokens(ids: number[], maxTokens: number): number[] {
  const last = ids.at(-1);
  if (ids.length <= maxTokens || last === undefined) return ids;
  return [...ids.slice(0, maxTokens - 1), last];
}

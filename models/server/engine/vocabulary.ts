import type { TokenPiece } from "./port.ts";
import { type TokenizerJson, TokenText } from "./token-text.ts";

export type Vocabulary = { has(id: number): boolean; piece(id: number): TokenPiece };

/**
 * How the tokens of an embedding model read. WordPiece marks what goes on inside a word with `##` and keeps no spaces,
 * so its pieces are words and parts of words; every other tokenizer reads as for models that write.
 */
export function readVocabulary(json: TokenizerJson): Vocabulary {
  if ((json.model as { type?: unknown }).type !== "WordPiece") return new TokenText(json);
  const tokens: string[] = [];
  const special = new Set<number>();
  for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token;
  for (const token of json.added_tokens ?? []) {
    tokens[token.id] = token.content;
    if (token.special) special.add(token.id);
  }
  return {
    has: (id) => tokens[id] !== undefined,
    piece(id) {
      const token = tokens[id] ?? "";
      const text = token.length > 2 && token.startsWith("##") ? token.slice(2) : token;
      return { id, text, bytes: new TextEncoder().encode(text), special: special.has(id) };
    },
  };
}

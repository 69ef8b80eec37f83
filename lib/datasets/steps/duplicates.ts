import { hash } from "node:crypto";
import { z } from "zod";
import { type ConversationBody, mainPath, messageText, walk } from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import { defineStep, dropped, kept } from "./step.ts";

export const duplicateModes = ["exact", "normalised"] as const;
export type DuplicateMode = (typeof duplicateModes)[number];
/** `prompt` compares the messages up to the first reply of the assistant only. */
export const duplicateScopes = ["conversation", "prompt"] as const;
export type DuplicateScope = (typeof duplicateScopes)[number];

const params = z.object({
  mode: z.enum(duplicateModes).default("normalised"),
  scope: z.enum(duplicateScopes).default("conversation"),
});

/** ASCII has no accents and no widths: what is left is case and what is no letter or digit. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII, too
const ascii = /^[\u0000-\u007f]*$/;

/** Case, punctuation, accents, width and whitespace folded away; a text of signs alone stays as it is. */
export function foldText(text: string): string {
  const words = ascii.test(text)
    ? text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, " ")
        .trim()
    : foldUnicode(text);
  return words === "" ? text.trim() : words;
}

/** The folding of any text; `foldText` takes a shorter way to the same words where it can. */
export function foldUnicode(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Nodes with their depth that a comparison of this scope looks at, in reading order. */
export function* comparedNodes(body: ConversationBody, scope: DuplicateScope) {
  if (scope === "conversation") {
    yield* walk(body.root);
    return;
  }
  let depth = 0;
  for (const node of mainPath(body)) {
    if (node.role === "assistant") return;
    yield { node, depth: depth++ };
  }
}

/**
 * SHA-256 (hex) that two conversations share when they are duplicates: over depth, role and text of each
 * compared node. `exact` takes texts as they are; `normalised` folds case, punctuation, accents and whitespace
 * and ignores system messages' wording no less than others'. Tool calls count by name and arguments.
 */
export function duplicateKey(
  body: ConversationBody,
  mode: DuplicateMode,
  scope: DuplicateScope = "conversation",
): string {
  let compared = "";
  const fold = mode === "normalised" ? foldText : (text: string) => text;
  for (const { node, depth } of comparedNodes(body, scope)) {
    const calls = (node.toolCalls ?? []).map((call) => [call.name, fold(call.arguments)]);
    compared += `${JSON.stringify([depth, node.role, fold(messageText(node)), calls])}\n`;
  }
  return hash("sha256", compared);
}

/** Keeps the first of each set of duplicates, in the order the job feeds them. The job holds the set of keys seen. */
export const duplicatesStep = defineStep({
  id: "duplicates",
  label: "Duplicates",
  help: "Keeps the first of conversations that are the same, exactly or apart from case, punctuation and spaces.",
  version: 1,
  params,
  apply(body, { mode, scope }, ctx) {
    if (!ctx.seen) {
      throw new AssayError("internal", "The duplicates step was started without its set of keys.");
    }
    return ctx.seen(duplicateKey(body, mode, scope)) ? dropped(body, "duplicate") : kept(body);
  },
});

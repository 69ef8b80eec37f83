import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message, MessageNode } from "#lib/core/conversation.ts";
import { foldText, foldUnicode } from "./duplicates.ts";
import { mapNodes } from "./texts.ts";
import { normaliseAny, normaliseText } from "./unicode.ts";

/** Around the ends of every range that passes as usual, and what composes, hides, spaces or breaks lines. */
const characters = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."ab Z.,!1 \n") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(..."\t\r`~\u0000\u001f\u007f\u0085\u00a0\u00ad\u200b\u200d\ufeff"),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0x80, max: 0x600 }).map((code) => String.fromCodePoint(code)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0x1100, max: 0x11ff }).map((code) => String.fromCodePoint(code)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0x1e00, max: 0x3300 }).map((code) => String.fromCodePoint(code)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCodePoint(code)),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
);
const texts = fc.array(characters, { maxLength: 12 }).map((parts) => parts.join(""));

describe("shortcuts of the steps", () => {
  it("unicode: a text that passes as usual would not have changed", () => {
    const options = fc.record({
      compose: fc.boolean(),
      invisible: fc.boolean(),
      spaces: fc.boolean(),
    });
    fc.assert(
      fc.property(texts, options, (text, chosen) => {
        expect(normaliseText(text, chosen)).toBe(normaliseAny(text, chosen));
      }),
      { numRuns: 5_000 },
    );
  });

  it("unicode: each character that passes stays as it is, alone and after a letter", () => {
    const all = { compose: true, invisible: true, spaces: true };
    for (let code = 0; code < 0x10000; code++) {
      const character = String.fromCharCode(code);
      for (const text of [
        `${character}.`,
        `a${character}.`,
        `か${character}.`,
        `가${character}.`,
      ]) {
        if (normaliseText(text, all) !== normaliseAny(text, all)) expect.fail(code.toString(16));
      }
    }
  });

  it("duplicates: ASCII folds to the same words by the shorter way", () => {
    const ascii = fc.string({ unit: "binary-ascii", maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(ascii, texts), (text) => {
        const words = foldUnicode(text);
        expect(foldText(text)).toBe(words === "" ? text.trim() : words);
      }),
      { numRuns: 5_000 },
    );
  });

  it("trees: copies what changed and the way to it, and nothing else", () => {
    const tree = fc.letrec<{ node: MessageNode }>((tie) => ({
      node: fc.record({
        role: fc.constant("user" as const),
        content: fc.constantFrom("keep", "change"),
        replies: fc.oneof(
          { maxDepth: 5 },
          fc.constant<MessageNode[]>([]),
          fc.array(tie("node"), { maxLength: 3 }),
        ),
      }),
    })).node;
    const changed = (message: Message): Message =>
      message.content === "change" ? { ...message, content: "changed" } : message;
    const byRecursion = (node: MessageNode): MessageNode => ({
      ...changed(node),
      replies: node.replies.map(byRecursion),
    });
    const holdsChange = (node: MessageNode): boolean =>
      node.content === "change" || node.replies.some(holdsChange);
    const sameWhereUntouched = (before: MessageNode, after: MessageNode): void => {
      expect(before === after).toBe(!holdsChange(before));
      before.replies.forEach((reply, i) => {
        sameWhereUntouched(reply, after.replies[i] as MessageNode);
      });
    };
    fc.assert(
      fc.property(tree, (root) => {
        const mapped = mapNodes(root, changed);
        expect(mapped).toEqual(byRecursion(root));
        sameWhereUntouched(root, mapped);
      }),
      { numRuns: 1_000 },
    );
  });
});

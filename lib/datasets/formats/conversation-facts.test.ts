import { describe, expect, it } from "vitest";
import { linear, type MessageNode } from "#lib/core/conversation.ts";
import { conversationFacts } from "./conversation-facts.ts";

describe("conversation facts", () => {
  it("counts the main path and the whole tree apart", () => {
    const follow: MessageNode = { role: "user", content: "Thanks", replies: [] };
    const root: MessageNode = {
      role: "user",
      content: "Hi",
      replies: [
        { role: "assistant", content: "Worse", rank: 1, replies: [follow] },
        { role: "assistant", content: "Hello", rank: 0, replies: [] },
      ],
    };
    expect(conversationFacts({ kind: "tree", root })).toEqual({
      turns: 2,
      messages: 4,
      characters: 18,
      tokens: 4 * 4 + 1 + 2 + 2 + 2,
      roles: ["user", "assistant"],
      firstText: "Hi",
      firstUserText: "Hi",
      hasBranches: true,
      text: "Hi\nWorse\nThanks\nHello",
    });
  });

  it("finds the first user message behind a system message, and the words of tool calls", () => {
    const root = linear([
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "Look" }] },
      { role: "assistant", content: "", toolCalls: [{ name: "track", arguments: '{"id":7}' }] },
    ]);
    const facts = conversationFacts({ kind: "chat", root });
    expect(facts.firstText).toBe("Be brief.");
    expect(facts.firstUserText).toBe("Look");
    expect(facts.text).toBe('Be brief.\nLook\ntrack {"id":7}');
    expect(facts.hasBranches).toBe(false);
  });

  it("keeps an empty first user message apart from a later one", () => {
    const root = linear([
      { role: "user", content: "" },
      { role: "assistant", content: "?" },
      { role: "user", content: "Later" },
    ]);
    expect(conversationFacts({ kind: "chat", root }).firstUserText).toBe("");
  });

  it("cuts the search text between whole characters", () => {
    const root = linear([{ role: "user", content: `x${"📦".repeat(200_000)}` }]);
    const { text } = conversationFacts({ kind: "chat", root });
    expect(text.length).toBe(249_999);
    expect(text.isWellFormed()).toBe(true);
  });

  it("holds 50,000 messages on one path", () => {
    const root = linear(Array.from({ length: 50_000 }, () => ({ role: "user", content: "a" })));
    expect(conversationFacts({ kind: "chat", root }).turns).toBe(50_000);
  });
});

import { describe, expect, it } from "vitest";
import { type ConversationBody, linear } from "../core/conversation.ts";
import { phrasesOf } from "./erased-words.ts";

describe("texts by which a repetition is recognised", () => {
  it("are whole messages of people, models and tools, each once", () => {
    const body: ConversationBody = {
      kind: "chat",
      root: linear([
        { role: "system", content: "You are a friendly assistant of a shop." },
        { role: "user", content: " Please call Jo under 0171 23456. " },
        {
          role: "assistant",
          content: "Ok.",
          toolCalls: [{ name: "call", arguments: '{"number":"0171 23456"}' }],
        },
        { role: "user", content: [{ type: "text", text: "Please call Jo under 0171 23456." }] },
      ]),
    };
    expect(phrasesOf([body, body])).toEqual([
      "Please call Jo under 0171 23456.",
      '{"number":"0171 23456"}',
    ]);
  });
});

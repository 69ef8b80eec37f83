import { describe, expect, it } from "vitest";
import type { MessageNode } from "#lib/core/conversation.ts";
import { readConversations, readError, readOne } from "../read-text.testing.ts";

const root = async (record: unknown) =>
  (await readConversations(JSON.stringify(record)))[0]?.body.root;
const fault = async (record: unknown, format: string) =>
  (await readError(JSON.stringify(record), { format })).reason;

function node(role: MessageNode["role"], content: string, ...replies: MessageNode[]): MessageNode {
  return { role, content, replies };
}

function ranked(rank: number, message: MessageNode): MessageNode {
  return { ...message, rank };
}

describe("prompt, chosen, rejected", () => {
  const wanted = node(
    "user",
    "Hi",
    ranked(0, node("assistant", "Hello")),
    ranked(1, node("assistant", "What")),
  );

  it.each([
    { prompt: "Hi", chosen: "Hello", rejected: "What" },
    {
      prompt: [{ role: "user", content: "Hi" }],
      chosen: [{ role: "assistant", content: "Hello" }],
      rejected: [{ role: "assistant", content: "What" }],
    },
    {
      chosen: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
      rejected: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "What" },
      ],
    },
    {
      conversations: [{ from: "human", value: "Hi" }],
      chosen: { from: "gpt", value: "Hello" },
      rejected: { from: "gpt", value: "What" },
    },
    { instruction: "Hi", input: "", chosen: "Hello", rejected: "What" },
  ])("is one pair with two ranked leaves: %j", async (record) => {
    const [conversation, ...more] = await readConversations(JSON.stringify(record));
    expect(conversation?.body).toEqual({ kind: "pair", root: wanted });
    expect(more).toEqual([]);
  });

  it("takes a prompt that the answers repeat once", async () => {
    const asked = { role: "user", content: "Hi" };
    const answers = {
      chosen: [asked, { role: "assistant", content: "Hello" }],
      rejected: [asked, { role: "assistant", content: "What" }],
    };
    expect(await root({ prompt: "Hi", ...answers })).toEqual(wanted);
    expect(await root({ prompt: [asked], ...answers })).toEqual(wanted);
    const instructed = { role: "system", content: "S" };
    const whole = {
      prompt: "Hi",
      chosen: [instructed, ...answers.chosen],
      rejected: [instructed, ...answers.rejected],
    };
    expect(await root(whole)).toEqual(node("system", "S", wanted));
    expect(await root({ system: "S", prompt: "Hi", ...answers })).toEqual(
      node("system", "S", wanted),
    );
  });

  it("puts the system message first", async () => {
    expect(await root({ system: "S", prompt: "Hi", chosen: "Hello", rejected: "What" })).toEqual(
      node("system", "S", wanted),
    );
  });

  it("says what is wrong", async () => {
    const same = { prompt: "Hi", chosen: "Hello", rejected: "Hello" };
    expect(await fault(same, "preference")).toContain("are the same");
    expect(await fault({ prompt: "Hi", chosen: "a" }, "preference")).toContain("no `rejected`");
    expect(await fault({ prompt: "Hi", chosen: 1, rejected: 2 }, "preference")).toContain(
      "`chosen`",
    );
    expect(await fault({ chosen: "a", rejected: "b" }, "preference")).toContain("same message");
  });
});

describe("HH-RLHF transcripts", () => {
  const talk = (...turns: string[]) =>
    turns.map((turn, i) => `\n\n${i % 2 === 0 ? "Human" : "Assistant"}: ${turn}`).join("");

  it("shares the turns before the last and branches there", async () => {
    expect(
      await root({
        chosen: talk("Hi", "Hello", "Bye", "See you"),
        rejected: talk("Hi", "Hello", "Bye", "Go"),
      }),
    ).toEqual(
      node(
        "user",
        "Hi",
        node(
          "assistant",
          "Hello",
          node(
            "user",
            "Bye",
            ranked(0, node("assistant", "See you")),
            ranked(1, node("assistant", "Go")),
          ),
        ),
      ),
    );
  });

  it("branches where the dialogues first differ, when that is earlier", async () => {
    expect(
      await root({
        chosen: talk("Hi", "Hello", "Bye", "See you"),
        rejected: talk("Hi", "What", "Bye", "Go"),
      }),
    ).toEqual(
      node(
        "user",
        "Hi",
        ranked(0, node("assistant", "Hello", node("user", "Bye", node("assistant", "See you")))),
        ranked(1, node("assistant", "What", node("user", "Bye", node("assistant", "Go")))),
      ),
    );
  });

  it("does not take a colon inside a turn for a new turn, and keeps paragraphs", async () => {
    const chosen = "\n\nHuman: Note: a\n\nb\nHuman: c\n\nAssistant: d";
    const tree = await root({ chosen, rejected: chosen.replace("d", "e") });
    expect(tree?.content).toBe("Note: a\n\nb\nHuman: c");
    expect(tree?.replies.map((reply) => reply.content)).toEqual(["d", "e"]);
  });

  it.each([
    ["\r\n\r\nHuman: Hi\r\n\r\nAssistant: "],
    ["\n\n\nHuman: Hi \n \n  Assistant:  "],
    ["Human:Hi\n\t\nAssistant:"],
  ])("takes a line of white space before a speaker for an empty one: %j", async (start) => {
    const tree = await root({ chosen: `${start}Hello`, rejected: `${start}What` });
    expect(tree).toEqual(
      node(
        "user",
        "Hi",
        ranked(0, node("assistant", "Hello")),
        ranked(1, node("assistant", "What")),
      ),
    );
  });

  it("keeps an empty answer, with a warning", async () => {
    const item = await readOne(
      JSON.stringify({ chosen: talk("Hi", "Hello"), rejected: talk("Hi", "") }),
    );
    expect(item.warnings).toEqual(["Message 3 (assistant) is empty."]);
  });

  it("says what is wrong", async () => {
    const good = talk("Hi", "Hello");
    const format = "hh-transcripts";
    expect(await fault({ chosen: good, rejected: good }, format)).toContain("are the same");
    expect(await fault({ chosen: good, rejected: talk("Hi") }, format)).toContain(
      "chosen dialogue only continues",
    );
    expect(await fault({ chosen: good, rejected: "Hello" }, format)).toContain("`rejected` has no");
    expect(await fault({ chosen: `Note.${good}`, rejected: good }, format)).toContain(
      "text before",
    );
    expect(await fault({ chosen: good, rejected: talk("Yo", "Hello") }, format)).toContain(
      "same message",
    );
    expect(await fault({ chosen: good }, format)).toContain("no transcript `rejected`");
  });
});

describe("message trees", () => {
  const message = (role: string, text: string, more: object = {}, ...replies: object[]) => ({
    role,
    text,
    replies,
    ...more,
  });

  it("is one tree with ranks, and keeps what else is said of the messages", async () => {
    const item = await readOne(
      JSON.stringify({
        message_tree_id: "t1",
        prompt: message(
          "prompter",
          "Hi",
          { lang: "en", message_id: "m1" },
          message("assistant", "b", { rank: 1 }, message("prompter", "c")),
          message("assistant", "a", { rank: 0, synthetic: true }),
          message("assistant", "n", { rank: null }),
        ),
      }),
    );
    const [conversation] = item.conversations;
    expect(conversation?.body).toEqual({
      kind: "tree",
      root: node(
        "user",
        "Hi",
        ranked(1, node("assistant", "b", node("user", "c"))),
        ranked(0, node("assistant", "a")),
        node("assistant", "n"),
      ),
    });
    expect(conversation?.language).toBe("en");
    expect(conversation?.metadata).toEqual({
      message_tree_id: "t1",
      message_fields: { 0: { lang: "en", message_id: "m1" }, 3: { synthetic: true } },
    });
    expect(item.warnings).toBeUndefined();
  });

  it("reads a record that is the first message itself", async () => {
    const bare = message("prompter", "Hi", { lang: "en" }, message("assistant", "Hello"));
    const [conversation] = await readConversations(JSON.stringify(bare));
    expect(conversation?.body).toEqual({
      kind: "tree",
      root: node("user", "Hi", node("assistant", "Hello")),
    });
    expect(conversation?.language).toBe("en");
  });

  it("leaves out deleted messages with what is under them, and says so", async () => {
    const item = await readOne(
      JSON.stringify({
        prompt: message(
          "prompter",
          "Hi",
          {},
          message("assistant", "gone", { deleted: true }, message("prompter", "under")),
          message("assistant", "kept", { deleted: false }),
        ),
      }),
    );
    expect(item.conversations[0]?.body.root.replies.map((reply) => reply.content)).toEqual([
      "kept",
    ]);
    expect(item.warnings).toEqual(["1 deleted messages were left out, with their replies."]);
    const gone = { prompt: message("prompter", "Hi", { deleted: true }) };
    expect(await fault(gone, "oasst")).toContain("deleted");
  });

  it("reads 1,000 messages deep and reports deeper trees", async () => {
    const deep = (count: number) =>
      `{"prompt":${'{"role":"prompter","text":"a","replies":['.repeat(count)}${"]}".repeat(count)}}`;
    expect((await readOne(deep(1_000), { format: "oasst" })).conversations).toHaveLength(1);
    expect((await readError(deep(1_001), { format: "oasst" })).reason).toContain(
      "deeper than 1000 messages",
    );
    expect((await readError(deep(50_000), { format: "oasst" })).reason).toContain("nested deeper");
  });

  it("says what is wrong", async () => {
    const tree = (...replies: unknown[]) => ({ prompt: { role: "prompter", text: "a", replies } });
    expect(await fault(tree(7), "oasst")).toContain("`replies`");
    expect(await fault(tree(message("pilot", "a")), "oasst")).toContain('unknown role "pilot"');
    expect(await fault(tree({ role: "assistant" }), "oasst")).toContain("no `text`");
    expect(await fault(tree(message("assistant", "a", { rank: -1 })), "oasst")).toContain("rank");
  });
});

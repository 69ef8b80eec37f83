import { describe, expect, it } from "vitest";
import { readConversations, readError, readOne, transcript } from "../read-text.testing.ts";

const read = async (record: unknown) => readConversations(JSON.stringify(record));
const fault = async (record: unknown, format: string) =>
  (await readError(JSON.stringify(record), { format })).reason;

describe("messages", () => {
  it("keeps tools, tool calls, names, ids and content parts", async () => {
    const tools = [
      { type: "function", function: { name: "track", parameters: { type: "object" } } },
    ];
    const image = { type: "image_url", image_url: { url: "https://example.org/a.png" } };
    const detailed = { type: "image_url", image_url: { url: "data:,", detail: "high" } };
    const [conversation] = await read({
      messages: [
        { role: "developer", content: "Be brief." },
        { role: "user", name: "Ada", content: [{ type: "text", text: "Look" }, image, detailed] },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "c1", type: "function", function: { name: "track", arguments: '{ "id":7 ' } },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "on its way" },
        { role: "assistant", content: null, refusal: "I cannot." },
      ],
      tools,
      parallel_tool_calls: false,
    });
    const messages = [];
    for (let node = conversation?.body.root; node; node = node.replies[0]) {
      const { replies: _replies, ...message } = node;
      messages.push(message);
    }
    expect(messages).toEqual([
      { role: "system", content: "Be brief." },
      {
        role: "user",
        name: "Ada",
        content: [
          { type: "text", text: "Look" },
          { type: "image", url: "https://example.org/a.png" },
          {
            type: "other",
            kind: "image_url",
            value: { image_url: { url: "data:,", detail: "high" } },
          },
        ],
      },
      {
        role: "assistant",
        content: "",
        toolCalls: [{ id: "c1", name: "track", arguments: '{ "id":7 ' }],
      },
      { role: "tool", toolCallId: "c1", content: "on its way" },
      {
        role: "assistant",
        content: [{ type: "other", kind: "refusal", value: { refusal: "I cannot." } }],
      },
    ]);
    expect(conversation?.body.tools).toEqual(tools);
    expect(conversation?.metadata).toEqual({ parallel_tool_calls: false });
    expect(conversation?.speakers).toEqual(["Ada"]);
  });

  it("reads the older function_call, functions and function role", async () => {
    const [conversation] = await read({
      messages: [
        { role: "user", content: "Weather?" },
        { role: "assistant", content: null, function_call: { name: "weather", arguments: "{}" } },
        { role: "function", name: "weather", content: "sun" },
      ],
      functions: [{ name: "weather", parameters: {} }],
    });
    expect(conversation?.body.tools).toEqual([
      { type: "function", function: { name: "weather", parameters: {} } },
    ]);
    const call = conversation?.body.root.replies[0];
    expect(call?.toolCalls).toEqual([{ name: "weather", arguments: "{}" }]);
    expect(call?.replies[0]).toMatchObject({ role: "tool", name: "weather", content: "sun" });
  });

  it("keeps fields of single messages beside the body", async () => {
    const [conversation] = await read({
      messages: [
        { role: "user", content: [{ type: "text", value: "hi", cached: true }], loss_weight: 0 },
        { role: "assistant", content: "Hello", weight: 1 },
      ],
    });
    expect(conversation?.body.root.content).toEqual([{ type: "text", text: "hi" }]);
    expect(conversation?.metadata).toEqual({
      message_fields: { 0: { loss_weight: 0, parts: { 0: { cached: true } } }, 1: { weight: 1 } },
    });
  });

  it("reads a record that is the list itself, and a list under another name", async () => {
    const list = [{ role: "user", content: "Hi" }];
    expect(
      (await readConversations(`${JSON.stringify(list)}\n${JSON.stringify(list)}`)).length,
    ).toBe(2);
    expect(transcript((await read({ conversations: list }))[0])).toEqual(["user: Hi"]);
  });

  it("accepts a chat without a user message and a very long answer, with a warning each", async () => {
    const item = await readOne(
      JSON.stringify({
        messages: [
          { role: "system", content: "Be nice." },
          { role: "assistant", content: "x".repeat(26_000) },
          { role: "assistant", content: "" },
        ],
      }),
    );
    expect(item.warnings).toEqual([
      "Message 2 has 26000 characters.",
      "Message 3 (assistant) is empty.",
      "There is no user message.",
    ]);
    expect(item.conversations).toHaveLength(1);
  });

  it("says which message is wrong, and how", async () => {
    const chat = (...messages: unknown[]) => ({
      messages: [{ role: "user", content: "a" }, ...messages],
    });
    expect(await fault(chat({ role: "wizard", content: "a" }), "messages")).toBe(
      'Message 2 has the unknown role "wizard".',
    );
    expect(await fault(chat({ content: "a" }), "messages")).toBe("Message 2 has no role.");
    expect(await fault(chat({ role: "assistant" }), "messages")).toBe("Message 2 has no content.");
    expect(await fault(chat({ role: "assistant", content: 7 }), "messages")).toContain(
      "content of message 2",
    );
    expect(await fault(chat({ role: "assistant", content: [7] }), "messages")).toContain(
      "Part 1 of message 2",
    );
    expect(await fault(chat("hello"), "messages")).toBe("Message 2 is not an object.");
    expect(await fault(chat({ role: "assistant", tool_calls: [{}] }), "messages")).toContain(
      "no function name",
    );
    expect(await fault({ messages: [] }, "messages")).toBe("The conversation has no messages.");
    expect(await fault({ ...chat(), tools: { a: 1 } }, "messages")).toBe("`tools` is not a list.");
    const long = Array.from({ length: 1_001 }, () => ({ role: "user", content: "a" }));
    expect(await fault({ messages: long }, "messages")).toContain("1001 messages; at most 1000");
  });
});

describe("ShareGPT", () => {
  it("reads calls, observations, system and tools as text", async () => {
    const [conversation] = await read({
      system: "Be brief.",
      conversations: [
        { from: "human", value: "Weather?" },
        { from: "function_call", value: '{"name": "weather", "arguments": {"city": "Bonn"}}' },
        { from: "observation", value: "sun" },
        { from: "gpt", value: "Sunny.", weight: 0 },
      ],
      tools: '[{"name": "weather"}]',
      id: "x",
    });
    expect(transcript(conversation)).toEqual([
      "system: Be brief.",
      "user: Weather?",
      "assistant: ",
      "tool: sun",
      "assistant: Sunny.",
    ]);
    expect(conversation?.body.root.replies[0]?.replies[0]?.toolCalls).toEqual([
      { name: "weather", arguments: '{"city":"Bonn"}' },
    ]);
    expect(conversation?.body.tools).toEqual([{ type: "function", function: { name: "weather" } }]);
    expect(conversation?.metadata).toEqual({ id: "x", message_fields: { 4: { weight: 0 } } });
  });

  it.each(["conversation", "messages", "items"])("reads a list named %s", async (name) => {
    const [conversation] = await read({
      id: "x",
      [name]: [
        { from: "human", value: "Hi" },
        { from: "gpt", value: "Hello" },
      ],
    });
    expect(transcript(conversation)).toEqual(["user: Hi", "assistant: Hello"]);
    expect(conversation?.metadata).toEqual({ id: "x" });
  });

  it("leaves out empty tools and system", async () => {
    const [conversation] = await read({
      conversations: [{ from: "human", value: "Hi" }],
      tools: "[]",
      system: "",
    });
    expect(conversation?.body).toEqual({
      kind: "chat",
      root: { role: "user", content: "Hi", replies: [] },
    });
  });

  it("says what is wrong", async () => {
    const chat = (from: string, value: unknown) => ({ conversations: [{ from, value }] });
    expect(await fault(chat("alien", "a"), "sharegpt")).toContain('unknown role "alien"');
    expect(await fault(chat("human", 7), "sharegpt")).toContain("no text in `value`");
    expect(await fault(chat("function_call", "{"), "sharegpt")).toContain("not valid JSON");
    const hostile = chat("function_call", '{"name":"a","arguments":{"__proto__":{}}}');
    expect(await fault(hostile, "sharegpt")).toContain("__proto__");
    expect(await fault({ ...chat("human", "a"), tools: "{" }, "sharegpt")).toContain("`tools`");
  });
});

describe("Alpaca", () => {
  it("joins instruction and input, with history and system before", async () => {
    const [conversation] = await read({
      instruction: "Add",
      input: "1 and 2",
      output: "3",
      history: [["Hi", "Hello"]],
      system: "Count.",
    });
    expect(transcript(conversation)).toEqual([
      "system: Count.",
      "user: Hi",
      "assistant: Hello",
      "user: Add\n1 and 2",
      "assistant: 3",
    ]);
  });

  it("says what is wrong", async () => {
    expect(await fault({ instruction: "a" }, "alpaca")).toContain("no text `output`");
    expect(await fault({ instruction: " ", output: "b" }, "alpaca")).toContain("`instruction`");
    expect(await fault({ instruction: 7, output: "b" }, "alpaca")).toBe(
      "`instruction` is not text.",
    );
    const history = [["only one"]];
    expect(await fault({ instruction: "a", output: "b", history }, "alpaca")).toContain(
      "Turn 1 of `history`",
    );
  });
});

describe("prompt and completion", () => {
  it.each([
    [{ prompt: "Hi", completion: " Hello", label: true }, ["user: Hi", "assistant:  Hello"]],
    [{ instruction: "Hi", response: "Hello" }, ["user: Hi", "assistant: Hello"]],
    [{ question: "Hi", answer: "Hello" }, ["user: Hi", "assistant: Hello"]],
    [
      {
        prompt: [
          { role: "system", content: "S" },
          { role: "user", content: "Hi" },
        ],
        completion: [{ role: "assistant", content: "Hello" }],
      },
      ["system: S", "user: Hi", "assistant: Hello"],
    ],
  ])("reads %j", async (record, wanted) => {
    const [conversation] = await read(record);
    expect(transcript(conversation)).toEqual(wanted);
    expect(conversation?.metadata).toEqual("label" in record ? { label: true } : {});
  });

  it("makes one conversation of each instance of a seed task", async () => {
    const item = await readOne(
      JSON.stringify({
        id: "seed_1",
        instruction: "Opposite",
        instances: [
          { input: "hot", output: "cold" },
          { input: "", output: "?" },
        ],
      }),
    );
    expect(item.conversations.map(transcript)).toEqual([
      ["user: Opposite\nhot", "assistant: cold"],
      ["user: Opposite", "assistant: ?"],
    ]);
    expect(item.conversations[1]?.metadata).toEqual({ id: "seed_1", instance: 2 });
  });

  it("says what is wrong", async () => {
    expect(await fault({ prompt: "a" }, "prompt-completion")).toContain("no `completion`");
    expect(await fault({ instruction: "a", instances: [] }, "prompt-completion")).toContain(
      "empty",
    );
    expect(await fault({ instruction: "a", instances: [{}] }, "prompt-completion")).toContain(
      "Instance 1",
    );
  });
});

describe("dialogues", () => {
  it("takes SYSTEM for the answering side and keeps annotations", async () => {
    const frames = [{ service: "Hotels_2", slots: [] }];
    const [conversation] = await read({
      dialogue_id: "1_00000",
      services: ["Hotels_2"],
      turns: [
        { speaker: "USER", utterance: "A house, please.", frames },
        { speaker: "SYSTEM", utterance: "Where?" },
      ],
    });
    expect(transcript(conversation)).toEqual(["user: A house, please.", "assistant: Where?"]);
    expect(conversation?.metadata).toEqual({
      dialogue_id: "1_00000",
      services: ["Hotels_2"],
      message_fields: { 0: { frames } },
    });
  });

  it("says what is wrong", async () => {
    const turns = (speaker: string, utterance: unknown) => ({ turns: [{ speaker, utterance }] });
    expect(await fault(turns("NARRATOR", "a"), "dialogues")).toContain('unknown role "NARRATOR"');
    expect(await fault(turns("USER", null), "dialogues")).toContain("Turn 1 has no `utterance`");
  });
});

describe("text", () => {
  it("is one message of the assistant", async () => {
    const [conversation] = await read({ text: "Once upon a time", url: "x" });
    expect(conversation?.body).toEqual({
      kind: "text",
      root: { role: "assistant", content: "Once upon a time", replies: [] },
    });
    expect(conversation?.metadata).toEqual({ url: "x" });
  });

  it("reads one text a line when named", async () => {
    const texts = await readConversations("First.\r\n\nSecond, with a comma.\n", {
      format: "text-lines",
    });
    expect(texts.map(({ body }) => body.root.content)).toEqual(["First.", "Second, with a comma."]);
  });
});

import { describe, expect, it } from "vitest";
import type { AnswerFacts, PlayState } from "#lib/core/playground-session.ts";
import { playStateSchema } from "#lib/core/playground-session.ts";
import {
  emptyState,
  firstMessages,
  lastAnswer,
  type ModelChoice,
  pace,
  parametersFor,
  samePrompt,
  temperatureWords,
  wireMessages,
  withColumn,
  withMessages,
  withModel,
  withoutColumn,
  withRow,
} from "./state.ts";

const facts: AnswerFacts = {
  model: "m@1",
  modelVersionId: 1,
  requestId: null,
  finishReason: "stop",
  promptTokens: 4,
  completionTokens: 11,
  firstTokenMs: 100,
  totalMs: 600,
  partial: false,
  error: null,
  parameters: {},
};
const start = (): PlayState => emptyState(["m@2", "m@1", "n@1"]);

describe("the playground's state", () => {
  it("begins with the two newest models, or with the one that was asked for", () => {
    expect(start().columns.map((one) => one.model)).toEqual(["m@2", "m@1"]);
    expect(emptyState(["m@2"], "n@1").columns.map((one) => one.model)).toEqual(["n@1"]);
    expect(emptyState([]).columns).toHaveLength(1);
    expect(playStateSchema.parse(start())).toEqual(start());
  });

  it("asks a version at a low temperature, and a deployment with its own decoding", () => {
    const models: ModelChoice[] = [
      { name: "m@2", kind: "version" },
      { name: "m@1", kind: "version" },
      { name: "desk", kind: "deployment" },
    ];
    expect(parametersFor(start(), models, "m@2")).toEqual({ temperature: 0.2 });
    expect(parametersFor(start(), models, "desk")).toEqual({});
    const warm = { parameters: { temperature: 0.9, top_k: 5 } };
    expect(parametersFor(warm, models, "m@2")).toEqual(warm.parameters);
    expect(parametersFor(warm, models, "desk")).toEqual(warm.parameters);
    expect(temperatureWords(start(), models)).toBe("0.2");
    expect(temperatureWords(withModel(start(), "b", "desk"), models)).toBe("0.2 or its own");
    expect(temperatureWords(emptyState([], "desk"), models)).toBe("Default");
  });

  it("sends system text, earlier turns and the filled prompt", () => {
    const state = {
      ...start(),
      system: "You are {{who}}.",
      history: [{ role: "user" as const, content: "{{kept}}" }],
      prompt: "Hi {{name}}, {{open}}",
      variables: { who: "kind", name: "Ana" },
    };
    expect(firstMessages(state)).toEqual([
      { role: "system", content: "You are kind." },
      { role: "user", content: "{{kept}}" },
      { role: "user", content: "Hi Ana, {{open}}" },
    ]);
    expect(firstMessages({ ...state, system: "  " })[0]?.role).toBe("user");
  });

  it("leaves out of a conversation what failed without a word", () => {
    const failed = { ...facts, error: "Away." };
    expect(
      wireMessages([
        { role: "user", content: "a" },
        { role: "assistant", content: "", answer: failed },
        { role: "assistant", content: "half", answer: failed },
      ]),
    ).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "half" },
    ]);
  });

  it("holds one to four columns and starts anew with another model", () => {
    let state = start();
    for (const model of ["c", "d", "e"]) state = withColumn(state, model);
    expect(state.columns.map((one) => one.id)).toEqual(["a", "b", "c", "d"]);
    state = withoutColumn(state, "b");
    state = withColumn(state, "again");
    expect(new Set(state.columns.map((one) => one.id)).size).toBe(4);
    for (const id of ["a", "b", "c", "d"]) state = withoutColumn(state, id);
    expect(state.columns).toHaveLength(1);
    const [only] = state.columns;
    const asked = withMessages(state, only?.id ?? "", [{ role: "user", content: "x" }]);
    expect(withModel(asked, only?.id ?? "", "n@1").columns[0]).toMatchObject({
      model: "n@1",
      messages: [],
    });
  });

  it("knows which answers answer the same prompt", () => {
    const user = { role: "user" as const, content: "Hi" };
    const answer = { role: "assistant" as const, content: "Yes", answer: facts };
    let state = withMessages(start(), "a", [user, answer]);
    state = withMessages(state, "b", [user, { ...answer, content: "No" }]);
    const [left, right] = state.columns;
    if (!left || !right) throw new TypeError("two columns");
    expect(samePrompt(left, right)).toBe(true);
    expect(lastAnswer(left)?.text).toBe("Yes");
    expect(samePrompt(left, { ...right, messages: [user, answer, user, answer] })).toBe(false);
    expect(lastAnswer({ ...left, messages: [user] })).toBeUndefined();
  });

  it("measures the pace after the first token", () => {
    expect(pace(facts)).toBe(20);
    expect(pace({ ...facts, completionTokens: 1 })).toBeUndefined();
    expect(pace({ ...facts, firstTokenMs: null })).toBeUndefined();
    // All of it came at once.
    expect(pace({ ...facts, totalMs: 101 })).toBeUndefined();
  });

  it("takes a dataset row in place of the prompt", () => {
    const row = {
      conversation: 7,
      system: "S",
      history: [],
      prompt: "Q",
      reference: "R",
    };
    const opened = withRow(withMessages(start(), "a", [{ role: "user", content: "x" }]), row);
    expect(opened).toMatchObject({ ...row, template: null });
    expect(opened.columns.every((one) => one.messages.length === 0)).toBe(true);
  });
});

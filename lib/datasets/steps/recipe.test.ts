import { describe, expect, it } from "vitest";
import { type ConversationBody, linear, mainPath, messageText } from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import { applyRecipe, parseRecipe, recipeNeeds } from "./recipe.ts";

const chat = (question: string, answer: string): ConversationBody => ({
  kind: "chat",
  root: linear([
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]),
});

describe("recipe", () => {
  it("fills defaults and gives a digest that follows content, not spelling", () => {
    const short = parseRecipe({ steps: [{ step: "pii" }, { step: "length", params: { min: 5 } }] });
    const long = parseRecipe({
      steps: [
        { step: "pii", params: { numbered: false, mode: "find" } },
        { step: "length", params: { min: 5, unit: "characters" } },
      ],
    });
    expect(short.digest).toBe(long.digest);
    expect(short.steps[0]?.params).toMatchObject({ mode: "find", regions: ["US", "GB"] });
    const other = parseRecipe({ steps: [{ step: "length", params: { min: 5 } }, { step: "pii" }] });
    expect(other.digest).not.toBe(short.digest);
    expect(recipeNeeds(short)).toEqual({
      detectLanguage: false,
      seen: false,
      keptInstead: false,
    });
  });

  it("names each wrong field", () => {
    const bad = () =>
      parseRecipe({
        steps: [
          { step: "length", params: { min: -1 } },
          { step: "turns", params: { max: "x" } },
        ],
      });
    expect(bad).toThrow(AssayError);
    try {
      bad();
    } catch (error) {
      expect((error as AssayError).code).toBe("invalid_input");
      expect((error as AssayError).issues?.map(({ path }) => path)).toEqual([
        "steps.0.params.min",
        "steps.1.params.max",
      ]);
    }
    expect(() => parseRecipe({ steps: [{ step: "nope" }] })).toThrow(/steps\.0\.step/);
    expect(() => parseRecipe({ steps: [] })).toThrow(AssayError);
  });

  it("runs the steps in order and stops where a conversation is dropped", () => {
    const recipe = parseRecipe({
      steps: [
        { step: "html" },
        { step: "unicode" },
        { step: "length", params: { min: 30 } },
        { step: "turns" },
      ],
    });
    const outcome = applyRecipe(recipe, chat("<p>Hi   there</p>", "Yes"), {});
    expect(outcome.outcome).toBe("dropped");
    expect(outcome.droppedBy).toEqual({ index: 2, step: "length", reason: "too_short" });
    expect(outcome.results.map(({ step }) => step)).toEqual(["html", "unicode", "length"]);
  });

  it("anchors findings to the final text", () => {
    const recipe = parseRecipe({ steps: [{ step: "pii" }, { step: "unicode" }] });
    const outcome = applyRecipe(recipe, chat("a    b x@example.org", "ok"), {});
    const text = mainPath(outcome.body).map(messageText)[0] ?? "";
    const [finding] = outcome.findings;
    expect(text.slice(finding?.start, finding?.end)).toBe("x@example.org");
    expect(outcome.findings).toHaveLength(1);
  });

  it("reports no findings for what a later step redacts", () => {
    const recipe = parseRecipe({
      steps: [{ step: "pii" }, { step: "pii", params: { mode: "redact" } }],
    });
    expect(applyRecipe(recipe, chat("x@example.org", "ok"), {}).findings).toEqual([]);
  });
});

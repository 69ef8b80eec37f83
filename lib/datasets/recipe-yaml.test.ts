import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssayError } from "../core/errors.ts";
import { formatRecipeYaml, longestYaml, parseRecipeYaml } from "./recipe-yaml.ts";
import { stepIds } from "./steps/list.ts";
import { parseRecipe } from "./steps/recipe.ts";

const usual = `format: assay.recipe/1
name: Clean up
steps:
  - step: html
  - step: length
    params:
      min: 20
  - step: language
    params:
      keep: [en, "no"]
`;

/** What a file is refused with. */
function refusal(text: string): string {
  try {
    parseRecipeYaml(text);
  } catch (cause) {
    if (!(cause instanceof AssayError)) throw cause;
    expect(cause.code).toBe("invalid_input");
    expect(cause.issues?.[0]?.path).toBe("yaml");
    expect(cause.message).toMatch(/^Line \d+: .*Nothing was saved/);
    return cause.message;
  }
  throw new Error("it was accepted");
}

describe("a recipe as a file", () => {
  it("gives the steps with their defaults, the texts as they are written", () => {
    const { name, steps } = parseRecipeYaml(usual);
    expect(name).toBe("Clean up");
    expect(steps[1]).toEqual({ step: "length", params: { unit: "characters", min: 20 } });
    expect(steps[2]?.params.keep).toEqual(["en", "no"]);
  });

  it("is the same text again, parameters in the order of the step's form", () => {
    const text = formatRecipeYaml(parseRecipeYaml(usual));
    expect(text).toContain("unit: characters\n      min: 20");
    expect(formatRecipeYaml(parseRecipeYaml(text))).toBe(text);
    const stored = parseRecipeYaml(text);
    const turned = stored.steps.map(({ step, params }) => ({
      step,
      params: Object.fromEntries(Object.entries(params).reverse()),
    }));
    expect(formatRecipeYaml({ ...stored, steps: turned })).toBe(text);
  });

  it("is read back exactly, whatever is in its texts", () => {
    // Codes of languages are the only free texts of parameters, and short.
    const word = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 2, maxLength: 3 }).filter((text) => text.length < 4),
      fc.constantFrom(
        "no",
        "yes",
        "~~",
        "1e3",
        "0x1",
        "- a",
        "a: ",
        "# x",
        "\u0085\u0085",
        "|\u202e",
      ),
    );
    const step = fc.oneof(
      fc.record({
        step: fc.constant("language"),
        params: fc.record({ keep: fc.array(word, { minLength: 1, maxLength: 4 }) }),
      }),
      fc.record({
        step: fc.constant("length"),
        params: fc.record({ min: fc.nat() }, { requiredKeys: [] }),
      }),
      fc
        .constantFrom(...stepIds.filter((id) => id !== "language"))
        .map((id) => ({ step: id, params: {} })),
    );
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .map((text) => text.replace(/[\p{Cc}\\/]/gu, "").trim())
      .filter((text) => text !== "" && !/^\.+$/.test(text));
    fc.assert(
      fc.property(name, fc.array(step, { minLength: 1, maxLength: 6 }), (called, given) => {
        const made = parseRecipe({ steps: given });
        const file = {
          name: called,
          steps: made.steps.map(({ step: id, params }) => ({ step: id, params })),
        };
        const back = parseRecipeYaml(formatRecipeYaml(file));
        expect(back).toEqual(file);
        expect(parseRecipe({ steps: back.steps }).digest).toBe(made.digest);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, string, string]>([
    ["an unknown key", usual.replace("name:", "nmae:"), "Line 2: unknown key “nmae”"],
    ["an unknown step", usual.replace("html", "htlm"), "Line 4: unknown step “htlm”"],
    ["an unknown key of a step", `${usual}    note: x\n`, "Line 11: unknown key “note” in a step"],
    ["an unknown parameter", usual.replace("min: 20", "mim: 20"), "Line 7: unknown key “mim”"],
    ["a parameter of the wrong type", usual.replace("20", "many"), "Line 7: steps.1.params.min"],
    ["a parameter out of bounds", usual.replace("20", "-1"), "Line 7: steps.1.params.min"],
    ["a wrong value in a list", usual.replace('"no"', "no, 5"), "Line 10: steps.2.params.keep"],
    [
      "a map where a value belongs",
      usual.replace("20", "{ a: 1 }"),
      "Line 7: a parameter is a text",
    ],
    [
      "a key twice",
      usual.replace("name: Clean up", "name: a\nname: b"),
      "Line 3: the key “name” stands there twice",
    ],
    ["no name", usual.replace("name: Clean up\n", ""), "Line 1: name is missing"],
    ["a name that is a number", usual.replace("Clean up", "17"), "Line 2: name must be a text"],
    ["a name that is a path", usual.replace("Clean up", "../x"), "Line 2: A name has no slashes"],
    ["another format", usual.replace("recipe/1", "recipe/2"), "Line 1: format is"],
    [
      "steps that are no list",
      "format: assay.recipe/1\nname: a\nsteps: html\n",
      "Line 3: steps must be a list",
    ],
    ["no steps", "format: assay.recipe/1\nname: a\nsteps: []\n", "steps"],
    [
      "a step that is a word",
      "format: assay.recipe/1\nname: a\nsteps: [html]\n",
      "Line 3: a step must be keys",
    ],
    ["an anchor", usual.replace("min: 20", "min: &n 20"), "Line 7: an anchor"],
    ["an alias", `${usual.replace("min: 20", "min: &n 20")}  - *n\n`, "an a"],
    ["a tag", usual.replace("20", "!!str 20"), "Line 7: a tag"],
    ["a tag of code", usual.replace("20", "!!js/function x"), "Line 7: "],
    ["a second document", `${usual}---\nname: b\n`, "Line 11: "],
    ["a broken line", usual.replace("min: 20", "min: [20"), "Line "],
    ["a tab as indent", usual.replace("      min", "\tmin"), "Line "],
    ["nothing", "", "Line 1: the file is empty"],
    ["only a comment", "# nothing\n", "Line 1: the file is empty"],
    ["a text", "hello", "Line 1: the file must be keys"],
    ["a merge of keys", usual.replace("min: 20", "<<: {min: 20}"), "Line 7: unknown key “<<”"],
    [
      "a hidden key",
      usual.replace("min: 20", "__proto__: {min: 20}"),
      "Line 7: unknown key “__proto__”",
    ],
  ])("is refused with %s", (_, text, words) => {
    expect(refusal(text)).toContain(words);
  });

  it("is refused at once when it is a bomb, deep or huge", () => {
    const started = performance.now();
    const level = (n: number) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}x]\n`;
    const bomb = `a0: &a0 [x]\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].map(level).join("")}`;
    expect(refusal(bomb)).toContain("an a");
    for (const text of [
      "[".repeat(50_000),
      "[\n".repeat(1500),
      "- ".repeat(700),
      "? ".repeat(700),
      `a: ${"- ".repeat(700)}`,
      `${" ".repeat(1400)}x: 1`,
      Array.from({ length: 1900 }, (_, n) => `key${n}: 1`).join("\n"),
      "---\n".repeat(1900),
      "&a ".repeat(400),
      "a: ".repeat(400),
      `# ${"x".repeat(2000)}`,
      "\n".repeat(5000),
      `${usual}${"# x\n".repeat(longestYaml)}`,
    ]) {
      refusal(text);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

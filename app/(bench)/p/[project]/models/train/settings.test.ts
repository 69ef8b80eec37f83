import { describe, expect, it } from "vitest";
import { architectureSchema, hyperSchema } from "#models/launch/schema.ts";
import { defaultHyper, presets } from "./settings.ts";

describe("what the form begins with", () => {
  it("is what the trainer takes, with its defaults", () => {
    expect(hyperSchema.parse({})).toEqual(defaultHyper);
    for (const preset of Object.values(presets)) {
      expect(architectureSchema.strict().parse(preset)).toEqual(preset);
    }
  });
});

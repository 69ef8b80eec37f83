import { describe, expect, it } from "vitest";
import { findUnstorable } from "./unstorable.ts";

describe("text that the database cannot keep", () => {
  it("is found wherever it stands, with its path", () => {
    expect(findUnstorable({ a: [{ b: "x\u0000" }] })).toEqual({
      path: "a.0.b",
      reason: "Holds a NUL character",
    });
    expect(findUnstorable({ a: "\ud83d" })?.reason).toBe("Holds half of a character");
    expect(findUnstorable({ "k\u0000": 1 })?.path).toBe("k");
  });

  it("is not any other text", () => {
    expect(findUnstorable({ a: ["😀", "", 1, null, { b: "﷽\n\t" }] })).toBeUndefined();
    expect(findUnstorable("plain")).toBeUndefined();
  });
});

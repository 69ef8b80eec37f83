import { describe, expect, it } from "vitest";
import { resumeAfter } from "./resume.ts";

describe("where a stream of events begins", () => {
  it("a topic goes on where it was left, not where another one is", () => {
    const left = new Map([
      ["dataset:1", "b-4"],
      ["run:5", "b-9"],
    ]);
    expect(resumeAfter(["dataset:1"], left, "b-9")).toBe("b-4");
    expect(resumeAfter(["dataset:1", "run:5"], left, "b-9")).toBe("b-4");
    expect(resumeAfter(["run:5"], left, "b-12")).toBe("b-9");
  });

  it("a topic that nobody followed begins where the tab stands", () => {
    expect(resumeAfter(["run:6"], new Map([["run:5", "b-3"]]), "b-10")).toBe("b-10");
  });

  it("is nowhere before anything was heard, and after the server began anew", () => {
    expect(resumeAfter(["run:6"], new Map(), undefined)).toBeUndefined();
    expect(resumeAfter(["run:6"], new Map([["run:6", "a-3"]]), "b-1")).toBeUndefined();
  });
});

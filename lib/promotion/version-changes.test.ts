import { describe, expect, it } from "vitest";
import { show } from "./version-changes.ts";

describe("show", () => {
  it("keeps small numbers apart from zero and groups large ones", () => {
    expect(show(0.0003)).toBe("0.0003");
    expect(show(0.003)).toBe("0.003");
    expect(show(0)).toBe("0");
    expect(show(383_852)).toBe("383,852");
    expect(show("lora")).toBe("lora");
  });
});

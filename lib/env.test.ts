import { describe, expect, it } from "vitest";
import { parseEnv } from "./env.ts";

describe("settings", () => {
  it("refuse one port for pages and endpoint, also where one of them is the default", () => {
    const both = /both 3001\. .* a port of its own/;
    expect(() => parseEnv({ ASSAY_PORT: "3001" })).toThrow(both);
    expect(() => parseEnv({ ASSAY_PORT: "3001", ASSAY_ENDPOINT_PORT: "3001" })).toThrow(both);
    expect(parseEnv({ ASSAY_PORT: "3001", ASSAY_ENDPOINT_PORT: "3002" }).port).toBe(3001);
  });
});

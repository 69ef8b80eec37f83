import { describe, expect, it } from "vitest";
import { parseEnv } from "./env.ts";

describe("settings", () => {
  it("refuse one port for pages and endpoint, also where one of them is the default", () => {
    const both = /both 3001\. .* a port of its own/;
    expect(() => parseEnv({ ASSAY_PORT: "3001" })).toThrow(both);
    expect(() => parseEnv({ ASSAY_PORT: "3001", ASSAY_ENDPOINT_PORT: "3001" })).toThrow(both);
    expect(parseEnv({ ASSAY_PORT: "3001", ASSAY_ENDPOINT_PORT: "3002" }).port).toBe(3001);
  });

  it("name a Ray cluster with its shared folder, or not at all", () => {
    const both = /ASSAY_RAY_URL and ASSAY_RAY_STORE belong together/;
    expect(() => parseEnv({ ASSAY_RAY_URL: "http://ray:8265" })).toThrow(both);
    expect(() => parseEnv({ ASSAY_RAY_STORE: "/shared" })).toThrow(both);
    expect(() => parseEnv({ ASSAY_RAY_URL: "ray:8265", ASSAY_RAY_STORE: "/s" })).toThrow(/no http/);
    expect(parseEnv({}).ray).toBeUndefined();
    const { ray } = parseEnv({ ASSAY_RAY_URL: "http://ray:8265/", ASSAY_RAY_STORE: "/shared" });
    expect(ray).toEqual({
      url: "http://ray:8265",
      store: "/shared",
      token: undefined,
      node: undefined,
    });
  });
});

import { describe, expect, it } from "vitest";
import { datasetFilterSchema } from "#lib/core/dataset-filter.ts";
import { formatSearch, parseSearch, toggleValue } from "./search.ts";

const read = (text: string) => parseSearch(new URLSearchParams(text));

describe("the address of a dataset's rows", () => {
  it("holds filter, sort, version and the open conversation both ways", () => {
    const address =
      "text=late+order&role=tool&role=user&tag=a%2Cb&turnsMin=2&tokensMax=400&finding=any&sort=tokens&order=desc&version=3&open=17";
    const search = read(address);
    expect(search.filter).toEqual({
      text: "late order",
      role: ["tool", "user"],
      tag: ["a,b"],
      turnsMin: 2,
      tokensMax: 400,
      finding: ["any"],
    });
    expect(search.sort).toEqual({ by: "tokens", descending: true });
    expect(parseSearch(formatSearch(search))).toEqual(search);
  });

  it("leaves out what does not fit and keeps the rest", () => {
    const search = read("role=wizard&turnsMin=many&lang=en&sort=password&version=-1&open=abc");
    expect(search).toEqual({
      filter: { lang: ["en"] },
      sort: { by: "added", descending: false },
      version: undefined,
      open: undefined,
    });
  });

  it("gives only what the schema of filters takes", () => {
    const long = "x".repeat(600);
    const many = Array.from({ length: 60 }, (_, n) => `tag=t${n}`).join("&");
    for (const address of [
      `text=${long}&lang=${long}`,
      `${many}&id=7&id=8`,
      "lang=&label=labelled&label=gone&turnsMax=999999999",
      "id=1&id=x&tokensMin=-4&tokensMax=1.5&kind=pair",
      "turnsMin=0&turnsMax=100000000&source=a.jsonl&finding=none",
    ]) {
      const { filter } = read(address);
      expect(datasetFilterSchema.parse(filter)).toEqual(filter);
    }
    expect(read(`text=${long}&${many}&id=7`).filter).toEqual({ ids: [7] });
    expect(read("label=labelled&turnsMin=0").filter).toEqual({ label: ["labelled"], turnsMin: 0 });
  });

  it("shows a search by relevance until another order is chosen, and nothing else so", () => {
    expect(read("text=tea").sort).toEqual({ by: "relevance", descending: true });
    expect(formatSearch(read("text=tea")).toString()).toBe("text=tea");
    expect(read("text=tea&sort=added").sort).toEqual({ by: "added", descending: false });
    expect(formatSearch(read("text=tea&sort=added")).toString()).toBe("text=tea&sort=added");
    expect(read("sort=relevance").sort).toEqual({ by: "added", descending: false });
    const { filter: _, ...search } = read("text=tea");
    expect(formatSearch({ ...search, filter: {} }).toString()).toBe("");
  });

  it("holds the place a list was taken to, as it is written, and no other text", () => {
    expect(read("at=%2317&tag=a").at).toBe("17");
    expect(formatSearch(read("tag=a&at=2026-03")).toString()).toBe("tag=a&at=2026-03-01");
    expect(read("at=soon").at).toBeUndefined();
  });

  it("holds topics and an area of a map both ways, and leaves out what is none", () => {
    const address = "map=3&topic=2&topic=0&area=0.1_-0.5_0.4_0_-0.25_1";
    const { filter } = read(address);
    const area = [
      [0.1, -0.5],
      [0.4, 0],
      [-0.25, 1],
    ];
    expect(filter).toEqual({ map: { id: 3, topics: [2, 0], area } });
    expect(datasetFilterSchema.parse(filter)).toEqual(filter);
    expect(formatSearch(read(address)).toString()).toBe(address);
    expect(read("map=3&topic=61&area=1_2_3").filter).toEqual({ map: { id: 3 } });
    expect(read("map=x&topic=1").filter).toEqual({});
  });

  it("says nothing about defaults", () => {
    expect(formatSearch(read("")).toString()).toBe("");
  });
});

describe("toggleValue", () => {
  it("adds a value, takes it away, and drops an empty list", () => {
    const one = toggleValue({}, "lang", "de");
    expect(one).toEqual({ lang: ["de"] });
    expect(toggleValue(one, "lang", "de")).toEqual({});
  });
});

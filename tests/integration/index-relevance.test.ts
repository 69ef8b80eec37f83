import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { askIndex } from "#db/queries/ask-index.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { removeRows, tagRows } from "#lib/datasets/change-rows.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { startTestIndex } from "#tests/setup/index-server.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const index = await startTestIndex(services);

/** More than the best few thousand that are tried before a view is asked as a whole. */
const count = 8_600;
let handle: ProjectHandle;
let dataset: number;
let ids: number[];

beforeAll(async () => {
  handle = await makeHandle(services);
  const lines = Array.from({ length: count }, (_, n) => {
    const said = `tea ${"tea ".repeat(n % 5)}${"leaf ".repeat(n % 11)}number${n}`;
    return JSON.stringify({ messages: [{ role: "user", content: said }] });
  });
  const done = await importText(services, handle, lines.join("\n"));
  dataset = Number(done.result?.datasetId);
  ids = await rowIds(handle, dataset);
  // So many texts are read in the background.
  await askIndex(handle, viewOf({ text: "tea" }), { counts: [] });
  await index.settled();
});

const viewOf = (filter: DatasetFilter, version?: number) => ({
  datasetId: dataset,
  version,
  filter,
});

/** The pages by relevance one after the other, as somebody scrolls. */
async function pages(filter: DatasetFilter, limit: number, most: number, version?: number) {
  const found: { id: number; value: number }[] = [];
  for (let after: { id: number; value: number } | undefined; found.length < most; ) {
    const answer = await askIndex(handle, viewOf(filter, version), {
      page: { by: "relevance", descending: true, after, limit },
    });
    if (answer?.state !== "fresh" || !answer.page) throw new Error("no answer");
    found.push(...answer.page);
    if (answer.page.length < limit) break;
    after = answer.page.at(-1);
  }
  return found.slice(0, most);
}

/** The same page where counts are asked for beside it: every match is looked at. */
async function asWhole(filter: DatasetFilter, limit: number, version?: number) {
  const answer = await askIndex(handle, viewOf(filter, version), {
    page: { by: "relevance", descending: true, limit },
    counts: [],
  });
  if (answer?.state !== "fresh") throw new Error("no answer");
  return { page: answer.page ?? [], total: answer.counts?.total };
}

describe("pages by relevance", () => {
  it.each([
    { text: "tea" },
    { text: "leaf" },
    { text: "tea leaf" },
    { text: '"tea tea"' },
    { text: "le*" },
    { text: "number17" },
    { text: "tea", turnsMin: 1 },
    { text: "coffee" },
  ] satisfies DatasetFilter[])("%o are those of looking at every match", async (filter) => {
    const { page, total } = await asWhole(filter, 400);
    const walked = await pages(filter, 70, 400);
    expect(walked).toEqual(page);
    expect(walked.length).toBe(Math.min(400, total ?? 0));
  });

  it("hold for a filter that takes few, each version as it was", async () => {
    // The shortest texts are the best; these are not among them.
    const few = [...ids].reverse().filter((_, n) => n % 1000 === 10);
    await act(services, handle, tagRows, { dataset, filter: { ids: few }, add: ["few"] });
    const narrow = { text: "tea", tag: ["few"] };
    const expected = (await asWhole(narrow, 100)).page;
    expect(expected).toHaveLength(few.length);
    expect(await pages(narrow, 2, 100)).toEqual(expected);
    expect(await pages({ text: "tea", ids: few.slice(0, 3) }, 2, 100)).toHaveLength(3);

    const best = (await asWhole({ text: "tea" }, 5)).page.map(({ id }) => id);
    await act(services, handle, removeRows, { dataset, filter: { ids: best } });
    const after = await pages({ text: "tea" }, 5, 5);
    expect(after.map(({ id }) => id)).toEqual(
      (await asWhole({ text: "tea" }, 5)).page.map(({ id }) => id),
    );
    expect(after.some(({ id }) => best.includes(id))).toBe(false);
    expect((await pages({ text: "tea" }, 5, 5, 1)).map(({ id }) => id)).toEqual(best);
  });
});

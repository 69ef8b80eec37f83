import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { removeRows } from "#lib/datasets/change-rows.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { findSimilar } from "#lib/datasets/find-similar.ts";
import { listRows } from "#lib/datasets/list-rows.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { startTestIndex, withoutIndex } from "#tests/setup/index-server.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
await startTestIndex(services);

const subjects = [
  ["refund", "iban", "transfer", "bank", "booking"],
  ["puncture", "tyre", "pump", "repair", "wheel"],
  ["lock", "code", "stolen", "police", "report"],
  ["helmet", "size", "child", "seat", "strap"],
];

/** Row n is about subject n mod 4: three of its five words, others from row to row, and words that all rows have. */
const texts = Array.from({ length: 80 }, (_, n) => {
  const words = subjects[n % 4] ?? [];
  const own = [0, 1, 2].map((step) => words[(Math.floor(n / 4) + step) % 5]).join(" and the ");
  return `Hello, I have a question number${n} about the ${own}, thank you`;
});
const lines = texts
  .map((content) =>
    JSON.stringify({
      messages: [
        { role: "user", content },
        { role: "assistant", content: "Thank you for the question, a colleague will help." },
      ],
    }),
  )
  .join("\n");

async function makeWorld() {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, lines);
  const dataset = Number(done.result?.datasetId);
  return { handle, dataset, ids: await rowIds(handle, dataset) };
}

type Similar = {
  rows: { id: number; match: { marks: unknown[] } | null }[];
  search: string | null;
};
const similar = (handle: ProjectHandle, input: object): Promise<Similar> =>
  act(services, handle, findSimilar, input as never);

describe("more like this", () => {
  it("finds the rows of the same subject first, never the row itself, and says by which words", async () => {
    const { handle, dataset, ids } = await makeWorld();
    for (const n of [0, 5, 42, 79]) {
      const found = await similar(handle, { dataset, conversation: ids[n], limit: 10 });
      const places = found.rows.map(({ id }) => ids.indexOf(id));
      expect(places).toHaveLength(10);
      expect(places).not.toContain(n);
      expect(places.every((place) => place % 4 === n % 4)).toBe(true);
      expect(found.search).not.toMatch(/thank|hello|question/);
      expect(found.rows.every(({ match }) => (match?.marks.length ?? 0) > 0)).toBe(true);
    }
  });

  it("is the search that it names, so the table shows the same rows", async () => {
    const { handle, dataset, ids } = await makeWorld();
    const found = await similar(handle, { dataset, conversation: ids[6], limit: 19 });
    const table = await act(services, handle, listRows, {
      dataset,
      filter: { text: found.search ?? "" },
      limit: 200,
    });
    const others = table.rows.map(({ id }) => id).filter((id) => id !== ids[6]);
    expect(others.slice(0, 19)).toEqual(found.rows.map(({ id }) => id));
  });

  it("is told without an index by reading, with the same rows", async () => {
    const { handle, dataset, ids } = await makeWorld();
    for (const n of [1, 30]) {
      const input = { dataset, conversation: ids[n], limit: 19 };
      const [indexed, read] = [
        await similar(handle, input),
        await similar(withoutIndex(handle), input),
      ];
      expect(read.search).toBe(indexed.search);
      const set = (one: Similar) => one.rows.map(({ id }) => id).sort((a, b) => a - b);
      expect(set(read)).toEqual(set(indexed));
    }
  });

  it("keeps to the filter, the version and the dataset", async () => {
    const { handle, dataset, ids } = await makeWorld();
    const conversation = ids[0];
    const narrow = { ids: ids.slice(4, 13) };
    const filtered = await similar(handle, { dataset, conversation, filter: narrow });
    expect(filtered.rows.map(({ id }) => ids.indexOf(id)).sort((a, b) => a - b)).toEqual([
      4, 8, 12,
    ]);
    const spoken = await similar(handle, { dataset, conversation, filter: { text: "number8" } });
    expect(spoken.rows.map(({ id }) => id)).toEqual([ids[8]]);
    await act(services, handle, removeRows, { dataset, filter: narrow, expected: 9 });
    const now = await similar(handle, { dataset, conversation, filter: narrow });
    expect(now.rows).toEqual([]);
    const before = await similar(handle, { dataset, conversation, filter: narrow, version: 1 });
    expect(before.rows).toHaveLength(3);
    const other = await makeWorld();
    await expect(similar(handle, { dataset, conversation: other.ids[0] })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("says so when the text was erased, and forgets its words", async () => {
    const { handle, dataset, ids } = await makeWorld();
    const [gone, like] = [ids[0] ?? 0, ids[4] ?? 0];
    await act(services, handle, eraseConversation, { conversation: gone });
    await expect(similar(handle, { dataset, conversation: gone })).rejects.toMatchObject({
      code: "invalid_input",
    });
    const found = await similar(handle, { dataset, conversation: like, limit: 50 });
    expect(found.rows.map(({ id }) => id)).not.toContain(gone);
  });

  it("answers with nothing when no word of the text stands in another", async () => {
    const handle = await makeHandle(services);
    const one = (content: string) =>
      JSON.stringify({
        messages: [
          { role: "user", content },
          { role: "assistant", content: content.toUpperCase() },
        ],
      });
    const done = await importText(services, handle, [one("alpha"), one("beta")].join("\n"));
    const dataset = Number(done.result?.datasetId);
    const [first] = await rowIds(handle, dataset);
    const found = await similar(handle, { dataset, conversation: first });
    expect(found).toMatchObject({ rows: [], search: null, method: "lexical" });
  });
});

import { expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { mainPath, messageText } from "#lib/core/conversation.ts";
import { AssayError } from "#lib/core/errors.ts";
import { tagRows } from "#lib/datasets/change-rows.ts";
import { editConversation } from "#lib/datasets/edit-conversation.ts";
import { readConversation } from "#lib/datasets/read-conversation.ts";
import { act, chatBody, chatLines, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const rows = 20;

/** The text that stands in a row's place now, and its tags. */
async function current(handle: ProjectHandle, dataset: number, conversation: number) {
  for (let id = conversation; ; ) {
    const one = await act(services, handle, readConversation, { dataset, conversation: id });
    if (one.live || one.successor === null) return one;
    id = one.successor;
  }
}

const textsOf = (one: Awaited<ReturnType<typeof current>>) =>
  one.body ? mainPath(one.body).map(messageText) : [];

/** Does it as a person would: who is told of a conflict reads the row again and says it again. */
async function insist(deed: () => Promise<unknown>): Promise<number> {
  for (let refused = 0; ; refused++) {
    try {
      await deed();
      return refused;
    } catch (cause) {
      if (!(cause instanceof AssayError) || cause.code !== "conflict" || refused > 100) throw cause;
    }
  }
}

it("200 changes at once of 20 rows, texts and tags: whoever was told yes is still there", async () => {
  const handle = await makeHandle(services);
  const done = await importText(services, handle, chatLines(rows));
  const dataset = Number(done.result?.datasetId);
  const ids = await rowIds(handle, dataset);
  const refused = await Promise.all(
    Array.from({ length: 200 }, (_, n) => {
      const row = ids[n % rows] ?? 0;
      return insist(async () => {
        const now = await current(handle, dataset, row);
        if (Math.floor(n / rows) % 2 === 0) {
          const body = chatBody(...textsOf(now), `Added by ${n}`);
          await act(services, handle, editConversation, { dataset, conversation: now.id, body });
        } else {
          const chosen = { filter: { ids: [now.id] }, expected: 1 };
          await act(services, handle, tagRows, { dataset, ...chosen, add: [`tag ${n}`] });
        }
      });
    }),
  );
  // Otherwise nothing met anything.
  expect(refused.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
  expect(await rowIds(handle, dataset)).toHaveLength(rows);
  for (const [place, id] of ids.entries()) {
    const now = await current(handle, dataset, id);
    const mine = Array.from({ length: 10 }, (_, n) => n * rows + place);
    const said = textsOf(now);
    for (const n of mine.filter((_, turn) => turn % 2 === 0))
      expect(said).toContain(`Added by ${n}`);
    const tags = mine.filter((_, turn) => turn % 2 === 1).map((n) => `tag ${n}`);
    expect([...now.tags].sort()).toEqual(tags.sort());
  }
});

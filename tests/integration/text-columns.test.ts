import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type NewConversation, upsertConversations } from "#db/queries/conversations.ts";
import { numberColumn, textColumn } from "#db/text-columns.ts";
import { linear } from "#lib/core/conversation.ts";
import { describeConversation } from "#lib/datasets/describe-conversation.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;

/** What a Postgres text can hold, and no mark of the column's own. */
const text = fc
  .string({ unit: "grapheme" })
  .map((one) => ["\0", "\u0001", "\u0002"].reduce((left, mark) => left.replaceAll(mark, ""), one));
const row = fc.record({ text: fc.option(text), number: fc.option(fc.integer()) });

it("reads a column of texts and one of numbers as they were given", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      const found = await db.execute(sql`select x.text, x.number from unnest(
        ${textColumn(rows.map((one) => one.text))},
        ${numberColumn(
          rows.map((one) => one.number),
          "int",
        )}) with ordinality as x(text, number, place) order by place`);
      expect([...found]).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});

it("takes its own marks out of a text instead of moving the rows after it", async () => {
  const found = await db.execute(
    sql`select * from unnest(${textColumn(["a\u0001b", "\u0002", "c"])}) as x(text)`,
  );
  expect([...found]).toEqual([{ text: "ab" }, { text: "" }, { text: "c" }]);
});

const chat = (content: string): NewConversation =>
  describeConversation({ kind: "chat", root: linear([{ role: "user", content }]) }, "en");

it("gives one id to a text that many store at once", async () => {
  const handle = await makeHandle(services);
  const texts = Array.from({ length: 200 }, (_, n) => chat(`The same text ${n}`));
  const stored = await Promise.all(
    Array.from({ length: 4 }, () =>
      handle.transaction(async (tx) => {
        await tx.db.execute(sql`select pg_sleep(0.05)`);
        return upsertConversations(tx, texts);
      }),
    ),
  );
  const [first] = stored;
  expect(new Set(first?.values()).size).toBe(200);
  // Whoever was first wrote them in their order; a Map lists those that it found afterwards last.
  const inOrder = texts.map((text) => first?.get(text.hash) ?? 0);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  for (const ids of stored) expect([...ids].sort()).toEqual([...(first ?? [])].sort());
});

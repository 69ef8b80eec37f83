import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { analyzeRows } from "#db/queries/analyze-rows.ts";
import { createSnapshot, listSnapshots } from "#lib/datasets/create-snapshot.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { planFreeze, saveFrozen } from "#lib/datasets/freeze-rows.ts";
import { importSuite } from "#lib/evals/import-suite.ts";
import { act, chatLine, chatLines, freeze, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
const chat = (...texts: string[]) =>
  JSON.stringify({
    messages: texts.map((content, at) => ({ role: at % 2 ? "assistant" : "user", content })),
  });

/** Chats that share few words, so that none is like another: each word is drawn from its own number. */
const unlike = (n: number) => {
  const word = (at: number) => `${"bcdfghklmnprst"[(n * 7 + at) % 14]}o${(n * 31 + at * 17) % 997}`;
  const words = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => word(from + at)).join(" ");
  return [words(0, 9), words(20, 14)] as const;
};

/** Ways in which a text is repeated without being the same. */
const disguises: Record<string, (text: string) => string> = {
  "the same": (text) => text,
  "in capitals": (text) => text.toUpperCase(),
  "with other signs": (text) => `«${text.replaceAll(" ", " , ")}»!`,
  reordered: (text) => text.split(" ").reverse().join(" "),
  "with a tenth of its words edited": (text) => {
    const words = text.split(" ");
    for (let at = 4; at < words.length; at += 10) words[at] = "edited";
    return words.join(" ");
  },
};

async function itemsOf(handle: ProjectHandle, snapshot: number) {
  return handle.db.execute<{ side: string; text: string }>(sql`
    select i.side, c.body::text as text from snapshot_item i join conversation c on c.id = i.conversation_id
    where i.snapshot_id = ${snapshot}`);
}

describe("the leak guard at freeze", () => {
  let handle: ProjectHandle;
  const prompt =
    "Which of our seven harbour lamps was painted green in the year of the long flood?";

  beforeAll(async () => {
    handle = await makeHandle(services);
    await importText(
      services,
      handle,
      Array.from({ length: 120 }, (_, n) => chat(...unlike(n))).join("\n"),
    );
    const file = await placeUpload(
      services,
      handle,
      "lamps.jsonl",
      `${JSON.stringify({ prompt, expected: ["third"] })}\n`,
    );
    await act(services, handle, importSuite, { source: file, name: "lamps" });
  });

  it("finds nothing among rows that are unlike", async () => {
    const frozen = await freeze(services, handle, { dataset: "chats", name: "clean" });
    expect(frozen.leaks).toMatchObject({ rows: 0, leftOut: 0, alike: 0, test: 0, suites: {} });
    const { train, validation, test } = frozen.counts;
    expect(train + validation + test).toBe(120);
  });

  it.each(Object.entries(disguises))(
    "lets no suite's prompt into training, %s",
    async (name, say) => {
      const dataset = `suite ${name}`;
      const rows = [
        chat(say(prompt), "The third."),
        ...Array.from({ length: 20 }, (_, n) => chat(...unlike(n + 500))),
      ];
      await importText(services, handle, rows.join("\n"), { dataset });
      const split = { train: 100, validation: 0, test: 0 };
      const frozen = await freeze(services, handle, { dataset, split });
      expect(frozen.leaks).toMatchObject({ rows: 1, leftOut: 1, suites: { lamps: 1 } });
      expect(frozen.counts.train).toBe(20);
      const items = await itemsOf(handle, frozen.id);
      expect(items.some(({ text }) => text.includes("The third."))).toBe(false);
      await expect(freeze(services, handle, { dataset, split, leaks: "refuse" })).rejects.toThrow(
        /1 of 21 rows to learn from repeat suite lamps \(1\)\. Nothing was frozen/,
      );
      const kept = await freeze(services, handle, { dataset, split, leaks: "keep" });
      expect(kept.leaks).toMatchObject({ rows: 1, leftOut: 0 });
      expect(kept.counts.train).toBe(21);
    },
  );

  it.each(Object.entries(disguises).slice(3))(
    "lets no tested conversation into training, %s",
    async (name, say) => {
      const clean = await freeze(services, handle, { dataset: "chats" });
      const tested = (await itemsOf(handle, clean.id)).filter(({ side }) => side === "test");
      expect(tested.length).toBeGreaterThan(2);
      const dataset = `tested ${name}`;
      const numbers = Array.from({ length: 120 }, (_, n) => n).filter((n) =>
        tested.some(({ text }) => text.includes(unlike(n)[1])),
      );
      const rows = [
        ...numbers.map((n) => chat(...unlike(n).map(say))),
        ...Array.from({ length: 40 }, (_, n) => chat(...unlike(n + 800))),
      ];
      await importText(services, handle, rows.join("\n"), { dataset });
      const split = { train: 100, validation: 0, test: 0 };
      const frozen = await freeze(services, handle, { dataset, split });
      expect(frozen.leaks).toMatchObject({ test: tested.length, leftOut: tested.length });
      expect(frozen.counts.train).toBe(40);
    },
  );

  it("takes rows of one template for no leaks, and says how many are alike", async () => {
    await importText(services, handle, chatLines(60), { dataset: "template" });
    const frozen = await freeze(services, handle, {
      dataset: "template",
      split: { train: 80, validation: 0, test: 20 },
    });
    const { train, test } = frozen.counts;
    expect(train + test).toBe(60);
    expect(frozen.leaks).toMatchObject({ rows: 0, leftOut: 0, alike: test });
  });

  it("takes a short prompt that many rows say for a phrase, and one that few say for a leak", async () => {
    const phrase = "Could you please repeat that?";
    const file = await placeUpload(
      services,
      handle,
      "phrases.jsonl",
      `${JSON.stringify({ prompt: phrase, expected: ["yes"] })}\n`,
    );
    await act(services, handle, importSuite, { source: file, name: "phrases" });
    const split = { train: 100, validation: 0, test: 0 };
    for (const [times, leaks] of [
      [3, 3],
      [12, 0],
    ] as const) {
      const dataset = `said ${times}`;
      const rows = Array.from({ length: 20 }, (_, n) => {
        const [question, answer] = unlike(n + 900 + 40 * times);
        return n < times ? chat(question, answer, phrase, answer) : chat(question, answer);
      });
      await importText(services, handle, rows.join("\n"), { dataset });
      const frozen = await freeze(services, handle, { dataset, split });
      expect(frozen.leaks).toMatchObject({ rows: leaks, leftOut: leaks });
    }
  });

  it("looks at this project's suites alone", async () => {
    const other = await makeHandle(services);
    await importText(services, other, `${chat(prompt, "The third.")}\n${chatLine(1)}`);
    const split = { train: 100, validation: 0, test: 0 };
    const frozen = await freeze(services, other, { dataset: "chats", split });
    expect(frozen.leaks?.rows).toBe(0);
  });
});

describe("many rows", () => {
  it("are frozen by a run, with the same rows, sides and leaks as at once; a text erased meanwhile stops it", async () => {
    const handle = await makeHandle(services);
    const shared = chat(...unlike(1));
    const rows = [shared, shared.toUpperCase().replace(/"\w+":/g, (key) => key.toLowerCase())];
    for (let n = 2; n < 60; n++) rows.push(chat(...unlike(n)));
    const done = await importText(services, handle, rows.join("\n"));
    const dataset = Number(done.result?.datasetId);
    const ids = await rowIds(handle, dataset);
    const small = await freeze(services, handle, { dataset, seed: 4 });
    // Rows without a text: what the guard cannot read costs nothing here, and they count like any other.
    await handle.db.execute(sql`
      with texts as (
        insert into conversation (project_id, hash, kind, turns, messages, characters, tokens, roles, preview)
        select ${handle.projectId}, 'many-' || n, 'text', 1, 1, 1, 1, '{}', 'n' from generate_series(1, 20001) n
        returning id
      ) insert into membership (dataset_id, conversation_id, added_in) select ${dataset}, id, 1 from texts`);
    await analyzeRows(services.database);
    const started = await act(services, handle, createSnapshot, { dataset, seed: 4, name: "many" });
    const total = 20_001 + ids.length;
    expect(started).toEqual({ run: expect.any(Number), rows: total });
    const frozen = await runJob(services, started.run ?? 0);
    expect(frozen).toMatchObject({
      state: "succeeded",
      result: { name: "many", leaks: small.leaks },
    });
    const sides = async (snapshot: number) =>
      handle.db.execute(sql`select conversation_id, side, group_root from snapshot_item
        where snapshot_id = ${snapshot} and conversation_id <= ${ids.at(-1) ?? 0} order by 1`);
    expect(await sides(Number(frozen.result?.id))).toEqual(await sides(small.id));
    const [counted] = await handle.db.execute<{ n: number }>(
      sql`select count(*)::int as n from snapshot_item where snapshot_id = ${Number(frozen.result?.id)}`,
    );
    expect(counted?.n).toBe(total - (small.leaks?.leftOut ?? 0));

    const wish = { datasetId: dataset, version: 1, filter: {}, leaks: "keep" as const, seed: 1 };
    const input = { ...wish, split: { train: 80, validation: 10, test: 10 } };
    const plan = await planFreeze(handle, input);
    await act(services, handle, eraseConversation, { conversation: ids[9] ?? 0 });
    const late = handle.transaction((tx) => saveFrozen(tx, { ...input, name: "late" }, plan));
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    const { snapshots } = await act(services, handle, listSnapshots, {});
    expect(snapshots.map(({ name }) => name)).toEqual(["many", small.name]);
  });
});

import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { PlayState } from "#lib/core/playground-session.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { openConversation } from "#lib/playground/open-conversation.ts";
import { deletePrompt, listPrompts, readPrompt, savePrompt } from "#lib/playground/prompts.ts";
import { saveAnswers } from "#lib/playground/save-answers.ts";
import { deleteSession, listSessions, readSession, saveSession } from "#lib/playground/sessions.ts";
import { act, freeze, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";
import { registerStub } from "#tests/setup/stub-model.ts";

const services = await testServices();
const place = await makeProject(services);
const handle = await makeHandle(services, { project: place });
const ask = { role: "user" as const, content: "Where is my parcel?" };

const state = (given: Partial<PlayState> = {}): PlayState => ({
  system: "Be short.",
  history: [],
  prompt: "Hello {{name}}",
  variables: { name: "Ana" },
  template: null,
  parameters: { temperature: 0.2 },
  columns: [{ id: "a", model: "m@1", messages: [] }],
  conversation: null,
  reference: null,
  ...given,
});

describe("playground sessions", () => {
  it("refuses the second of two tabs and keeps the first one's text", async () => {
    const made = await act(services, handle, saveSession, { title: "Parcels", state: state() });
    const read = () => act(services, handle, readSession, { session: made.id });
    const save = (prompt: string, revision: number) =>
      act(services, handle, saveSession, {
        session: made.id,
        revision,
        title: "Parcels",
        state: state({ prompt }),
      });
    // Two at once: exactly one wins.
    const both = await Promise.allSettled([save("left", 1), save("right", 1)]);
    expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    const refused = both.find((one) => one.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "conflict" });
    const kept = await read();
    expect(kept.revision).toBe(2);
    const winner = both[0]?.status === "fulfilled" ? "left" : "right";
    expect(kept.state.prompt).toBe(winner);
    // Having read the newer one, the loser may save.
    expect(await save("merged", kept.revision)).toEqual({ id: made.id, revision: 3 });
    expect((await read()).state).toEqual(state({ prompt: "merged" }));
  });

  it("opens for the project and for nobody else; goes only by its creator or a curator", async () => {
    const rater = await makeHandle(services, { project: place, role: "rater" });
    const other = await makeHandle(services, { project: place, role: "rater" });
    const stranger = await makeHandle(services);
    const { id: session } = await act(services, rater, saveSession, {
      title: "Mine",
      state: state(),
    });
    const seen = (await act(services, other, listSessions, {})).sessions;
    expect(seen.find((one) => one.id === session)).toMatchObject({
      title: "Mine",
      mayDelete: false,
    });
    await expect(act(services, stranger, readSession, { session })).rejects.toMatchObject({
      code: "not_found",
    });
    const taken = { session, revision: 1, title: "x", state: state() };
    await expect(act(services, stranger, saveSession, taken)).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(act(services, other, deleteSession, { session })).rejects.toMatchObject({
      code: "forbidden",
    });
    await act(services, rater, deleteSession, { session });
    await expect(act(services, rater, readSession, { session })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("saved prompts", () => {
  it("adds versions, keeps the old ones, and makes none for equal text", async () => {
    const save = (body: string, latest: number) =>
      act(services, handle, savePrompt, { name: "Greeting", system: "S", body, latest });
    const first = await save("Hi {{name}}", 0);
    expect(first).toMatchObject({ number: 1, created: true });
    expect(await save("Hi {{name}}", 0)).toEqual({ ...first, created: false });
    expect(await save("Hello {{name}}", 1)).toMatchObject({ number: 2, created: true });
    await expect(save("Other", 1)).rejects.toMatchObject({ code: "conflict" });
    const { versions } = await act(services, handle, readPrompt, { prompt: first.id });
    expect(versions.map(({ number, body }) => [number, body])).toEqual([
      [2, "Hello {{name}}"],
      [1, "Hi {{name}}"],
    ]);
    expect((await act(services, handle, listPrompts, {})).prompts).toMatchObject([
      { name: "Greeting", latest: 2 },
    ]);
    await act(services, handle, deletePrompt, { prompt: first.id });
    expect((await act(services, handle, listPrompts, {})).prompts).toEqual([]);
  });

  it("lets one of several who save at once win", async () => {
    const all = await Promise.allSettled(
      ["a", "b", "c", "d"].map((body) =>
        act(services, handle, savePrompt, { name: "Race", body, latest: 0 }),
      ),
    );
    expect(all.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  });
});

describe("saving answers to a dataset", () => {
  const answer = (text: string, given: object = {}) => ({ text, model: "m@1", ...given });

  it("stores a row with where it came from, once, in one version", async () => {
    const version = await registerStub(handle, "m", "a".repeat(64));
    const row = {
      dataset: "from-play",
      messages: [{ role: "system" as const, content: "Be short." }, ask],
      answer: answer("On its way.", {
        modelVersionId: version.id,
        requestId: "r-1",
        parameters: { temperature: 0.2, seed: 3 },
        edited: true,
      }),
    };
    const saved = await act(services, handle, saveAnswers, row);
    expect(saved).toMatchObject({ version: 1, added: 1 });
    const [stored] = await services.database.db.execute<Record<string, unknown>>(sql`
      select c.kind, c.body, m.tags, s.digest, o.record_number::int as record, o.metadata from conversation c
        join membership m on m.conversation_id = c.id join occurrence o on o.conversation_id = c.id
        join source s on s.id = o.source_id
      where c.id = ${saved.conversation} and m.dataset_id = ${saved.dataset}`);
    expect(stored).toMatchObject({
      kind: "chat",
      tags: ["playground"],
      digest: "playground",
      record: 1,
      metadata: {
        by: handle.userId,
        answer: {
          model: "m@1",
          modelVersionId: version.id,
          requestId: "r-1",
          edited: true,
          parameters: { temperature: 0.2, seed: 3 },
        },
      },
    });
    expect(JSON.stringify(stored?.body)).toContain("On its way.");
    expect(await act(services, handle, saveAnswers, row)).toMatchObject({
      version: 1,
      added: 0,
      conversation: saved.conversation,
    });
  });

  it("stores two answers as chosen and rejected", async () => {
    const saved = await act(services, handle, saveAnswers, {
      dataset: "pairs",
      messages: [ask],
      answer: answer("Good."),
      rejected: answer("Bad.", { model: "m@2" }),
    });
    const [stored] = await services.database.db.execute<Record<string, unknown>>(sql`
      select c.kind, c.body->'root'->'replies' as replies, o.metadata from conversation c
        join occurrence o on o.conversation_id = c.id where c.id = ${saved.conversation}`);
    expect(stored).toMatchObject({
      kind: "pair",
      replies: [
        { content: "Good.", rank: 0 },
        { content: "Bad.", rank: 1 },
      ],
      metadata: { answer: { model: "m@1" }, rejected: { model: "m@2" } },
    });
  });

  it("gives each of many who save at once a record of their own", async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        act(services, handle, saveAnswers, {
          dataset: "many",
          messages: [ask],
          answer: answer(`Answer ${n}`),
        }),
      ),
    );
    const [count] = await services.database.db.execute<{ records: number; rows: number }>(sql`
      select count(*)::int as rows, count(distinct record_number)::int as records from occurrence
      where reading = 'playground' and project_id = ${handle.projectId}`);
    expect(count?.records).toBe(count?.rows);
  });

  it("refuses what cannot be learnt, and names no other project's model", async () => {
    const refused = (given: object) =>
      expect(
        act(services, handle, saveAnswers, {
          dataset: "refused",
          messages: [ask],
          answer: answer("A"),
          ...given,
        }),
      ).rejects;
    await refused({ rejected: answer("A ") }).toMatchObject({ code: "invalid_input" });
    await refused({ messages: [{ role: "system", content: "x" }] }).toMatchObject({
      code: "invalid_input",
    });
    const stranger = await makeHandle(services);
    await importText(
      services,
      stranger,
      JSON.stringify({ messages: [ask, { role: "assistant", content: "x" }] }),
    );
    const [foreign] = await services.database.db.execute<{ id: number }>(
      sql`select id::int from conversation where project_id = ${stranger.projectId}`,
    );
    await refused({ conversation: foreign?.id }).toMatchObject({ code: "not_found" });
    const version = await registerStub(stranger, "theirs", "b".repeat(64));
    const saved = await act(services, handle, saveAnswers, {
      dataset: "refused",
      messages: [ask],
      answer: answer("Foreign", { modelVersionId: version.id }),
    });
    const [origin] = await services.database.db.execute<{ id: number | null }>(sql`
      select (metadata->'answer'->>'modelVersionId')::int as id from occurrence where conversation_id = ${saved.conversation}`);
    expect(origin?.id).toBeNull();
  });
});

describe("a dataset row in the playground", () => {
  const line = JSON.stringify({
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      { role: "user", content: "Two?" },
      { role: "assistant", content: "2" },
    ],
  });

  it("opens with its system text, earlier turns, question and recorded answer", async () => {
    await importText(services, handle, line, { dataset: "opened" });
    const ids = await services.database.db.execute<{ id: number }>(
      sql`select conversation_id::int as id from membership m join dataset d on d.id = m.dataset_id where d.name = 'opened'`,
    );
    const conversation = ids[0]?.id ?? 0;
    expect(await act(services, handle, openConversation, { conversation })).toEqual({
      conversation,
      system: "Be kind.",
      history: [
        { role: "user", content: "One?" },
        { role: "assistant", content: "1" },
      ],
      prompt: "Two?",
      reference: "2",
    });
    const stranger = await makeHandle(services);
    await expect(act(services, stranger, openConversation, { conversation })).rejects.toMatchObject(
      { code: "not_found" },
    );
  });

  it("keeps a new answer on the row's side of every split", async () => {
    const text = Array.from({ length: 40 }, (_, n) =>
      JSON.stringify({
        messages: [
          { role: "user", content: `Question ${n} of the split` },
          { role: "assistant", content: `Answer ${n}` },
        ],
      }),
    ).join("\n");
    await importText(services, handle, text, { dataset: "sides", fileName: "sides.jsonl" });
    const split = { train: 50, validation: 0, test: 50 };
    const [set] = await services.database.db.execute<{ id: number }>(
      sql`select id::int from dataset where name = 'sides' and project_id = ${handle.projectId}`,
    );
    const ids = await rowIds(handle, set?.id ?? 0);
    // Every row counts here; many have the same few words.
    const leaks = "keep";
    await freeze(services, handle, { dataset: "sides", name: "before", split, leaks });
    for (const conversation of ids) {
      const row = await act(services, handle, openConversation, { conversation });
      await act(services, handle, saveAnswers, {
        dataset: "sides",
        messages: [{ role: "user", content: row.prompt }],
        answer: { text: `Another, for ${conversation}`, model: "m@1" },
        conversation,
      });
    }
    const after = await freeze(services, handle, {
      dataset: "sides",
      name: "after",
      split,
      seed: 77,
      leaks,
    });
    const [apart] = await services.database.db.execute<{ n: number; pairs: number }>(sql`
      select count(*)::int as pairs, count(*) filter (where child.side <> parent.side)::int as n
      from snapshot_item child join conversation c on c.id = child.conversation_id
        join snapshot_item parent on parent.conversation_id = c.root_id and parent.snapshot_id = child.snapshot_id
      where child.snapshot_id = ${after.id} and c.root_id <> c.id`);
    expect(apart).toEqual({ n: 0, pairs: 40 });
  });

  it("says that an erased text is gone, and does not bring it back", async () => {
    await importText(
      services,
      handle,
      JSON.stringify({
        messages: [
          { role: "user", content: "My secret?" },
          { role: "assistant", content: "Known" },
        ],
      }),
      { dataset: "secrets", fileName: "secrets.jsonl" },
    );
    const [row] = await services.database.db.execute<{ id: number }>(
      sql`select id::int from conversation where body::text like '%My secret?%'`,
    );
    const conversation = row?.id ?? 0;
    await act(services, handle, eraseConversation, { conversation });
    await expect(act(services, handle, openConversation, { conversation })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(
      act(services, handle, saveAnswers, {
        dataset: "secrets",
        messages: [{ role: "user", content: "My secret?" }],
        answer: { text: "Known", model: "m@1" },
      }),
    ).rejects.toMatchObject({ code: "conflict" });
  });
});

import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { ProjectHandle } from "#db/handle.ts";
import { auditEntry } from "#db/schema/access.ts";
import { comparison, pair, pairSlot, response, runPrompt, vote } from "#db/schema/judging.ts";
import { adjudication, label, labelSlot } from "#db/schema/labels.ts";
import { run } from "#db/schema/runs.ts";
import { chat, chatMessage, feedback, requestLog, score, suite } from "#db/schema/trust.ts";
import { verifyAudit } from "#lib/access/audit.ts";
import { eraseConversation } from "#lib/datasets/erase-conversation.ts";
import { giveFeedbackAsPerson } from "#lib/feedback/give-feedback.ts";
import { listFeedback, reviewFeedback } from "#lib/feedback/review-feedback.ts";
import { adjudicate } from "#lib/labels/agreement.ts";
import { saveDraft, skipItem, submitLabels } from "#lib/labels/judge-item.ts";
import { createLabelSchema } from "#lib/labels/label-schemas.ts";
import { createLabelTask } from "#lib/labels/label-tasks.ts";
import { nextItems } from "#lib/labels/work-item.ts";
import { savePrompt } from "#lib/playground/prompts.ts";
import { saveSession } from "#lib/playground/sessions.ts";
import { act, importText, rowIds } from "#tests/setup/datasets.ts";
import { makeHandle, makeProject } from "#tests/setup/factories.ts";
import { testServices } from "#tests/setup/services.ts";

const services = await testServices();
const { db } = services.database;

/** Each world has a person of its own, so that what another test left does not count. */
let name = "";
let worlds = 0;
const asked = () => `My card is lost, I am Jo ${name} of Moss Lane.`;
const told = () => `Dear Jo ${name}, another card is on its way.`;
const common = "How do I return a parcel that broke?";
const line = (...texts: string[]) =>
  JSON.stringify({
    messages: texts.map((content, n) => ({ role: n % 2 ? "assistant" : "user", content })),
  });

/** Tables with a row in which the name still stands, wherever in the row. */
async function tablesWithName(): Promise<string[]> {
  const tables = await db.execute<{ name: string }>(sql`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`);
  const found: string[] = [];
  for (const table of tables) {
    const hits = await db.execute(
      sql`select 1 from ${sql.identifier(table.name)} t where t::text ilike ${`%${name}%`} limit 1`,
    );
    if (hits.length > 0) found.push(table.name);
  }
  return found;
}

async function firstItem(rater: ProjectHandle, task: number) {
  const [item] = (await act(services, rater, nextItems, { task })).items;
  if (!item) throw new Error("no slot");
  return item;
}

async function labelled(handle: ProjectHandle, raters: ProjectHandle[], id: number, only: number) {
  const schema = await act(services, handle, createLabelSchema, {
    name: "quality",
    questions: [
      {
        id: "tone",
        type: "choice",
        title: "Tone",
        options: [
          { value: "warm", label: "Warm" },
          { value: "cold", label: "Cold" },
        ],
      },
      { id: "better", type: "corrected", title: "How should it read?" },
    ],
  });
  const { task } = await act(services, handle, createLabelTask, {
    name: "tone",
    schema: schema.id,
    dataset: id,
    filter: { ids: [only] },
    overlap: 3,
  });
  const slots: Awaited<ReturnType<typeof firstItem>>[] = [];
  for (const rater of [handle, ...raters]) {
    slots.push(await firstItem(rater, task));
  }
  const [own, drafted, skipped] = slots;
  if (!own || !drafted || !skipped) throw new Error("three slots were asked for");
  const of = ({ slot, revision }: typeof own) => ({ slot, revision });
  await act(services, handle, submitLabels, {
    ...of(own),
    answers: [
      { question: "tone", value: "cold", comment: `${name} deserves better` },
      { question: "better", value: `Jo ${name}, I am sorry.` },
    ],
  });
  const draft = { better: { value: `Dear ${name}`, comment: "" } };
  await act(services, raters[0] as ProjectHandle, saveDraft, { ...of(drafted), draft });
  const reason = `I know ${name}`;
  await act(services, raters[1] as ProjectHandle, skipItem, { ...of(skipped), reason });
  const [item] = await db.select().from(label).where(eq(label.taskId, task));
  await act(services, handle, adjudicate, {
    task,
    item: item?.itemId ?? 0,
    question: "tone",
    value: "warm",
    reason: `${name} was told`,
  });
  return { task, drafted };
}

/** An inference run on the conversation, a comparison of two answers to it and a vote with a comment. */
async function answered(handle: ProjectHandle, conversationId: number) {
  const projectId = handle.projectId;
  const [made] = await db
    .insert(run)
    .values({
      projectId,
      kind: "infer",
      title: "Answers",
      state: "succeeded",
      input: {},
      needs: { device: "any", memoryMb: 1 },
    })
    .returning({ id: run.id });
  const runId = made?.id ?? 0;
  const messages = [{ role: "user", content: asked() }];
  const [fromRow, fromFile] = await db
    .insert(runPrompt)
    .values([
      { runId, position: 0, conversationId, messages, reference: told() },
      { runId, position: 1, messages: [{ role: "user", content: `Again: ${asked()}` }] },
      { runId, position: 2, messages: [{ role: "user", content: common }] },
    ])
    .returning({ id: runPrompt.id });
  const given = { projectId, runId, parameters: {}, sample: 0 };
  const promptId = fromRow?.id ?? 0;
  const rows = await db
    .insert(response)
    .values([
      { ...given, promptId, modelVersionId: 1, text: `Hello ${name}` },
      { ...given, promptId, modelVersionId: 2, text: "Hello Jo" },
      { ...given, promptId: fromFile?.id ?? 0, modelVersionId: 1, text: `${name} again` },
      { ...given, promptId: promptId + 2, modelVersionId: 1, text: "Bring it back" },
    ])
    .returning({ id: response.id });
  const [compared] = await db
    .insert(comparison)
    .values({ projectId, name: "two", runIds: [runId], modelVersionIds: [1, 2], seed: 1 })
    .returning({ id: comparison.id });
  const comparisonId = compared?.id ?? 0;
  const [responseA, responseB] = [rows[0]?.id ?? 0, rows[1]?.id ?? 0];
  const [two] = await db
    .insert(pair)
    .values({ comparisonId, position: 0, promptId, responseA, responseB })
    .returning({ id: pair.id });
  const pairId = two?.id ?? 0;
  const [slot] = await db
    .insert(pairSlot)
    .values({ comparisonId, pairId, slot: 0, token: randomUUID(), leftIsA: true })
    .returning({ id: pairSlot.id });
  const comment = `The first greets ${name}`;
  const rater = { raterId: handle.userId, slotId: slot?.id ?? 0 };
  await db.insert(vote).values({ projectId, comparisonId, pairId, choice: "a", comment, ...rater });
  return { runId };
}

async function used(handle: ProjectHandle) {
  const { projectId, userId } = handle;
  const exchange = async (text: string, said: string) => {
    const id = randomUUID();
    const body = { messages: [{ role: "user", content: text }], answer: said };
    const head = { projectId, userId, stage: "live", path: "/v1/chat/completions", status: 200 };
    await db.insert(requestLog).values({ ...head, id, body });
    return id;
  };
  const requestId = await exchange(`Hello. ${asked().toUpperCase()}`, `We see, ${name}.`);
  const other = await exchange(common, "Bring it to any shop.");
  for (const request_id of [requestId, other]) {
    await act(services, handle, giveFeedbackAsPerson, {
      request_id,
      rating: "down",
      reasons: ["style"],
      comment: request_id === requestId ? `Call ${name}` : "Too short",
    });
  }
  const chatId = randomUUID();
  await db
    .insert(chat)
    .values({ id: chatId, projectId, deploymentId: 1, userId, title: asked().slice(0, 40) });
  await db.insert(chatMessage).values([
    { chatId, role: "user", content: asked() },
    { chatId, role: "assistant", content: `We see, ${name}.`, requestId },
  ]);
  await act(services, handle, saveSession, {
    title: "Lost card",
    state: {
      system: "Be short.",
      history: [],
      prompt: `${asked()} What now?`,
      variables: {},
      template: null,
      parameters: {},
      columns: [{ id: "a", model: "m@1", messages: [{ role: "user", content: asked() }] }],
      conversation: null,
      reference: told(),
    } as never,
  });
  await act(services, handle, savePrompt, { name: "card", system: "", body: asked(), latest: 0 });
  const [kept] = await db
    .insert(suite)
    .values({
      projectId,
      slug: "s",
      title: "S",
      kind: "generation",
      digest: "d",
      items: 1,
      body: {},
    })
    .returning({ id: suite.id });
  const scored = { projectId, runId: 1, suiteId: kept?.id ?? 0, modelVersionId: 1, item: "1" };
  await db
    .insert(score)
    .values({ ...scored, check: "pii", value: 1, detail: { text: `It said: ${told()}`, hit: 1 } });
  return { other };
}

async function world() {
  worlds += 1;
  name = `Quillfeather${worlds}x`;
  const place = await makeProject(services);
  const handle = await makeHandle(services, { project: place });
  const raters = await Promise.all(
    [1, 2].map(() => makeHandle(services, { project: place, role: "rater" })),
  );
  const text = [
    line(asked(), told(), common),
    line(common, "Bring it to any shop."),
    line("Hi"),
  ].join("\n");
  const done = await importText(services, handle, text);
  const dataset = Number(done.result?.datasetId);
  const ids = await rowIds(handle, dataset);
  const [secret = 0] = ids;
  const labels = await labelled(handle, raters, dataset, secret);
  const { runId } = await answered(handle, secret);
  const { other } = await used(handle);
  return { handle, raters, dataset, ids, secret, runId, other, ...labels };
}

describe("erasing a conversation", () => {
  it("leaves its words in no table, and its choices, figures and everybody else's words in theirs", async () => {
    const w = await world();
    expect((await tablesWithName()).length).toBeGreaterThan(12);
    await act(services, w.handle, eraseConversation, { conversation: w.secret });
    expect(await tablesWithName()).toEqual([]);

    const labels = await db.select().from(label).where(eq(label.taskId, w.task)).orderBy(label.id);
    expect(labels.map(({ value, comment }) => [value, comment])).toEqual([
      ["cold", "[erased]"],
      ["[erased]", ""],
    ]);
    const [decided] = await db.select().from(adjudication).where(eq(adjudication.taskId, w.task));
    expect(decided).toMatchObject({ value: "warm", reason: "[erased]" });
    const prompts = await db.select().from(runPrompt).where(eq(runPrompt.runId, w.runId));
    const blank = [{ role: "user", content: "[erased]" }];
    expect(prompts.map(({ messages }) => messages)).toEqual(
      expect.arrayContaining([blank, blank, [{ role: "user", content: common }]]),
    );
    const texts = await db.select().from(response).where(eq(response.runId, w.runId));
    expect(texts.map(({ text }) => text).sort()).toEqual([
      "Bring it back",
      "[erased]",
      "[erased]",
      "[erased]",
    ]);
    const [voted] = await db.select().from(vote).where(eq(vote.projectId, w.handle.projectId));
    expect(voted).toMatchObject({ choice: "a", comment: "[erased]" });
    const logged = await db
      .select()
      .from(requestLog)
      .where(eq(requestLog.projectId, w.handle.projectId));
    expect(logged.find(({ id }) => id === w.other)?.body?.answer).toBe("Bring it to any shop.");
    expect(logged.find(({ id }) => id !== w.other)?.body).toEqual({
      messages: blank,
      answer: "[erased]",
    });
    const item = await db.select().from(score).where(eq(score.projectId, w.handle.projectId));
    expect(item[0]).toMatchObject({ value: 1, detail: { text: "[erased]", hit: 1 } });
  });

  it("sets feedback aside of which nothing is left, and keeps its thumbs", async () => {
    const w = await world();
    await act(services, w.handle, eraseConversation, { conversation: w.secret });
    const waiting = await act(services, w.handle, listFeedback, { state: "waiting" });
    expect(waiting.items.map(({ comment }) => comment)).toEqual(["Too short"]);
    const aside = await act(services, w.handle, listFeedback, { state: "rejected" });
    expect(aside.items).toMatchObject([
      { kind: "down", reasons: ["style"], comment: "[erased]", answer: "[erased]", pii: [] },
    ]);
  });

  it("blanks feedback and traffic that became the conversation", async () => {
    const w = await world();
    const [waiting] = (await act(services, w.handle, listFeedback, { state: "waiting" })).items;
    const accepted = await act(services, w.handle, reviewFeedback, {
      feedback: waiting?.id ?? 0,
      decision: "row",
      answer: "Short",
    });
    await act(services, w.handle, eraseConversation, { conversation: accepted.conversation ?? 0 });
    const [row] = await db
      .select()
      .from(feedback)
      .where(eq(feedback.id, waiting?.id ?? 0));
    expect(row).toMatchObject({
      state: "accepted",
      answer: "[erased]",
      messages: [{ role: "user", content: "[erased]" }],
    });
    const [request] = await db
      .select()
      .from(requestLog)
      .where(eq(requestLog.id, row?.requestId ?? ""));
    expect(request?.body?.answer).toBe("[erased]");
  });

  it("does not take back what a page sends that was open before", async () => {
    const w = await world();
    await act(services, w.handle, eraseConversation, { conversation: w.secret });
    const [rater] = w.raters as [ProjectHandle];
    const late = act(services, rater, saveDraft, {
      slot: w.drafted.slot,
      revision: w.drafted.revision + 1,
      draft: { better: { value: `Dear ${name}`, comment: "" } },
    });
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    expect(await tablesWithName()).toEqual([]);
    const [slot] = await db.select().from(labelSlot).where(eq(labelSlot.id, w.drafted.slot));
    expect(slot).toMatchObject({ state: "leased", draft: null });
  });

  it("takes no text of another conversation for its own, nor one that is too short to tell", async () => {
    const w = await world();
    const hi = w.ids.at(-1) ?? 0;
    await act(services, w.handle, eraseConversation, { conversation: hi });
    // “Hi” stands in half of all words.
    expect(await tablesWithName()).toContain("chat_message");
    await act(services, w.handle, eraseConversation, { conversation: w.secret });
    const [shared] = await db.select().from(feedback).where(eq(feedback.requestId, w.other));
    expect(shared?.messages).toEqual([{ role: "user", content: common }]);
  });

  it("happens whole or not at all, with its audit entry", async () => {
    const w = await world();
    const entries = () =>
      db.select().from(auditEntry).where(eq(auditEntry.projectId, w.handle.projectId));
    const before = [await tablesWithName(), (await entries()).length];
    await db.execute(sql`
      create function stop_erase() returns trigger language plpgsql as
      $$ begin raise exception 'power cut'; end $$`);
    await db.execute(sql`
      create trigger stop_erase before update on prompt_template_version execute function stop_erase()`);
    const lost = act(services, w.handle, eraseConversation, { conversation: w.secret });
    await expect(lost).rejects.toThrow();
    expect([await tablesWithName(), (await entries()).length]).toEqual(before);
    await db.execute(sql`drop trigger stop_erase on prompt_template_version`);
    await act(services, w.handle, eraseConversation, { conversation: w.secret });
    expect((await entries()).at(-1)).toMatchObject({
      act: "conversations.erase",
      outcome: "done",
      target: { conversation: w.secret, erased: [w.secret] },
    });
    expect(await verifyAudit(db)).toMatchObject({ ok: true });
  });

  it("of another project's words touches nothing here", async () => {
    const w = await world();
    const stranger = await makeHandle(services);
    const same = await importText(services, stranger, line(asked(), told(), common));
    const [theirs = 0] = await rowIds(stranger, Number(same.result?.datasetId));
    await act(services, stranger, eraseConversation, { conversation: theirs });
    const tables = await tablesWithName();
    expect(tables).toEqual(expect.arrayContaining(["conversation", "feedback", "request_log"]));
    expect(w.secret).not.toBe(theirs);
  });
});

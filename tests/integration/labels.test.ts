import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openProject } from "#db/handle.ts";
import { startImport } from "#lib/datasets/start-import.ts";
import { adjudicate, listDisagreements, readAgreement } from "#lib/labels/agreement.ts";
import { skipItem, submitLabels, undoLast } from "#lib/labels/judge-item.ts";
import { createLabelSchema } from "#lib/labels/label-schemas.ts";
import { createLabelTask, listLabelTasks } from "#lib/labels/label-tasks.ts";
import { nextItems } from "#lib/labels/work-item.ts";
import { addMember, makeHandle, makeProject, makeUser } from "#tests/setup/factories.ts";
import { runJob } from "#tests/setup/run-job.ts";
import { testServices } from "#tests/setup/services.ts";
import { placeUpload } from "#tests/setup/upload.ts";

const services = await testServices();
type Handle = Awaited<ReturnType<typeof makeHandle>>;
const context = (handle: Handle) => ({
  handle,
  services,
  actor: handle.actor,
  signal: new AbortController().signal,
});

async function prepared(items: number, overlap: number, raters: number) {
  const project = await makeProject(services);
  const handle = await makeHandle(services, { project });
  const text = Array.from({ length: items }, (_, n) =>
    JSON.stringify({
      messages: [
        { role: "user", content: `Question ${n}` },
        { role: "assistant", content: `Answer ${n}` },
      ],
    }),
  ).join("\n");
  const source = await placeUpload(services, handle, "rows.jsonl", text);
  const imported = await startImport.run(context(handle), {
    project: project.slug,
    source,
    dataset: "rows",
  });
  await runJob(services, imported.run);
  const schema = await createLabelSchema.run(context(handle), {
    project: project.slug,
    name: "quality",
    guidelines: "Judge the answer alone.",
    questions: createLabelSchema.input.parse({
      project: project.slug,
      name: "quality",
      questions: [
        { id: "score", type: "rating", title: "How good is it?", min: 1, max: 5 },
        {
          id: "tone",
          type: "choice",
          title: "Tone",
          level: "turn",
          options: [
            { value: "warm", label: "Warm" },
            { value: "cold", label: "Cold" },
          ],
        },
      ],
    }).questions,
  });
  const task = await createLabelTask.run(context(handle), {
    project: project.slug,
    name: "first round",
    schema: schema.id,
    dataset: imported.dataset,
    filter: {},
    overlap,
    limit: 1000,
  });
  const people = await Promise.all(
    Array.from({ length: raters }, async () => {
      const person = await makeUser(services);
      await addMember(services, project, person, "rater");
      return openProject(services.database, person.actor, project.slug, "label.work");
    }),
  );
  return { project, handle, task: task.task, people };
}

const next = (handle: Handle, task: number) =>
  nextItems.run(context(handle), { project: handle.slug, task });

async function submit(handle: Handle, task: number, score: number) {
  const { items } = await next(handle, task);
  const item = items[0];
  if (!item) return undefined;
  await submitLabels.run(context(handle), {
    project: handle.slug,
    slot: item.slot,
    revision: item.revision,
    answers: [
      { question: "score", value: score, comment: "" },
      ...item.turns.map((turn) => ({
        question: "tone",
        nodeHash: turn.nodeHash,
        value: "warm",
        comment: "",
      })),
    ],
  });
  return item;
}

describe("labelling", () => {
  it("never gives a slot to two raters nor an item twice to one, however they race", async () => {
    const { task, people } = await prepared(12, 2, 8);
    await Promise.all(
      people.map(async (person) => {
        for (let done = 0; done < 12; done++) if (!(await submit(person, task, 3))) break;
      }),
    );
    const [figures] = await services.database.db.execute<Record<string, number>>(sql`
      select count(*)::int as slots, count(*) filter (where state = 'submitted')::int as submitted,
        count(distinct (item_id, rater_id))::int as pairs,
        (select count(*)::int from label where task_id = ${task}) as labels
      from label_slot where task_id = ${task}`);
    expect(figures).toEqual({ slots: 24, submitted: 24, pairs: 24, labels: 48 });
  });

  it("preloads the next item, refuses a stale page, and takes back the newest act", async () => {
    const { task, people } = await prepared(3, 1, 1);
    const rater = people[0] as Handle;
    const before = await next(rater, task);
    expect(before.items).toHaveLength(2);
    const item = before.items[0];
    if (!item) throw new Error("no item");
    const answers = [
      { question: "score", value: 4, comment: "clear" },
      { question: "tone", nodeHash: item.turns[0]?.nodeHash ?? "", value: "cold", comment: "" },
    ];
    const given = { project: rater.slug, slot: item.slot, revision: item.revision, answers };
    await expect(
      submitLabels.run(context(rater), { ...given, revision: item.revision + 1 }),
    ).rejects.toMatchObject({ code: "conflict" });
    await expect(
      submitLabels.run(context(rater), { ...given, answers: answers.slice(0, 1) }),
    ).rejects.toMatchObject({ code: "invalid_input" });
    await submitLabels.run(context(rater), given);
    // The same item from a second tab: what stands is said, and nothing is filed twice.
    await expect(submitLabels.run(context(rater), given)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("You submitted this item already"),
    });
    const undone = await undoLast.run(context(rater), { project: rater.slug, task });
    expect(undone).toMatchObject({ slot: item.slot, state: "leased" });
    const again = (await next(rater, task)).items.find((one) => one.slot === item.slot);
    expect(again?.draft).toMatchObject({ score: { value: 4, comment: "clear" } });
    const skipped = await skipItem.run(context(rater), {
      project: rater.slug,
      slot: item.slot,
      revision: again?.revision ?? 0,
      reason: "not in English",
    });
    expect(skipped.state).toBe("skipped");
  });

  it("gives a lapsed lease to another rater and refuses the late submit", async () => {
    const { task, people } = await prepared(1, 1, 2);
    const [slow, quick] = people as [Handle, Handle];
    const held = (await next(slow, task)).items[0];
    await services.database.db.execute(
      sql`update label_slot set leased_until = now() - interval '1 minute' where task_id = ${task}`,
    );
    expect(await submit(quick, task, 5)).toBeDefined();
    await expect(
      submitLabels.run(context(slow), {
        project: slow.slug,
        slot: held?.slot ?? 0,
        revision: held?.revision ?? 0,
        answers: [],
      }),
    ).rejects.toMatchObject({ code: "conflict" });
  });

  it("measures agreement and lets a curator decide where raters differ", async () => {
    const { handle, task, people, project } = await prepared(6, 2, 2);
    for (const [index, person] of people.entries()) {
      for (let n = 0; n < 6; n++) await submit(person, task, n < 4 ? n + 1 : index + 1);
    }
    const agreement = await readAgreement.run(context(handle), { project: project.slug, task });
    const score = agreement.questions.find((one) => one.question === "score");
    expect(score).toMatchObject({ metric: "ordinal", raters: 2, shared: 6, equal: 4 });
    expect(score?.alpha?.value).toBeLessThan(1);
    const tone = agreement.questions.find((one) => one.question === "tone");
    // Everybody said the same one thing: alpha is undefined, and says why.
    expect(tone?.alpha).toMatchObject({ value: null, reason: "one_value_only" });
    const { places, open } = await listDisagreements.run(context(handle), {
      project: project.slug,
      task,
      limit: 100,
    });
    expect(open).toBe(2);
    const place = places[0];
    if (!place) throw new Error("no place");
    await adjudicate.run(context(handle), {
      project: project.slug,
      task,
      item: place.itemId,
      question: place.question,
      nodeHash: place.nodeHash,
      value: 2,
      reason: "The second reading is right.",
    });
    const after = await listDisagreements.run(context(handle), {
      project: project.slug,
      task,
      limit: 100,
    });
    expect(after.open).toBe(1);
    const { tasks } = await listLabelTasks.run(context(handle), { project: project.slug });
    expect(tasks[0]).toMatchObject({
      items: 6,
      slots: { total: 12, submitted: 12 },
      raters: 2,
      simulatedRaters: 0,
    });
  });
});

import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { slotLeaseMinutes } from "#db/queries/label-slots.ts";
import { label, labelItem, labelSlot } from "#db/schema/labels.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError, type FieldIssue } from "../core/errors.ts";
import { checkAnswer, type Question } from "../core/label-question.ts";
import { defineOperation } from "../operation.ts";
import { publish } from "../runs/events.ts";
import { questionsOf, requireLabelSchema } from "./label-schemas.ts";
import { requireTask } from "./label-tasks.ts";
import { assistantTurns, readBodies } from "./work-item.ts";

const answerSchema = z.strictObject({
  question: z.string().max(40),
  /** The message judged, for a question at turn level. */
  nodeHash: z.string().max(64).optional(),
  value: z.unknown(),
  comment: z.string().max(4000).default(""),
});
type Answer = z.infer<typeof answerSchema>;

const slotInput = {
  project: slugSchema,
  slot: idSchema,
  /** What the page last saw; a stale page is refused instead of overwriting. */
  revision: z.coerce.number().int().min(1),
};

const slotOutput = z.object({ slot: z.number(), revision: z.number(), state: z.string() });

/** The slot this person has in hand, locked. Throws not_found, or conflict when it is theirs no more or done. */
async function lockSlot(tx: ProjectHandle, slotId: number, revision: number) {
  const [row] = await tx.db.select().from(labelSlot).where(eq(labelSlot.id, slotId)).for("update");
  if (!row) throw missingSlot();
  await requireTask(tx, row.taskId).catch(() => {
    throw missingSlot();
  });
  if (row.raterId !== tx.userId) {
    throw new AssayError(
      "conflict",
      "This item was given to somebody else, because it was left for a while. Nothing was saved; go on with the next.",
    );
  }
  // Before the revision: an act in another tab has raised that, too, and this says which act it was.
  if (row.state !== "leased") {
    const done = row.state === "skipped" ? "skipped" : "submitted";
    throw new AssayError(
      "conflict",
      `You ${done} this item already, in another tab or window; that stands. Nothing was saved from here: take it back with Undo if you want to change it.`,
    );
  }
  if (row.revision !== revision) {
    throw new AssayError(
      "conflict",
      "This item was changed in another tab. Nothing was overwritten; load it again.",
      { detail: { revision: row.revision } },
    );
  }
  return row;
}

const missingSlot = () =>
  new AssayError("not_found", "There is no such item in your queue. Go on with the next one.");

async function setSlot(
  tx: ProjectHandle,
  id: number,
  values: Partial<typeof labelSlot.$inferInsert>,
) {
  const [row] = await tx.db
    .update(labelSlot)
    .set({ ...values, revision: sql`${labelSlot.revision} + 1`, updatedAt: new Date() })
    .where(eq(labelSlot.id, id))
    .returning();
  if (!row) throw missingSlot();
  // A draft changes nothing that others see.
  if (!("draft" in values) || values.state) await publish(tx.db, `task:${row.taskId}`);
  return { slot: row.id, revision: row.revision, state: row.state };
}

/** Keeps half-done answers and the lease. */
export const saveDraft = defineOperation({
  name: "labels.draft",
  summary: "Keep unfinished answers of an item",
  method: "PUT",
  path: "/projects/{project}/label-slots/{slot}/draft",
  input: z.strictObject({ ...slotInput, draft: z.record(z.string().max(120), z.unknown()) }),
  output: slotOutput,
  allow: { project: "label.work" },
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const slot = await lockSlot(tx, input.slot, input.revision);
      return setSlot(tx, slot.id, {
        draft: input.draft,
        leasedUntil: sql`now() + make_interval(mins => ${slotLeaseMinutes})` as unknown as Date,
      });
    }),
});

/** Files a rater's answers on one item: all questions at once, checked against the schema. */
export const submitLabels = defineOperation({
  name: "labels.submit",
  summary: "Submit the answers of an item",
  method: "POST",
  path: "/projects/{project}/label-slots/{slot}/submit",
  input: z.strictObject({ ...slotInput, answers: z.array(answerSchema).max(1000) }),
  output: slotOutput,
  allow: { project: "label.work" },
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const slot = await lockSlot(tx, input.slot, input.revision);
      const task = await requireTask(tx, slot.taskId);
      const questions = questionsOf(await requireLabelSchema(tx, task.schemaId));
      const [item] = await tx.db.select().from(labelItem).where(eq(labelItem.id, slot.itemId));
      if (!item) throw missingSlot();
      const bodies = await readBodies(tx, [{ ...item, itemId: item.id }]);
      const body = bodies.get(item.id);
      const turns = body ? assistantTurns(body).map((turn) => turn.nodeHash) : [];
      const rows = checkAnswers(questions, turns, input.answers);
      await tx.db.insert(label).values(
        rows.map((row) => ({
          ...row,
          projectId: tx.projectId,
          taskId: slot.taskId,
          itemId: slot.itemId,
          slotId: slot.id,
          conversationId: item.conversationId,
          raterId: tx.userId,
        })),
      );
      return setSlot(tx, slot.id, { state: "submitted", draft: null, leasedUntil: null });
    }),
});

type Filed = { question: string; nodeHash: string | null; value: unknown; comment: string };

/** Every answer against its question; every required question answered, at turn level for each turn. */
export function checkAnswers(
  questions: readonly Question[],
  turns: readonly string[],
  answers: readonly Answer[],
): Filed[] {
  const issues: FieldIssue[] = [];
  const filed: Filed[] = [];
  const seen = new Set<string>();
  for (const [index, answer] of answers.entries()) {
    const question = questions.find((one) => one.id === answer.question);
    const path = `answers.${index}`;
    if (!question) {
      issues.push({ path, message: `There is no question “${answer.question}”.` });
      continue;
    }
    const anchored = question.level === "turn";
    if (anchored && !turns.includes(answer.nodeHash ?? "")) {
      issues.push({
        path,
        message: `“${question.title}” is asked of an answer of this conversation.`,
      });
      continue;
    }
    const key = `${question.id}:${anchored ? answer.nodeHash : ""}`;
    const checked = checkAnswer(question, answer.value);
    if (seen.has(key)) issues.push({ path, message: `“${question.title}” is answered twice.` });
    else if (!checked.ok) issues.push({ path, message: `“${question.title}” ${checked.reason}.` });
    else {
      seen.add(key);
      filed.push({
        question: question.id,
        nodeHash: anchored ? (answer.nodeHash ?? null) : null,
        value: checked.value,
        comment: answer.comment,
      });
    }
  }
  for (const question of questions.filter((one) => one.required)) {
    const places = question.level === "turn" ? turns : [""];
    if (places.some((place) => !seen.has(`${question.id}:${place}`))) {
      issues.push({ path: question.id, message: `“${question.title}” is not answered yet.` });
    }
  }
  if (filed.length === 0 && issues.length === 0)
    issues.push({ path: "answers", message: "Nothing is answered yet." });
  if (issues.length > 0) {
    throw new AssayError("invalid_input", `${issues[0]?.message} Nothing was submitted.`, {
      issues,
    });
  }
  return filed;
}

/** Passes an item by, with the reason; it counts as done for this rater. */
export const skipItem = defineOperation({
  name: "labels.skip",
  summary: "Skip an item with a reason",
  method: "POST",
  path: "/projects/{project}/label-slots/{slot}/skip",
  input: z.strictObject({
    ...slotInput,
    reason: z.string().trim().min(1, "Say why you skip it.").max(1000),
  }),
  output: slotOutput,
  allow: { project: "label.work" },
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const slot = await lockSlot(tx, input.slot, input.revision);
      return setSlot(tx, slot.id, {
        state: "skipped",
        skipReason: input.reason,
        draft: null,
        leasedUntil: null,
      });
    }),
});

/** Takes back this rater's newest submit or skip in a task; the item is in hand again with its answers as a draft. */
export const undoLast = defineOperation({
  name: "labels.undo",
  summary: "Take back your newest submit or skip",
  method: "POST",
  path: "/projects/{project}/label-tasks/{task}/undo",
  input: z.strictObject({ project: slugSchema, task: idSchema }),
  output: slotOutput,
  allow: { project: "label.work" },
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const task = await requireTask(tx, input.task);
      const [slot] = await tx.db
        .select()
        .from(labelSlot)
        .where(
          and(
            eq(labelSlot.taskId, task.id),
            eq(labelSlot.raterId, tx.userId),
            sql`${labelSlot.state} in ('submitted', 'skipped')`,
          ),
        )
        .orderBy(sql`${labelSlot.updatedAt} desc`, sql`${labelSlot.id} desc`)
        .limit(1)
        .for("update");
      if (!slot)
        throw new AssayError("precondition_failed", "You have nothing to take back in this task.");
      const taken = await tx.db
        .update(label)
        .set({ supersededAt: new Date() })
        .where(and(eq(label.slotId, slot.id), isNull(label.supersededAt)))
        .returning();
      const draft = Object.fromEntries(
        taken.map((row) => [
          row.nodeHash ? `${row.question}:${row.nodeHash}` : row.question,
          { value: row.value, comment: row.comment },
        ]),
      );
      return setSlot(tx, slot.id, {
        state: "leased",
        draft,
        skipReason: null,
        leasedUntil: sql`now() + make_interval(mins => ${slotLeaseMinutes})` as unknown as Date,
      });
    }),
});

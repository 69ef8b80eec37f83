import { and, desc, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { upsertConversations } from "#db/queries/conversations.ts";
import { addMembers, changeDataset, ensureDataset } from "#db/queries/datasets.ts";
import { feedback } from "#db/schema/trust.ts";
import {
  type ConversationBody,
  linear,
  type MessageNode,
  messageText,
  type Role,
  roleSchema,
  walk,
} from "../core/conversation.ts";
import { idSchema, nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { describeConversation } from "../datasets/describe-conversation.ts";
import { defineOperation } from "../operation.ts";
import { findPii } from "../safety/pii.ts";

const states = ["waiting", "accepted", "rejected"] as const;

const feedbackOutput = z.object({
  id: z.number(),
  state: z.enum(states),
  kind: z.string(),
  reasons: z.array(z.string()),
  comment: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  answer: z.string(),
  corrected: z.string().nullable(),
  pii: z.array(
    z.object({ type: z.string(), where: z.string(), start: z.number(), end: z.number() }),
  ),
  model: z.string().nullable(),
  modelVersionId: z.number().nullable(),
  datasetId: z.number().nullable(),
  conversationId: z.number().nullable(),
  createdAt: z.string(),
});

/** Feedback of a project in one state, the newest first. */
export const listFeedback = defineOperation({
  name: "feedback.list",
  summary: "Feedback on answers, by review state",
  method: "GET",
  path: "/projects/{project}/feedback",
  input: z.strictObject({
    project: slugSchema,
    state: z.enum(states).default("waiting"),
    before: idSchema.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({
    items: z.array(feedbackOutput),
    next: z.number().nullable(),
    waiting: z.number(),
  }),
  allow: { project: "feedback.review" },
  run: async ({ handle }, input) => {
    const rows = await handle.db
      .select({
        row: feedback,
        model: sql<
          string | null
        >`(select m.name || '@' || v.number from model_version v join model m on m.id = v.model_id where v.id = ${feedback.modelVersionId})`,
      })
      .from(feedback)
      .where(
        and(
          eq(feedback.projectId, handle.projectId),
          eq(feedback.state, input.state),
          input.before ? lt(feedback.id, input.before) : undefined,
        ),
      )
      .orderBy(desc(feedback.id))
      .limit(input.limit + 1);
    const [waiting] = await handle.db.execute<{ n: number }>(
      sql`select count(*)::int as n from feedback where project_id = ${handle.projectId} and state = 'waiting'`,
    );
    const shown = rows.slice(0, input.limit);
    return {
      items: shown.map(({ row, model }) => ({
        ...row,
        state: row.state as (typeof states)[number],
        model,
        createdAt: row.createdAt.toISOString(),
      })),
      next: rows.length > input.limit ? (shown.at(-1)?.row.id ?? null) : null,
      waiting: waiting?.n ?? 0,
    };
  },
});

/** What a reviewer makes of one item. */
const reviewInput = z.strictObject({
  project: slugSchema,
  feedback: idSchema,
  decision: z.enum(["row", "pair", "reject"]),
  /** Where an accepted item goes; made when it is missing. */
  dataset: nameSchema.default("feedback"),
  /** The prompt as it should stand in the dataset, for example with personal data taken out. */
  messages: z
    .array(z.strictObject({ role: roleSchema, content: z.string().max(100_000) }))
    .min(1)
    .max(200)
    .optional(),
  /** The answer to learn; for a pair the chosen one. */
  answer: z.string().min(1).max(50_000).optional(),
  /** Personal data that the scan found stays only when a reviewer says so. */
  keepPersonalData: z.boolean().default(false),
});

/** Files a reviewed item as a row or as a chosen/rejected pair, with its provenance, or sets it aside. */
export const reviewFeedback = defineOperation({
  name: "feedback.review",
  summary: "Accept feedback into a dataset as a row or a pair, or reject it",
  method: "POST",
  path: "/projects/{project}/feedback/{feedback}/review",
  input: reviewInput,
  output: z.object({
    id: z.number(),
    state: z.enum(states),
    dataset: z.number().nullable(),
    version: z.number().nullable(),
    conversation: z.number().nullable(),
  }),
  allow: { project: "feedback.review" },
  audit: ({ feedback: id, decision }) => ({ feedback: id, decision }),
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const [row] = await tx.db
        .select()
        .from(feedback)
        .where(and(eq(feedback.id, input.feedback), eq(feedback.projectId, tx.projectId)))
        .for("update");
      if (!row)
        throw new AssayError(
          "not_found",
          "This project has no such feedback. Load the list again.",
        );
      if (row.state !== "waiting") {
        throw new AssayError(
          "conflict",
          `This feedback was ${row.state} already. Nothing was changed.`,
        );
      }
      const reviewed = { reviewedBy: tx.userId, reviewedAt: new Date() };
      if (input.decision === "reject") {
        await tx.db
          .update(feedback)
          .set({ ...reviewed, state: "rejected" })
          .where(eq(feedback.id, row.id));
        return {
          id: row.id,
          state: "rejected" as const,
          dataset: null,
          version: null,
          conversation: null,
        };
      }
      const body = bodyOf(row, input);
      refusePersonalData(body, input.keepPersonalData);
      const filed = await file(tx, row.id, input.dataset, body);
      await tx.db
        .update(feedback)
        .set({
          ...reviewed,
          state: "accepted",
          datasetId: filed.dataset,
          conversationId: filed.conversation,
        })
        .where(eq(feedback.id, row.id));
      return { id: row.id, state: "accepted" as const, ...filed };
    }),
});

type Row = typeof feedback.$inferSelect;

function bodyOf(row: Row, input: z.infer<typeof reviewInput>): ConversationBody {
  const prompt = (input.messages ?? row.messages).map((message) => ({
    role: message.role as Role,
    content: message.content,
  }));
  const good = input.answer ?? row.corrected ?? row.answer;
  if (input.decision === "row") {
    return { kind: "chat", root: linear([...prompt, { role: "assistant", content: good }]) };
  }
  if (good.trim() === row.answer.trim()) {
    throw new AssayError(
      "invalid_input",
      "A pair needs a better answer than the one that was given. Write it, or accept the item as a row.",
      { issues: [{ path: "answer", message: "Differs from the given answer" }] },
    );
  }
  const root = linear(prompt);
  let last: MessageNode = root;
  for (let next = last.replies[0]; next; next = last.replies[0]) last = next;
  last.replies = [
    { role: "assistant", content: good, rank: 0, replies: [] },
    { role: "assistant", content: row.answer, rank: 1, replies: [] },
  ];
  return { kind: "pair", root };
}

/** Looks at the text as it would be stored: an edit elsewhere does not let an address through. */
function refusePersonalData(body: ConversationBody, kept: boolean): void {
  if (kept) return;
  const found = [...walk(body.root)].flatMap(({ node }) => findPii(messageText(node)));
  if (found.length === 0) return;
  const kinds = [...new Set(found.map(({ type }) => type))].join(", ");
  throw new AssayError(
    "precondition_failed",
    `The scan found personal data in this text (${kinds}). Take it out, or say that it may stay. Nothing was accepted.`,
  );
}

/** The conversation, its place in the dataset, and where it came from: the source `feedback`, record = its id. */
async function file(
  tx: ProjectHandle,
  feedbackId: number,
  datasetName: string,
  body: ConversationBody,
) {
  const dataset = await ensureDataset(tx, datasetName);
  const described = describeConversation(body, null);
  const ids = await upsertConversations(tx, [described]);
  const conversation = ids.get(described.hash);
  if (conversation === undefined)
    throw new TypeError("the stored conversation was not found again");
  await tx.db.execute(sql`
    with origin as (
      insert into source (project_id, digest, file_name, bytes) values (${tx.projectId}, 'feedback', 'feedback', 0)
      on conflict (project_id, digest) do update set file_name = 'feedback' returning id
    )
    insert into occurrence (project_id, conversation_id, source_id, reading, record_number, metadata)
    select ${tx.projectId}, ${conversation}, id, 'feedback', ${feedbackId}, ${JSON.stringify({ feedback: feedbackId })}::jsonb
    from origin on conflict do nothing`);
  const outcome = await changeDataset(
    tx,
    dataset.id,
    { act: "feedback", summary: `Feedback ${feedbackId} accepted` },
    async (inner, version) => ({
      added: await addMembers(
        inner,
        dataset.id,
        version,
        sql`select ${conversation}::bigint as id`,
        ["feedback"],
      ),
      removed: 0,
    }),
  );
  return { dataset: dataset.id, version: outcome.version, conversation };
}

import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { feedback, requestLog } from "#db/schema/trust.ts";
import type { EndpointGrant } from "../chat/resolve-target.ts";
import { slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { findPii } from "../safety/pii.ts";
import type { Services } from "../services.ts";

export const feedbackReasons = [
  "wrong",
  "incomplete",
  "unsafe",
  "biased",
  "refused",
  "off-topic",
  "style",
  "other",
] as const;

const feedbackFields = {
  request_id: z.uuid(),
  rating: z.enum(["up", "down"]).optional(),
  reasons: z.array(z.enum(feedbackReasons)).max(8).default([]),
  comment: z.string().max(4000).default(""),
  /** The answer as it should have been. */
  corrected: z.string().min(1).max(50_000).optional(),
  messages: z
    .array(z.strictObject({ role: z.string().max(20), content: z.string().max(100_000) }))
    .min(1)
    .max(200)
    .optional(),
  answer: z.string().max(100_000).optional(),
};

/** The OpenAI-style body of POST /v1/feedback. `messages` and `answer` are needed when traffic is not kept in full. */
export const feedbackSchema = z
  .strictObject(feedbackFields)
  .refine((given) => given.rating !== undefined || given.corrected !== undefined, {
    message: "Give a rating or a corrected answer.",
    path: ["rating"],
  });
export type FeedbackInput = z.infer<typeof feedbackSchema>;

/**
 * Files feedback on an answer into the review queue, after a scan for personal data. The answer must be one of this
 * grant's own requests: nobody files feedback on another's traffic.
 */
export async function giveFeedback(
  services: Services,
  grant: EndpointGrant,
  given: FeedbackInput,
): Promise<{ id: number; state: string }> {
  const { db } = services.database;
  const [request] = await db
    .select()
    .from(requestLog)
    .where(
      and(
        eq(requestLog.id, given.request_id),
        eq(requestLog.projectId, grant.projectId),
        grant.keyId === null
          ? eq(requestLog.userId, grant.userId ?? "")
          : eq(requestLog.keyId, grant.keyId),
      ),
    );
  if (!request) {
    throw new AssayError(
      "not_found",
      "No answer with this request id was given to this key. It may have passed its days of keeping.",
    );
  }
  const messages = given.messages ?? request.body?.messages;
  const answer = given.answer ?? request.body?.answer;
  if (!messages || answer === undefined) {
    throw new AssayError(
      "invalid_input",
      "This deployment does not keep texts, so send messages and answer with the feedback.",
      { issues: [{ path: "messages", message: "Required" }] },
    );
  }
  const [row] = await db
    .insert(feedback)
    .values({
      projectId: grant.projectId,
      deploymentId: request.deploymentId,
      modelVersionId: request.modelVersionId,
      requestId: request.id,
      messages,
      answer,
      kind: given.corrected === undefined ? (given.rating ?? "down") : "edit",
      reasons: given.reasons,
      comment: given.comment,
      corrected: given.corrected,
      pii: scan(messages, answer, given.corrected, given.comment),
      userId: grant.userId,
      keyId: grant.keyId,
    })
    .returning({ id: feedback.id, state: feedback.state });
  if (!row) throw new TypeError("insert returned no row");
  await db.execute(sql`select pg_notify('assay_event', ${`feedback:${grant.projectId}`})`);
  return row;
}

/** The same from the chat page: on the signed-in person's own answers. */
export const giveFeedbackAsPerson = defineOperation({
  name: "feedback.give",
  summary: "Give feedback on an answer that you got",
  method: "POST",
  path: "/projects/{project}/feedback",
  input: z.strictObject({ project: slugSchema, ...feedbackFields }),
  output: z.object({ id: z.number(), state: z.string() }),
  allow: { project: "feedback.give" },
  run: async ({ handle, services }, { project: _project, ...given }) =>
    giveFeedback(
      services,
      {
        projectId: handle.projectId,
        keyId: null,
        userId: handle.userId,
        chat: true,
        preview: true,
        embed: false,
      },
      feedbackSchema.parse(given),
    ),
});

type Place = { type: string; where: string; start: number; end: number };

function scan(
  messages: readonly { content: string }[],
  answer: string,
  corrected: string | undefined,
  comment: string,
): Place[] {
  const texts: [string, string][] = [
    ...messages.map((message, index): [string, string] => [`messages.${index}`, message.content]),
    ["answer", answer],
    ["corrected", corrected ?? ""],
    ["comment", comment],
  ];
  return texts.flatMap(([where, text]) =>
    findPii(text).map((span) => ({ type: span.type, where, start: span.start, end: span.end })),
  );
}

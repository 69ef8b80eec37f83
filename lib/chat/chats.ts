import { randomUUID } from "node:crypto";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { chat, chatMessage, deployment, feedback } from "#db/schema/trust.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";

const messageOutput = z.object({
  id: z.number(),
  role: z.string(),
  content: z.string(),
  modelVersionId: z.number().nullable(),
  model: z.string().nullable(),
  requestId: z.string().nullable(),
  finishReason: z.string().nullable(),
  feedback: z.string().nullable(),
  createdAt: z.string(),
});

/** A person's own chat; nobody else's can be opened, not even by an owner. Throws not_found. */
async function requireChat(handle: ProjectHandle, id: string) {
  const [row] = await handle.db
    .select()
    .from(chat)
    .where(
      and(
        eq(chat.id, id),
        eq(chat.projectId, handle.projectId),
        eq(chat.userId, handle.userId),
        isNull(chat.deletedAt),
      ),
    );
  if (!row) throw new AssayError("not_found", "You have no such chat. Start a new one.");
  return row;
}

export const listChats = defineOperation({
  name: "chats.list",
  summary: "Your chats, the newest first",
  method: "GET",
  path: "/projects/{project}/chats",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({
    chats: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        deployment: z.string(),
        updatedAt: z.string(),
      }),
    ),
  }),
  allow: { project: "chat.use" },
  run: async ({ handle }) => {
    const rows = await handle.db
      .select({
        id: chat.id,
        title: chat.title,
        deployment: deployment.name,
        updatedAt: chat.updatedAt,
      })
      .from(chat)
      .innerJoin(deployment, eq(deployment.id, chat.deploymentId))
      .where(
        and(
          eq(chat.projectId, handle.projectId),
          eq(chat.userId, handle.userId),
          isNull(chat.deletedAt),
        ),
      )
      .orderBy(desc(chat.updatedAt))
      .limit(200);
    return { chats: rows.map((row) => ({ ...row, updatedAt: row.updatedAt.toISOString() })) };
  },
});

export const createChat = defineOperation({
  name: "chats.create",
  summary: "Start a chat with a deployment",
  method: "POST",
  path: "/projects/{project}/chats",
  input: z.strictObject({
    project: slugSchema,
    deployment: z.string().min(1).max(200),
    title: z.string().trim().min(1).max(200),
  }),
  output: z.object({ id: z.string() }),
  allow: { project: "chat.use" },
  run: async ({ handle }, input) => {
    const [target] = await handle.db
      .select({ id: deployment.id })
      .from(deployment)
      .where(
        and(eq(deployment.projectId, handle.projectId), eq(deployment.name, input.deployment)),
      );
    if (!target)
      throw new AssayError("not_found", "This project has no such deployment. Choose another.");
    const id = randomUUID();
    await handle.db.insert(chat).values({
      id,
      projectId: handle.projectId,
      deploymentId: target.id,
      userId: handle.userId,
      title: input.title,
    });
    return { id };
  },
});

export const readChat = defineOperation({
  name: "chats.read",
  summary: "One of your chats with its messages",
  method: "GET",
  path: "/projects/{project}/chats/{chat}",
  input: z.strictObject({ project: slugSchema, chat: z.uuid() }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    deploymentId: z.number(),
    deployment: z.string(),
    messages: z.array(messageOutput),
  }),
  allow: { project: "chat.use" },
  run: async ({ handle }, input) => {
    const row = await requireChat(handle, input.chat);
    const [target] = await handle.db
      .select({ name: deployment.name })
      .from(deployment)
      .where(eq(deployment.id, row.deploymentId));
    const rows = await handle.db
      .select({
        message: chatMessage,
        model: sql<
          string | null
        >`(select m.name || '@' || v.number from model_version v join model m on m.id = v.model_id where v.id = ${chatMessage}.model_version_id)`,
        feedback: sql<
          string | null
        >`(select f.kind from ${feedback} f where f.request_id = ${chatMessage}.request_id and f.project_id = ${handle.projectId} and f.user_id = ${handle.userId} order by f.id desc limit 1)`,
      })
      .from(chatMessage)
      .where(and(eq(chatMessage.chatId, row.id), isNull(chatMessage.replacedAt)))
      .orderBy(asc(chatMessage.id));
    return {
      id: row.id,
      title: row.title,
      deploymentId: row.deploymentId,
      deployment: target?.name ?? "",
      messages: rows.map(({ message, model, feedback: given }) => ({
        id: message.id,
        role: message.role,
        content: message.content,
        modelVersionId: message.modelVersionId,
        model,
        requestId: message.requestId,
        finishReason: message.finishReason,
        feedback: given,
        createdAt: message.createdAt.toISOString(),
      })),
    };
  },
});

/** Keeps an exchange as the page showed it: the question (unless it is kept already) and the answer, whole or stopped. */
export const appendChat = defineOperation({
  name: "chats.append",
  summary: "Keep a message of your chat",
  method: "POST",
  path: "/projects/{project}/chats/{chat}/messages",
  input: z.strictObject({
    project: slugSchema,
    chat: z.uuid(),
    role: z.enum(["user", "assistant"]),
    content: z.string().max(200_000),
    requestId: z.uuid().optional(),
    modelVersionId: idSchema.optional(),
    finishReason: z.string().max(40).optional(),
    /** The answer that this one takes the place of. */
    replaces: idSchema.optional(),
  }),
  output: z.object({ id: z.number() }),
  allow: { project: "chat.use" },
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const row = await requireChat(tx, input.chat);
      if (input.replaces !== undefined) {
        await tx.db
          .update(chatMessage)
          .set({ replacedAt: new Date() })
          .where(and(eq(chatMessage.id, input.replaces), eq(chatMessage.chatId, row.id)));
      }
      const [made] = await tx.db
        .insert(chatMessage)
        .values({
          chatId: row.id,
          role: input.role,
          content: input.content,
          requestId: input.requestId,
          modelVersionId: await ownVersion(tx, input.modelVersionId),
          finishReason: input.finishReason,
        })
        .returning({ id: chatMessage.id });
      await tx.db.update(chat).set({ updatedAt: new Date() }).where(eq(chat.id, row.id));
      if (!made) throw new TypeError("insert returned no row");
      return made;
    }),
});

/** A version of this project, or none: a page cannot name another project's. */
async function ownVersion(handle: ProjectHandle, id: number | undefined): Promise<number | null> {
  if (id === undefined) return null;
  const rows = await handle.db.execute(
    sql`select 1 from model_version where id = ${id} and project_id = ${handle.projectId}`,
  );
  return rows.length > 0 ? id : null;
}

export const deleteChat = defineOperation({
  name: "chats.delete",
  summary: "Delete one of your chats",
  method: "DELETE",
  path: "/projects/{project}/chats/{chat}",
  input: z.strictObject({ project: slugSchema, chat: z.uuid() }),
  output: z.object({ id: z.string() }),
  allow: { project: "chat.use" },
  run: async ({ handle }, input) =>
    handle.transaction(async (tx) => {
      const row = await requireChat(tx, input.chat);
      await tx.db.delete(chatMessage).where(eq(chatMessage.chatId, row.id));
      await tx.db.update(chat).set({ deletedAt: new Date(), title: "" }).where(eq(chat.id, row.id));
      return { id: row.id };
    }),
});

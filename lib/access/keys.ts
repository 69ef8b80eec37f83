import { randomBytes } from "node:crypto";
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { apiKey, user } from "#db/schema/access.ts";
import { keyScopes } from "../core/acts.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { line } from "../core/fields.ts";
import { defineOperation } from "../operation.ts";
import { hashToken } from "../secrets.ts";
import { audit } from "./audit.ts";
import { keyChannel, keyPrefix } from "./find-key.ts";

/** `ak_` and six more: enough to tell keys apart, nothing to guess from. */
const shownCharacters = 9;

/** The key itself is in this answer and nowhere else: only its hash is kept. */
export const createKey = defineOperation({
  name: "key.create",
  summary: "Create an API key; it is shown once",
  method: "POST",
  path: "/projects/{project}/keys",
  input: z.strictObject({
    project: slugSchema,
    name: line(100).default("key"),
    scope: z
      .array(z.enum(keyScopes))
      .min(1)
      .max(keyScopes.length)
      .meta({ description: "What the key may do: chat, preview, embed, read, write, manage" }),
    days: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .optional()
      .meta({ description: "Days until it expires" }),
    ratePerMinute: z.number().int().min(1).max(100_000).optional(),
  }),
  output: z.object({
    id: z.number(),
    key: z.string(),
    scopes: z.array(z.enum(keyScopes)),
    expires: z.string().nullable(),
  }),
  allow: { project: "key.manage" },
  run: ({ handle, actor }, input) =>
    handle.transaction(async ({ db, projectId, userId }) => {
      const key = keyPrefix + randomBytes(32).toString("base64url");
      const scopes = [...new Set(input.scope)];
      const expiresAt = input.days ? new Date(Date.now() + input.days * 86_400_000) : null;
      const [row] = await db
        .insert(apiKey)
        .values({
          projectId,
          name: input.name,
          prefix: key.slice(0, shownCharacters),
          hash: hashToken(key),
          scopes,
          ratePerMinute: input.ratePerMinute ?? null,
          createdBy: userId,
          expiresAt,
        })
        .returning({ id: apiKey.id });
      if (!row) throw new TypeError("insert returned no row");
      await audit(db, actor, "key.create", { key: row.id, scopes }, { projectId });
      return { id: row.id, key, scopes, expires: expiresAt?.toISOString() ?? null };
    }),
});

const keyOutput = z.object({
  id: z.number(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  ratePerMinute: z.number().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  expires: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  state: z.enum(["live", "expired", "revoked"]),
});

/** Newest first; revoked and expired ones stay listed. */
export async function keysOf(handle: ProjectHandle): Promise<z.output<typeof keyOutput>[]> {
  const rows = await handle.db
    .select({ key: apiKey, creator: user.name })
    .from(apiKey)
    .innerJoin(user, eq(user.id, apiKey.createdBy))
    .where(eq(apiKey.projectId, handle.projectId))
    .orderBy(desc(apiKey.id))
    .limit(500);
  return rows.map(({ key, creator }) => ({
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    ratePerMinute: key.ratePerMinute,
    createdBy: creator,
    createdAt: key.createdAt.toISOString(),
    expires: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    state: key.revokedAt
      ? ("revoked" as const)
      : key.expiresAt && key.expiresAt < new Date()
        ? ("expired" as const)
        : ("live" as const),
  }));
}

export const listKeys = defineOperation({
  name: "key.list",
  summary: "API keys of a project, without the keys themselves",
  method: "GET",
  path: "/projects/{project}/keys",
  input: z.strictObject({ project: slugSchema }),
  output: z.object({ keys: z.array(keyOutput) }),
  allow: { project: "key.manage" },
  run: async ({ handle }) => ({ keys: await keysOf(handle) }),
});
export const revokeKey = defineOperation({
  name: "key.revoke",
  summary: "Revoke an API key; open streams with it end within seconds",
  method: "DELETE",
  path: "/projects/{project}/keys/{key}",
  input: z.strictObject({ project: slugSchema, key: idSchema }),
  output: z.object({ id: z.number(), revoked: z.literal(true) }),
  allow: { project: "key.manage" },
  positionals: ["key"],
  run: ({ handle, actor }, input) =>
    handle.transaction(async ({ db, projectId }) => {
      const [row] = await db
        .update(apiKey)
        .set({ revokedAt: sql`now()` })
        .where(
          and(eq(apiKey.id, input.key), eq(apiKey.projectId, projectId), isNull(apiKey.revokedAt)),
        )
        .returning({ id: apiKey.id });
      if (!row) {
        throw new AssayError(
          "not_found",
          "This project has no such live key. Nothing was changed.",
        );
      }
      await audit(db, actor, "key.revoke", { key: row.id }, { projectId });
      await db.execute(sql`select pg_notify(${keyChannel}, ${String(row.id)})`);
      return { id: row.id, revoked: true as const };
    }),
});

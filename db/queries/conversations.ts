import { and, eq, type SQL, sql } from "drizzle-orm";
import type { ConversationBody } from "../../lib/core/conversation.ts";
import { AssayError } from "../../lib/core/errors.ts";
import type { ProjectHandle } from "../handle.ts";
import { conversation } from "../schema/datasets.ts";
import { numberColumn, textColumn } from "../text-columns.ts";

export type NewConversation = {
  hash: string;
  kind: string;
  body: ConversationBody;
  turns: number;
  messages: number;
  characters: number;
  tokens: number;
  lang: string | null;
  roles: string[];
  preview: string;
  normalHash: string;
  /** Set for an edit or a cleaned text: the row it was made from. */
  derivedFrom?: number;
};

/**
 * Stores conversations that the project does not have yet, in their order, and returns the id of every one, by hash.
 * An erased conversation stays erased: its tombstone is returned.
 */
export async function upsertConversations(
  handle: ProjectHandle,
  batch: readonly NewConversation[],
): Promise<Map<string, number>> {
  const unique = [...new Map(batch.map((one) => [one.hash, one])).values()];
  const ids = await findIds(handle, unique);
  const missing = unique.filter((row) => !ids.has(row.hash));
  if (missing.length === 0) return ids;
  for (const { hash, id } of await insertMissing(handle, missing)) ids.set(hash, id);
  // A row that another transaction committed since we looked was not ours to insert: look again.
  const raced = missing.filter((row) => !ids.has(row.hash));
  for (const [hash, id] of await findIds(handle, raced)) ids.set(hash, id);
  return ids;
}

async function findIds(
  handle: ProjectHandle,
  rows: readonly NewConversation[],
): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map();
  const found = await handle.db.execute<{ hash: string; id: number }>(sql`
    select hash, id::float8 as id from conversation
    where project_id = ${handle.projectId} and hash = any(${textColumn(rows.map((row) => row.hash))})`);
  return new Map(found.map((row) => [row.hash, row.id]));
}

/** Ids rise in the order of the rows. */
function insertMissing(
  handle: ProjectHandle,
  rows: readonly NewConversation[],
): Promise<{ hash: string; id: number }[]> {
  const texts = (value: (row: NewConversation) => string | null) => textColumn(rows.map(value));
  const numbers = (value: (row: NewConversation) => number) => numberColumn(rows.map(value), "int");
  return handle.db.execute<{ hash: string; id: number }>(sql`
    insert into conversation (project_id, hash, kind, body, turns, messages, characters, tokens, lang, roles,
      preview, normal_hash, derived_from, root_id)
    select ${handle.projectId}, g.hash, g.kind, g.body::json, g.turns, g.messages, g.characters, g.tokens, g.lang,
      string_to_array(g.roles, ','), g.preview, g.normal_hash, g.derived_from, ${rootOf(handle, rows)}
    from unnest(
      ${texts((row) => row.hash)}, ${texts((row) => row.kind)}, ${texts((row) => JSON.stringify(row.body))},
      ${numbers((row) => row.turns)}, ${numbers((row) => row.messages)}, ${numbers((row) => row.characters)},
      ${numbers((row) => row.tokens)}, ${texts((row) => row.lang)}, ${texts((row) => row.roles.join(","))},
      ${texts((row) => row.preview)}, ${texts((row) => row.normalHash)},
      ${numberColumn(
        rows.map((row) => row.derivedFrom ?? null),
        "bigint",
      )}
    ) as g(hash, kind, body, turns, messages, characters, tokens, lang, roles, preview, normal_hash, derived_from)
    on conflict (project_id, hash) do nothing
    returning hash, id::float8 as id`);
}

/** The first ancestor of an edit; imported rows have none, and asking for each would cost a third of an import. */
function rootOf(handle: ProjectHandle, rows: readonly NewConversation[]): SQL {
  if (rows.every((row) => row.derivedFrom === undefined)) return sql`null::bigint`;
  return sql`(select coalesce(p.root_id, p.id) from conversation p
    where p.id = g.derived_from and p.project_id = ${handle.projectId})`;
}

export type Conversation = typeof conversation.$inferSelect;

/** A conversation of the handle's project. Throws not_found. */
export async function requireConversation(
  handle: ProjectHandle,
  id: number,
): Promise<Conversation> {
  const [row] = await handle.db
    .select()
    .from(conversation)
    .where(and(eq(conversation.id, id), eq(conversation.projectId, handle.projectId)));
  if (!row) {
    throw new AssayError(
      "not_found",
      "This project has no such conversation. Go back to its dataset.",
    );
  }
  return row;
}

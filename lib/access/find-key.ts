import { and, eq, sql } from "drizzle-orm";
import { type Database, prepareQuery } from "#db/client.ts";
import { apiKey } from "#db/schema/access.ts";
import type { KeyScope } from "../core/acts.ts";
import { hashToken } from "../secrets.ts";

export const keyPrefix = "ak_";
/** Postgres channel that names revoked keys, for caches. */
export const keyChannel = "assay_keys";

export type LiveKey = {
  id: number;
  projectId: number;
  project: string;
  scopes: KeyScope[];
  ratePerMinute: number | null;
  createdBy: string;
  /** Its last use that was noted is less than a minute ago. */
  noted: boolean;
};

const notedLately = sql`coalesce(last_used_at > now() - interval '1 minute', false)`;

const liveKey = prepareQuery<LiveKey>(sql`
  select k.id::float8 as id, p.id::float8 as "projectId", p.slug as project, k.scopes, k.rate_per_minute as "ratePerMinute",
    k.created_by as "createdBy", ${notedLately} as noted
  from api_key k join project p on p.id = k.project_id
  where k.hash = ${sql.placeholder("hash")} and k.revoked_at is null and p.deleted_at is null
    and (k.expires_at is null or k.expires_at > now())`);

/** The key that this token opens, when it is neither revoked nor expired and its project lives. */
export async function findKey(
  database: Pick<Database, "sql">,
  token: string,
): Promise<LiveKey | undefined> {
  if (!token.startsWith(keyPrefix) || token.length > 100) return undefined;
  const [row] = await liveKey(database, { hash: hashToken(token) });
  return row;
}

/** Notes when a key was last used, to the minute: a write per request would cost more than it tells. */
export async function noteUse({ db }: Database, { id, noted }: LiveKey): Promise<void> {
  if (noted) return;
  await db
    .update(apiKey)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKey.id, id), sql`not ${notedLately}`));
}

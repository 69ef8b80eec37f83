import { randomBytes } from "node:crypto";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { oneTimeLink, project } from "#db/schema/access.ts";
import { AssayError } from "../core/errors.ts";
import { hashToken } from "../secrets.ts";

export const linkKinds = ["first-admin", "invite", "reset"] as const;
export type LinkKind = (typeof linkKinds)[number];

/** Where each link is opened. */
const pages: Record<LinkKind, string> = {
  "first-admin": "/setup",
  invite: "/invite",
  reset: "/reset",
};

/** Long enough for a colleague's weekend; a reset link opens an account that exists, so it lives a day. */
const hours: Record<LinkKind, number> = { "first-admin": 24, invite: 7 * 24, reset: 24 };

export type Link = typeof oneTimeLink.$inferSelect;
type Subject = Partial<Pick<Link, "email" | "userId" | "projectId" | "role" | "createdBy">>;
export type NewLink = { address: string; expires: Date };

/** Writes a one-time link; only its hash is kept, so the address is shown now or never. */
export async function createLink(
  db: Db,
  publicUrl: string,
  kind: LinkKind,
  subject: Subject,
): Promise<NewLink> {
  const token = randomBytes(32).toString("base64url");
  const expires = new Date(Date.now() + hours[kind] * 3600_000);
  await db
    .insert(oneTimeLink)
    .values({ kind, tokenHash: hashToken(token), expiresAt: expires, ...subject });
  return { address: `${publicUrl}${pages[kind]}?token=${token}`, expires };
}

const open = (kind: LinkKind, token: string) =>
  and(
    eq(oneTimeLink.kind, kind),
    eq(oneTimeLink.tokenHash, hashToken(token)),
    isNull(oneTimeLink.usedAt),
    gt(oneTimeLink.expiresAt, sql`now()`),
  );

/** The open link behind a token, with the name of its project; undefined when used, expired or unknown. */
export async function findLink(db: Db, kind: LinkKind, token: string) {
  const [row] = await db
    .select({ link: oneTimeLink, projectName: project.name })
    .from(oneTimeLink)
    .leftJoin(project, eq(project.id, oneTimeLink.projectId))
    .where(open(kind, token));
  return row && { ...row.link, projectName: row.projectName };
}

/** Uses a link up, in the transaction of what it is for. Of two users of one link the second gets not_found. */
export async function consumeLink(tx: Db, kind: LinkKind, token: string): Promise<Link> {
  const [row] = await tx
    .update(oneTimeLink)
    .set({ usedAt: sql`now()` })
    .where(open(kind, token))
    .returning();
  if (!row) {
    throw new AssayError(
      "not_found",
      "This link was used, has expired, or was mistyped. Nothing was changed; ask for a new one.",
    );
  }
  return row;
}

/** Uses up what is open of a person's reset links: one that went astray opens nothing after the password has changed. */
export async function voidResetLinks(tx: Db, userId: string): Promise<void> {
  await tx
    .update(oneTimeLink)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(oneTimeLink.kind, "reset"),
        eq(oneTimeLink.userId, userId),
        isNull(oneTimeLink.usedAt),
      ),
    );
}

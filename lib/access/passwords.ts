import { hashPassword, verifyPassword } from "better-auth/crypto";
import { and, eq } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { account, session } from "#db/schema/access.ts";
import { voidResetLinks } from "./links.ts";

const credential = (userId: string) =>
  and(eq(account.userId, userId), eq(account.providerId, "credential"));

export async function passwordFits(db: Db, userId: string, password: string): Promise<boolean> {
  const [row] = await db.select({ hash: account.password }).from(account).where(credential(userId));
  return row?.hash ? verifyPassword({ hash: row.hash, password }) : false;
}

/**
 * Sets a password and ends every session and every open reset link of the account: whoever held one must know the new
 * password.
 */
export async function replacePassword(tx: Db, userId: string, password: string): Promise<void> {
  await tx
    .update(account)
    .set({ password: await hashPassword(password), updatedAt: new Date() })
    .where(credential(userId));
  await tx.delete(session).where(eq(session.userId, userId));
  await voidResetLinks(tx, userId);
}

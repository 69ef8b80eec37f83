import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

/** Identity key. Numbers stay below 2^53, so they travel as JSON numbers. */
export const id = () => bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity();
export const ref = () => bigint({ mode: "number" });
export const at = () => timestamp({ withTimezone: true, mode: "date" });
export const createdAt = () => at().notNull().defaultNow();
/** A transaction's number, as decimal text. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

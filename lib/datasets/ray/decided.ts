import { z } from "zod";
import type { NearDuplicates } from "../near-duplicate-rows.ts";

const instead = z.strictObject({ conversation: z.number(), similarity: z.number() });

/** What near-duplicates steps decided, as it is written to a file. */
export const decidedSchema = z.array(
  z.strictObject({
    index: z.number(),
    clusters: z.number(),
    crowdedBuckets: z.number(),
    instead: z.array(z.tuple([z.number(), instead])),
  }),
);

export const writeDecided = (decided: readonly NearDuplicates[]): z.input<typeof decidedSchema> =>
  decided.map((one) => ({ ...one, instead: [...one.instead] }));

export const readDecided = (written: unknown): NearDuplicates[] =>
  decidedSchema.parse(written).map((one) => ({ ...one, instead: new Map(one.instead) }));

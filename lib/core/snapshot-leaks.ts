import { z } from "zod";

/** How a training text repeats a guarded one, the closest first. */
export const leakKinds = ["same", "reordered", "edited", "contained"] as const;
export type LeakKind = (typeof leakKinds)[number];

/** The same words are no accident of a template; edits may be. */
export const hasSameWords = (kind: LeakKind) => kind === "same" || kind === "reordered";

/** What happens to training rows that repeat what a model will be examined with. */
export const leakActs = ["leave-out", "keep", "refuse"] as const;
export type LeakAct = (typeof leakActs)[number];

export const snapshotLeaksSchema = z.object({
  act: z.enum(leakActs),
  /** Rows of the training side that repeat an exam, and how many of them were left out. */
  rows: z.number(),
  leftOut: z.number(),
  /** Of them, how many repeat a conversation on a test side, and how many each suite; one row may repeat several. */
  test: z.number(),
  suites: z.record(z.string(), z.number()),
  /** Conversations of the test side that many training rows resemble, as rows of one template do: no leaks. */
  alike: z.number(),
  /** The first of them; `suite` is null for a conversation on a test side. */
  examples: z.array(
    z.object({
      conversation: z.number(),
      suite: z.string().nullable(),
      kind: z.enum(leakKinds),
    }),
  ),
});
export type SnapshotLeaks = z.infer<typeof snapshotLeaksSchema>;

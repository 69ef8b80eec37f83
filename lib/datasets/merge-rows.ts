import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { type Dataset, type Moved, requireDataset } from "#db/queries/datasets.ts";
import { noteMerge, readMergeSides } from "#db/queries/merge-base.ts";
import { takes } from "#db/queries/merge-plan.ts";
import { countMerge, type Merged, mergeMembers } from "#db/queries/merges.ts";
import { AssayError } from "../core/errors.ts";

/** Decisions travel in one request; a merge with more of them is decided for all alike. */
const maxDecisions = 10_000;

const head = z.coerce.number().int().min(1);

/** What the person who merges saw and decided. */
export const mergeWish = {
  ours: head.meta({ description: "Newest version of the dataset, as the preview said it" }),
  theirs: head.meta({ description: "Newest version of what is merged, as the preview said it" }),
  decisions: z
    .array(z.strictObject({ root: z.number().int().positive(), take: z.enum(takes) }))
    .max(maxDecisions)
    .default([])
    .meta({ description: "What stays of each conflict" }),
  rest: z
    .enum(["ours", "theirs"])
    .optional()
    .meta({ description: "What stays of all other conflicts" }),
};

/** A merge as a change of many rows, and in the input of its run. */
export const mergeActSchema = z.object({
  ...{ act: z.literal("merge"), from: z.number().int(), fromName: z.string() },
  ...mergeWish,
});
type MergeAct = z.infer<typeof mergeActSchema>;

export const mergeSummary = ({ fromName, theirs }: MergeAct) =>
  `Merged ${fromName} version ${theirs}`;

/** An upper bound of the rows that a merge changes. Throws what `readMergeSides` throws, and conflict for moved heads. */
export async function countMergeRows(
  handle: ProjectHandle,
  target: Dataset,
  { from, ours, theirs }: MergeAct,
): Promise<number> {
  const source = await requireDataset(handle, from);
  checkHead(target.name, target.headVersion, ours);
  checkHead(source.name, source.headVersion, theirs);
  const sides = await readMergeSides(handle, target, source);
  const { counts, conflicts } = await countMerge(handle, sides);
  return counts.added + counts.removed + counts.edited + counts.tags + conflicts;
}

/**
 * Merges inside the transaction of `changeDataset` with `reads: from`, so both heads stand still, and remembers it. It
 * always makes a version, because what was decided counts even where no row had to change.
 * @throws conflict when a head moved since the preview; precondition_failed for undecided conflicts; invalid_input for
 * decisions of no conflict.
 */
export async function mergeRows(
  tx: ProjectHandle,
  targetId: number,
  next: number,
  { from, ours, theirs, decisions, rest }: MergeAct,
): Promise<Moved> {
  const [target, source] = [await requireDataset(tx, targetId), await requireDataset(tx, from)];
  checkHead(target.name, next - 1, ours);
  checkHead(source.name, source.headVersion, theirs);
  const sides = await readMergeSides(tx, target, source);
  const done = await mergeMembers(tx, sides, next, { decided: decisions, rest });
  checkDecisions(done);
  await noteMerge(tx, {
    ...{ target: targetId, version: next, source: from, fromVersion: theirs },
    equal: done.equal,
  });
  return { added: done.added, removed: done.removed, always: true };
}

function checkHead(name: string, now: number, seen: number): void {
  if (now === seen) return;
  throw new AssayError(
    "conflict",
    `“${name}” is at version ${now}, not ${seen}: it changed since the preview. Nothing was merged; look at the preview again.`,
  );
}

function checkDecisions({ open, wrong }: Merged): void {
  if (wrong > 0) {
    throw new AssayError(
      "invalid_input",
      `${wrong} of the decisions are of texts that are no conflict, or keep both where one side took the text out. Nothing was merged; look at the conflicts again.`,
      { issues: [{ path: "decisions", message: "Not a conflict that can be decided so" }] },
    );
  }
  if (open > 0) {
    throw new AssayError(
      "precondition_failed",
      `${open} ${open === 1 ? "conflict is" : "conflicts are"} not decided yet. Nothing was merged; choose a text for each, or one side for all of them.`,
    );
  }
}

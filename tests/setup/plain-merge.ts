import type { Take } from "#db/queries/merge-plan.ts";

/** Rows of a dataset: tags by conversation. */
export type Rows = ReadonlyMap<number, readonly string[]>;
type Sides = { base: Rows; ours: Rows; theirs: Rows };

export type PlainMerge = {
  rows: Map<number, string[]>;
  counts: { added: number; removed: number; edited: number; tags: number };
  conflicts: number[];
};

const sorted = (tags: Iterable<string>) => [...tags].sort();
const same = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
  a === undefined || b === undefined ? a === b : sorted(a).join() === sorted(b).join();
const alike = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((id) => b.includes(id));

function mergeTags(
  base: readonly string[] = [],
  ours?: readonly string[],
  theirs?: readonly string[],
): string[] {
  if (!ours || !theirs) return [...(ours ?? theirs ?? [])];
  const all = new Set([...ours, ...theirs]);
  return sorted(all).filter(
    (tag) => (ours.includes(tag) && theirs.includes(tag)) || !base.includes(tag),
  );
}

/** The three-way merge of the documents, in the plainest way: what the SQL must agree with. */
export function mergePlainly(
  sides: Sides,
  rootOf: (id: number) => number,
  take: (root: number) => Take | undefined,
): PlainMerge {
  const { base, ours, theirs } = sides;
  const rows = new Map([...ours].map(([id, tags]) => [id, [...tags]]));
  const counts = { added: 0, removed: 0, edited: 0, tags: 0 };
  const conflicts: number[] = [];
  for (const [root, ids] of groups(sides, rootOf)) {
    const texts = [base, ours, theirs].map((side) => ids.filter((id) => side.has(id)));
    const [b = [], o = [], t = []] = texts;
    let wanted = o;
    let along = texts.every((one) => one.length < 2);
    if (!alike(o, t) && !alike(t, b)) {
      if (alike(o, b)) wanted = t;
      else {
        conflicts.push(root);
        const chosen = take(root);
        if (!chosen) continue;
        if (chosen === "theirs") wanted = t;
        if (chosen === "both") [wanted, along] = [[...new Set([...o, ...t])], false];
      }
    }
    const only = (side: Rows, of: number[], id: number) => side.get((along ? of[0] : id) ?? -1);
    for (const id of o.filter((one) => !wanted.includes(one))) rows.delete(id);
    for (const id of wanted) {
      const tags = mergeTags(only(base, b, id), only(ours, o, id), only(theirs, t, id));
      if (ours.has(id) && !same(tags, ours.get(id))) counts.tags += 1;
      rows.set(id, tags);
    }
    const come = wanted.filter((id) => !o.includes(id)).length;
    const gone = o.filter((id) => !wanted.includes(id)).length;
    counts.edited += Math.min(come, gone);
    counts.added += come - Math.min(come, gone);
    counts.removed += gone - Math.min(come, gone);
  }
  return { rows, counts, conflicts };
}

/** Conversations that do not stand alike on all three sides, by root. */
function groups({ base, ours, theirs }: Sides, rootOf: (id: number) => number) {
  const found = new Map<number, number[]>();
  for (const id of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    if (same(base.get(id), ours.get(id)) && same(base.get(id), theirs.get(id))) continue;
    found.set(rootOf(id), [...(found.get(rootOf(id)) ?? []), id]);
  }
  return found;
}

import type { Pair } from "./find-pairs.ts";

export type Cluster = { keep: number; members: number[] };

/** What a keep-best rule may look at. */
export type Candidate = { id: number; characters: number; turns: number; time: number | null };

/** Which of two stands first; 0 leaves it to the smaller id, so that a rule always gives the same answer. */
export type KeepRule = (a: Candidate, b: Candidate) => number;

export const keepRules = {
  first: (a, b) => a.id - b.id,
  longest: (a, b) => b.characters - a.characters,
  "most-turns": (a, b) => b.turns - a.turns || b.characters - a.characters,
  newest: (a, b) =>
    (b.time ?? Number.NEGATIVE_INFINITY) - (a.time ?? Number.NEGATIVE_INFINITY) || b.id - a.id,
} satisfies Record<string, KeepRule>;
export type KeepRuleName = keyof typeof keepRules;

/**
 * Texts joined by pairs, over any number of steps: sets of ids, each ascending, ordered by their smallest id.
 * A chain a ~ b ~ c makes one cluster although a and c may be less alike than the threshold.
 */
export function joinPairs(pairs: Iterable<Pick<Pair, "a" | "b">>): number[][] {
  const parent = new Map<number, number>();
  const find = (id: number): number => {
    let top = id;
    for (let up = parent.get(top); up !== undefined && up !== top; up = parent.get(top)) top = up;
    for (let at = id; at !== top; ) {
      const up = parent.get(at) ?? top;
      parent.set(at, top);
      at = up;
    }
    return top;
  };
  for (const { a, b } of pairs) {
    const [x, y] = [find(a), find(b)];
    parent.set(Math.max(x, y), Math.min(x, y));
    if (x !== y) parent.set(Math.min(x, y), Math.min(x, y));
  }
  const sets = new Map<number, number[]>();
  for (const id of [...parent.keys()].sort((a, b) => a - b)) {
    const top = find(id);
    const set = sets.get(top);
    if (set) set.push(id);
    else sets.set(top, [id]);
  }
  return [...sets.values()].filter((set) => set.length > 1);
}

/** Clusters with the one to keep by `rule`. `describe` tells about a text; it is asked once for each member. */
export function chooseKept(
  sets: readonly number[][],
  rule: KeepRule,
  describe: (id: number) => Candidate,
): Cluster[] {
  return sets.map((members) => {
    const best = members.map(describe).reduce((kept, other) => {
      const order = rule(other, kept);
      return order < 0 || (order === 0 && other.id < kept.id) ? other : kept;
    });
    return { keep: best.id, members };
  });
}

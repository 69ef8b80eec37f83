"use client";

import { useState } from "react";
import type { InputOf, OutputOf } from "#app/_ui/client.ts";

export type Side = { id: number; name: string };
export type Conflict = OutputOf<"merges.conflicts">["conflicts"][number];
export type Take = NonNullable<InputOf<"datasets.merge">["decisions"]>[number]["take"];
export type Rest = NonNullable<InputOf<"datasets.merge">["rest"]>;

/** Texts and not the root alone, so that a decision falls away when somebody changes one of them meanwhile. */
const keyOf = ({ root, ours, theirs }: Conflict) => [root, ours, theirs].join(" ");

/** What was chosen for each conflict, and for all others. */
export function useDecisions(conflicts: readonly Conflict[]) {
  const [takes, setTakes] = useState<ReadonlyMap<string, Take>>(new Map());
  const [rest, setRest] = useState<Rest>();
  return {
    takeOf: (conflict: Conflict) => takes.get(keyOf(conflict)),
    choose: (conflict: Conflict, take: Take) =>
      setTakes(new Map([...takes, [keyOf(conflict), take]])),
    made: conflicts.flatMap((conflict) => {
      const take = takes.get(keyOf(conflict));
      return take ? [{ root: conflict.root, take }] : [];
    }),
    rest,
    setRest,
  };
}

export type DecisionState = ReturnType<typeof useDecisions>;

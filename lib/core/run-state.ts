/** States of a run. Only `queued` and `running` are open. */
export const runStates = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type RunState = (typeof runStates)[number];
export const isOpen = (state: string) => state === "queued" || state === "running";

/** Kinds of long work; one job file each. */
export const runKinds = [
  "import",
  "recipe",
  "bulk",
  "fork",
  "topics",
  "embed",
  "snapshot",
  "export",
  "train",
  "register",
  "infer",
  "evaluate",
  "gate",
] as const;
export type RunKind = (typeof runKinds)[number];

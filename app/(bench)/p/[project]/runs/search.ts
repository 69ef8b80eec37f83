import { type RunKind, type RunState, runKinds, runStates } from "#lib/core/run-state.ts";

/** What the address of the list of runs holds. */
export type RunsSearch = { kind: RunKind | undefined; state: RunState | undefined };

/** Reads an address; what does not fit is left out, so that an old link still opens. */
export function parseRunsSearch(query: URLSearchParams): RunsSearch {
  return {
    kind: runKinds.find((one) => one === query.get("kind")),
    state: runStates.find((one) => one === query.get("state")),
  };
}

/** Kinds of runs in words. */
export const kindWords: Record<RunKind, string> = {
  import: "Import",
  recipe: "Cleaning",
  bulk: "Bulk change",
  fork: "Fork",
  topics: "Topics",
  embed: "Vectors",
  snapshot: "Freeze",
  export: "Export",
  train: "Training",
  register: "Registration",
  infer: "Inference",
  evaluate: "Evaluation",
  gate: "Gate",
};

export const stateWords: Record<RunState, string> = {
  queued: "Waiting",
  running: "Running",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

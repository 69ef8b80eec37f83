import { readRunLogs } from "./read-events.ts";
import { cancelRun, listRuns, readRun, retryRun } from "./read-runs.ts";
import { useCpu } from "./use-cpu.ts";

export const runOperations = [listRuns, readRun, readRunLogs, cancelRun, retryRun, useCpu] as const;

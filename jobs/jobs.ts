import { bulkJob } from "./bulk.ts";
import { embedJob } from "./embed.ts";
import { evaluateJob } from "./evaluate.ts";
import { exportJob } from "./export.ts";
import { forkJob } from "./fork.ts";
import { gateJob } from "./gate.ts";
import { importJob } from "./import.ts";
import { inferJob } from "./infer.ts";
import type { Job } from "./job.ts";
import { recipeJob } from "./recipe.ts";
import { registerJob } from "./register.ts";
import { snapshotJob } from "./snapshot.ts";
import { topicsJob } from "./topics.ts";
import { trainJob } from "./train.ts";

/** Every job; adding one adds a file and a line. */
export const jobs: readonly Job[] = [
  importJob,
  bulkJob,
  recipeJob,
  forkJob,
  topicsJob,
  embedJob,
  snapshotJob,
  exportJob,
  trainJob,
  registerJob,
  inferJob,
  evaluateJob,
  gateJob,
] as unknown as readonly Job[];

import { accessOperations } from "./access/operations.ts";
import { chatOperations } from "./chat/operations.ts";
import { compareOperations } from "./compare/operations.ts";
import { datasetOperations } from "./datasets/operations.ts";
import { evalOperations } from "./evals/operations.ts";
import { feedbackOperations } from "./feedback/operations.ts";
import { inferenceOperations } from "./inference/operations.ts";
import { labelOperations } from "./labels/operations.ts";
import { lineageOperations } from "./lineage/operations.ts";
import { modelOperations } from "./models/operations.ts";
import { monitorOperations } from "./monitor/operations.ts";
import { playgroundOperations } from "./playground/operations.ts";
import { projectOperations } from "./projects/operations.ts";
import { promotionOperations } from "./promotion/operations.ts";
import { runOperations } from "./runs/operations.ts";
import { readStatus } from "./status/read-status.ts";
import { topicOperations } from "./topics/operations.ts";
import { trainingOperations } from "./training/operations.ts";

/**
 * The one list of what can be done. Routes, OpenAPI, the typed client and the command line are made from it.
 * Each area lists its own in `<area>/operations.ts`.
 */
export const operations = [
  readStatus,
  ...accessOperations,
  ...projectOperations,
  ...datasetOperations,
  ...topicOperations,
  ...labelOperations,
  ...inferenceOperations,
  ...playgroundOperations,
  ...compareOperations,
  ...monitorOperations,
  ...lineageOperations,
  ...feedbackOperations,
  ...chatOperations,
  ...runOperations,
  ...trainingOperations,
  ...modelOperations,
  ...evalOperations,
  ...promotionOperations,
] as const;

export type Operations = (typeof operations)[number];
export type OperationName = Operations["name"];
export type OperationByName<N extends OperationName> = Extract<Operations, { name: N }>;

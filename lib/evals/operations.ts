import { importSuite } from "./import-suite.ts";
import { listItems, listResults } from "./read-evaluations.ts";
import { listSuites, showSuite } from "./read-suites.ts";
import { startEvaluation } from "./start-evaluation.ts";
import { listFindings, triageFinding, triageFindings } from "./triage-findings.ts";

export const evalOperations = [
  listSuites,
  showSuite,
  importSuite,
  startEvaluation,
  listResults,
  listItems,
  listFindings,
  triageFinding,
  triageFindings,
] as const;

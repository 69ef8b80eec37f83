import { formatNumber, plural } from "#app/_ui/format.ts";
import { areaHref } from "#app/_ui/shell/areas.ts";
import { countLimit, type WaitingKind } from "#lib/core/home.ts";
import type { HomeCounts } from "#lib/projects/read-home.ts";

export type Stage = {
  name: string;
  /** What this stage is for, until something is there. */
  purpose: string;
  path: string;
  figure: string;
  note: string;
  reached: boolean;
  /** Something stands here, and what it is for is not reached. */
  unfinished?: boolean;
};

const many = (count: number) =>
  count >= countLimit ? `${formatNumber(countLimit)}+` : formatNumber(count);

/** The loop in its order: what stands in each stage. */
export function stagesOf(c: HomeCounts): Stage[] {
  return [
    {
      name: "Collect",
      purpose: "Import conversations from files",
      path: "datasets",
      figure: formatNumber(c.conversations),
      note: `conversations in ${plural(c.datasets, "dataset")}`,
      reached: c.datasets > 0,
    },
    {
      name: "Label",
      purpose: "Let people judge answers",
      path: "label",
      figure: many(c.labels),
      note: `labels, ${plural(c.labelTasks, "open task")}`,
      reached: c.labels > 0 || c.labelTasks > 0,
    },
    {
      name: "Freeze",
      purpose: "Fix a split to learn from",
      path: "datasets",
      figure: formatNumber(c.snapshots),
      note: c.snapshots === 1 ? "snapshot" : "snapshots",
      reached: c.snapshots > 0,
    },
    {
      name: "Train",
      purpose: "Make a model version",
      path: "models",
      figure: formatNumber(c.modelVersions),
      note: `versions of ${plural(c.models, "model")}`,
      reached: c.modelVersions > 0,
    },
    {
      name: "Infer",
      purpose: "Let versions answer the same prompts",
      path: "runs",
      figure: many(c.responses),
      note: "responses stored",
      reached: c.responses > 0,
    },
    {
      name: "Compare",
      purpose: "Vote blind, rate versions",
      path: "compare",
      figure: many(c.votes),
      note: `votes, ${plural(c.comparisons, "open comparison")}`,
      reached: c.votes > 0 || c.comparisons > 0,
    },
    {
      name: "Evaluate",
      purpose: "Measure bias, safety, memory",
      path: "evaluate",
      figure: formatNumber(c.evaluatedVersions),
      note: c.evaluatedVersions === 1 ? "version measured" : "versions measured",
      reached: c.evaluatedVersions > 0,
    },
    {
      name: "Promote",
      purpose: "Pass the gate, go live",
      path: "promote",
      figure: formatNumber(c.liveDeployments),
      note: `live, ${plural(c.gateRuns, "gate run")}`,
      reached: c.gateRuns > 0 || c.liveDeployments > 0,
      unfinished: c.liveDeployments === 0,
    },
    {
      name: "Serve",
      purpose: "Answer through the endpoint",
      path: "monitor",
      figure: formatNumber(c.requestsToday),
      note: `requests today${c.failedRequestsToday ? `, ${formatNumber(c.failedRequestsToday)} failed` : ""}`,
      reached: c.requestsToday > 0 || c.liveDeployments > 0,
    },
    {
      name: "Learn",
      purpose: "Turn feedback into data",
      path: "monitor",
      figure: many(c.feedback),
      note: `pieces of feedback, ${formatNumber(c.feedbackWaiting)} to review`,
      reached: c.feedback > 0,
    },
  ];
}

/** The stage to go on with: the first that nothing stands in, or not yet what it is for. */
export const nextStage = (stages: Stage[]): Stage | undefined =>
  stages.find((one) => !one.reached || one.unfinished);

export function waitingWords(project: string, kind: WaitingKind, count: number) {
  const n = many(count);
  const s = count === 1 ? "" : "s";
  const to = (path: string) => areaHref(project, path);
  const words: Record<WaitingKind, { text: string; href: string; act: string }> = {
    label: { text: `${n} place${s} to label`, href: to("label"), act: "Label" },
    vote: { text: `${n} pair${s} to vote on`, href: to("compare"), act: "Vote" },
    promote: {
      text: `${n} version${s} passed the gate and ${count === 1 ? "is" : "are"} not live`,
      href: to("promote"),
      act: "Decide",
    },
    feedback: { text: `${n} piece${s} of feedback to review`, href: to("monitor"), act: "Review" },
    "failed-runs": { text: `${n} run${s} failed since yesterday`, href: to("runs"), act: "Look" },
    findings: { text: `${n} open finding${s} in the data`, href: to("datasets"), act: "Triage" },
  };
  return words[kind];
}

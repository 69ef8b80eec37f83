import { z } from "zod";
import type { NearDuplicates } from "./near-duplicate-rows.ts";
import type { RowResult } from "./steps/recipe.ts";

/** What one step did to all rows that reached it. */
export const stepReportSchema = z.object({
  step: z.string(),
  rows: z.number(),
  changed: z.number(),
  dropped: z.number(),
  findings: z.number(),
  /** By name, as the step counts: edits, kinds of findings, languages. */
  counts: z.record(z.string(), z.number()),
  /** Dropped rows by reason. */
  reasons: z.record(z.string(), z.number()),
});
export type StepReport = z.infer<typeof stepReportSchema>;

export const emptyReport = (steps: readonly { step: string }[]): StepReport[] =>
  steps.map(({ step }) => ({
    step,
    rows: 0,
    changed: 0,
    dropped: 0,
    findings: 0,
    counts: {},
    reasons: {},
  }));

function add(into: Record<string, number>, name: string, count: number): void {
  into[name] = (into[name] ?? 0) + count;
}

/** Notes in the reports what near-duplicates steps found over all rows. */
export function countClusters(
  reports: readonly StepReport[],
  decided: readonly NearDuplicates[],
): void {
  for (const { index, clusters, crowdedBuckets } of decided) {
    const report = reports[index];
    if (!report) continue;
    report.counts.clusters = clusters;
    if (crowdedBuckets > 0) report.counts.crowded_buckets = crowdedBuckets;
  }
}

/** Adds one row's outcome to the reports, in place. */
export function countOutcome(
  reports: readonly StepReport[],
  outcome: Pick<RowResult, "results">,
): void {
  for (const { index, result } of outcome.results) {
    const report = reports[index];
    if (!report) continue;
    report.rows += 1;
    report.findings += result.findings.length;
    if (result.outcome === "changed") report.changed += 1;
    if (result.outcome === "dropped") {
      report.dropped += 1;
      add(report.reasons, result.reason ?? "dropped", 1);
      continue;
    }
    for (const [name, count] of Object.entries(result.counts)) add(report.counts, name, count);
  }
}

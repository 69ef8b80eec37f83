"use client";

import { Anchor, Button, Group, Paper, Stack, Text } from "@mantine/core";
import Link from "next/link";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { RunProgress, type RunView } from "#app/_ui/runs/run-progress.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { NearDuplicateClusters } from "./near-duplicate-clusters.tsx";
import { type StepReport, StepReports } from "./step-reports.tsx";

type Props = { project: string; initial: RunView; mayCancel: boolean };

/** What a recipe's run says when it has succeeded. */
type Result = {
  datasetId: number;
  version: number;
  rows: number;
  /** Not read, because these steps leave them as they are; a run of before this was known does not say. */
  known?: number;
  changed: number;
  dropped: number;
  merged: number;
  skipped: number;
  findings: number;
  steps: StepReport[];
  /** Of a run on a Ray cluster: its job there, and the nodes that cleaned the parts. */
  job?: string;
  parts?: number;
  nodes?: number;
};

/** Progress of a cleaning run, then what each step changed. */
export function RecipeRun({ project, initial, mayCancel }: Props) {
  const { data: run = initial } = useOperation(
    "runs.show",
    { project, run: initial.id },
    { initialData: initial, topics: [`run:${initial.id}`] },
  );
  const kinds = useOperation("recipes.steps", { project });
  const result = run.result as Result | null;
  return (
    <Page>
      <PageHeader
        title={run.title}
        note={<RevisionNote project={project} input={run.input} />}
        trail={[
          { label: "Datasets", href: `/p/${project}/datasets` },
          { label: "Recipes", href: `/p/${project}/datasets/recipes` },
        ]}
      />
      <Paper p="lg">
        <RunProgress project={project} run={run.id} initial={initial} mayCancel={mayCancel}>
          {result && <Report project={project} result={result} kinds={kinds} />}
        </RunProgress>
      </Paper>
      {result && droppedAsAlike(result) > 0 && (
        <NearDuplicateClusters
          project={project}
          run={run.id}
          dropped={droppedAsAlike(result)}
          clusters={sumOf(result, (step) => step.counts.clusters)}
        />
      )}
    </Page>
  );
}

/** Which revision ran; runs of before there were revisions do not say. */
function RevisionNote({ project, input }: { project: string; input: RunView["input"] }) {
  const { recipe, recipeId, revision } = input;
  if (typeof recipeId !== "number" || typeof revision !== "number") return null;
  return (
    <>
      Revision {revision} of{" "}
      <Anchor
        component={Link}
        inherit
        underline="always"
        href={`/p/${project}/datasets/recipes/${recipeId}/revisions?from=${Math.max(1, revision - 1)}&to=${revision}`}
      >
        {String(recipe)}
      </Anchor>
    </>
  );
}

const sumOf = (result: Result, figure: (step: StepReport) => number | undefined) =>
  result.steps.reduce((sum, step) => sum + (figure(step) ?? 0), 0);

const droppedAsAlike = (result: Result) => sumOf(result, (step) => step.reasons.near_duplicate);

type ReportProps = {
  project: string;
  result: Result;
  kinds: ReturnType<typeof useOperation<"recipes.steps">>;
};

function Report({ project, result, kinds }: ReportProps) {
  const base = `/p/${project}/datasets/${result.datasetId}`;
  const same = result.changed === 0 && result.dropped === 0;
  const figures: [string, number][] = [
    ["Rows", result.rows],
    ["Changed", result.changed],
    ["Dropped", result.dropped],
    ["Merged", result.merged],
    ["Findings", result.findings],
  ];
  return (
    <Stack>
      <Text fw={550} role="status">
        {same
          ? "Nothing had to be changed, so no version was made."
          : `Version ${result.version} was made.`}
        {result.skipped > 0 &&
          ` ${formatNumber(result.skipped)} rows were changed by somebody meanwhile and left alone.`}
      </Text>
      {(result.known ?? 0) > 0 && (
        <Text size="sm" c="dimmed">
          {plural(result.known ?? 0, "row")} came out of these steps unchanged before and were not
          read again. The steps below count the others.
        </Text>
      )}
      {result.job && (
        <Text size="sm" c="dimmed">
          Cleaned on the Ray cluster by job {result.job}: {plural(result.parts ?? 0, "part")} on{" "}
          {plural(result.nodes ?? 0, "node")}.
        </Text>
      )}
      <Figures>
        {figures.map(([label, value]) => (
          <Figure key={label} label={label} value={formatNumber(value)} />
        ))}
      </Figures>
      {kinds.isPending ? (
        <LoadingState rows={result.steps.length} />
      ) : (
        <StepReports reports={result.steps} kinds={kinds.data?.steps} />
      )}
      <Group>
        <Button component={Link} href={base}>
          Open the dataset
        </Button>
        {!same && (
          <Button
            component={Link}
            variant="default"
            href={`${base}/versions/diff?from=${result.version - 1}&to=${result.version}`}
          >
            See every change
          </Button>
        )}
      </Group>
    </Stack>
  );
}

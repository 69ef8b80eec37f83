"use client";

import { Alert, Button, Code, Stack, Text, Title } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { formatDuration, formatNumber, plural } from "#app/_ui/format.ts";
import { RunProgress } from "#app/_ui/runs/run-progress.tsx";
import { curveParts, useRunEvents } from "#app/_ui/runs/use-run-events.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { kindWords } from "../search.ts";
import classes from "./run.module.css";
import { RunResult } from "./run-result.tsx";
import { RunTimeline, timelineParts } from "./run-timeline.tsx";
import { TrainingCurves } from "./training-curves.tsx";

export type Run = OutputOf<"runs.show">;
type Props = { project: string; initial: Run; mayCancel: boolean };

const shownParts = [...timelineParts, ...curveParts];

/** One run: how far it is, what happened when, its curves, its result or what to do about its error. */
export function RunDetail({ project, initial, mayCancel }: Props) {
  const { data: run = initial } = useOperation(
    "runs.show",
    { project, run: initial.id },
    { initialData: initial, topics: [`run:${initial.id}`] },
  );
  const { events } = useRunEvents(project, run.id, shownParts);
  const training = run.kind === "train";
  return (
    <Page>
      <PageHeader
        title={run.title}
        note={`${(kindWords as Record<string, string>)[run.kind] ?? run.kind}, run ${run.id}, ${plural(run.attempt, "attempt")}`}
        trail={[{ label: "Runs", href: `/p/${project}/runs` }]}
      />
      {run.held && <Held project={project} run={run} mayChange={mayCancel} />}
      <RunProgress project={project} run={run.id} initial={run} mayCancel={mayCancel} />
      {run.state === "succeeded" && <RunResult project={project} run={run} />}
      {training && <TrainingCurves events={events} />}
      <div className={classes.columns}>
        <RunTimeline run={run} events={events} />
        <Settings run={run} />
      </div>
    </Page>
  );
}

function Held({ project, run, mayChange }: { project: string; run: Run; mayChange: boolean }) {
  const use = useAct("runs.use-cpu", {
    refresh: ["runs.show"],
    done: "It runs on the CPU as soon as a worker is free.",
  });
  return (
    <Alert color="orange" title="No worker can take this run" role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{run.held?.reason}</Text>
        {run.held?.offerCpu && (
          <Button
            size="xs"
            variant="default"
            loading={use.isPending}
            disabled={!mayChange}
            title={mayChange ? undefined : "Changing a run needs the role curator"}
            onClick={() => use.mutate({ project, run: run.id })}
          >
            Run on the CPU
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** What the run was asked to do, as it was asked. */
function Settings({ run }: { run: Run }) {
  const { needs } = run;
  const taken =
    run.startedAt && run.finishedAt
      ? (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000
      : undefined;
  return (
    <section aria-labelledby="run-settings">
      <Title order={2} id="run-settings" mb="xs">
        Settings
      </Title>
      <dl className={classes.facts}>
        <div>
          <dt>Needs</dt>
          <dd>
            {needs.device === "any" ? "any device" : needs.device.toUpperCase()},{" "}
            {formatNumber(needs.memoryMb)} MB of memory
          </dd>
        </div>
        {taken !== undefined && (
          <div>
            <dt>Took</dt>
            <dd>{formatDuration(taken)}</dd>
          </div>
        )}
        {run.createdBy === null && (
          <div>
            <dt>Started by</dt>
            <dd>the system</dd>
          </div>
        )}
      </dl>
      <details className={classes.details}>
        <summary>Everything it was given</summary>
        <Code block className={classes.input}>
          {JSON.stringify(run.input, null, 2)}
        </Code>
      </details>
      <Text size="sm" mt="xs" c="dimmed">
        From a terminal: <Code>assay runs watch {run.id}</Code>,{" "}
        <Code>assay runs logs {run.id}</Code>
      </Text>
    </section>
  );
}

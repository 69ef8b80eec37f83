"use client";

import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import Link from "next/link";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { ErrorState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { RunProgress, type RunView } from "#app/_ui/runs/run-progress.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { isOpen } from "#lib/core/run-state.ts";
import { ErrorTable } from "../preview.tsx";
import { FirstRows } from "./first-rows.tsx";

type Props = { project: string; initial: RunView; mayCancel: boolean };

/** What an import's run says when it has succeeded. */
type Result = {
  dataset: string;
  datasetId: number;
  version: number;
  format: string;
  read: number;
  added: number;
  duplicates: number;
  errors: number;
};

/** Progress of an import, then what came of it. */
export function ImportRun({ project, initial, mayCancel }: Props) {
  const { data: run = initial } = useOperation(
    "runs.show",
    { project, run: initial.id },
    { initialData: initial, topics: [`run:${initial.id}`] },
  );
  return (
    <Page>
      <PageHeader
        title={run.title}
        trail={[{ label: "Datasets", href: `/p/${project}/datasets` }]}
      />
      <Paper p="lg">
        <RunProgress project={project} run={run.id} initial={initial} mayCancel={mayCancel}>
          <Done project={project} result={run.result as Result | null} />
        </RunProgress>
        {(run.state === "failed" || run.state === "cancelled") && (
          <Text size="sm" mt="sm">
            No version was made of it. What was read so far is kept; “Run again” goes on after it.
          </Text>
        )}
      </Paper>
      {run.state !== "succeeded" && <FirstRows project={project} run={run.id} />}
      {!isOpen(run.state) && <ErrorRows project={project} run={run.id} />}
    </Page>
  );
}

function Done({ project, result }: { project: string; result: Result | null }) {
  if (!result) return null;
  const figures: [string, string][] = [
    ["Read", formatNumber(result.read)],
    ["Added", formatNumber(result.added)],
    ["There already", formatNumber(result.duplicates)],
    ["Left out", formatNumber(result.errors)],
    ["Format", result.format],
    ["Version", formatNumber(result.version)],
  ];
  return (
    <Stack>
      <Text fw={550} role="status">
        {result.added === 0
          ? "Nothing new: every conversation of the file was there already."
          : `${plural(result.added, "conversation")} added.`}
      </Text>
      <Figures>
        {figures.map(([label, value]) => (
          <Figure key={label} label={label} value={value} />
        ))}
      </Figures>
      <Group>
        <Button component={Link} href={`/p/${project}/datasets/${result.datasetId}`}>
          Open the dataset
        </Button>
        <Button
          component={Link}
          variant="default"
          href={`/p/${project}/datasets/import?into=${encodeURIComponent(result.dataset)}`}
        >
          Import another file
        </Button>
      </Group>
    </Stack>
  );
}

function ErrorRows({ project, run }: { project: string; run: number }) {
  const found = useOperation("imports.errors", { project, run, limit: 100 });
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  const { data } = found;
  if (!data || data.total === 0) return null;
  const file = `/api/projects/${project}/imports/${run}/errors`;
  return (
    <Paper p="lg">
      <Group justify="space-between" mb="sm">
        <Title order={2}>{plural(data.total, "record")} left out</Title>
        <Group gap="xs">
          <Button component="a" href={`${file}/jsonl`} download variant="default" size="xs">
            Download as JSONL
          </Button>
          <Button component="a" href={`${file}/csv`} download variant="default" size="xs">
            Download as CSV
          </Button>
        </Group>
      </Group>
      <ErrorTable errors={data.errors} />
      {data.total > data.errors.length && (
        <Text size="sm" c="dimmed" mt="xs">
          The first {data.errors.length} are shown; the files hold all of them.
        </Text>
      )}
    </Paper>
  );
}

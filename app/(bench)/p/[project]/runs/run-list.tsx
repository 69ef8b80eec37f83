"use client";

import { Anchor, Button, Progress, Select, Text, Tooltip } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatDuration, formatNumber } from "#app/_ui/format.ts";
import { useTopics } from "#app/_ui/live/use-topics.ts";
import { RunStateBadge } from "#app/_ui/runs/run-state.tsx";
import type { GridColumn } from "#app/_ui/table/columns.ts";
import { Grid } from "#app/_ui/table/grid.tsx";
import { usePages } from "#app/_ui/use-operation.ts";
import { isOpen, runKinds, runStates } from "#lib/core/run-state.ts";
import { kindWords, parseRunsSearch, stateWords } from "./search.ts";

type Run = OutputOf<"runs.list">["runs"][number];
type Props = { project: string; projectId: number; mayTrain: boolean };

/** A stream takes a hundred topics; open runs are few, and the newest matter. */
const mostFollowed = 50;

/** Every piece of long work of a project, the newest first; live. */
export function RunList({ project, projectId, mayTrain }: Props) {
  const router = useRouter();
  const pathname = usePathname();
  const query = useSearchParams();
  const { kind, state } = parseRunsSearch(new URLSearchParams(query.toString()));
  const pages = usePages(
    "runs.list",
    { project, ...(kind ? { kind } : {}), ...(state ? { state } : {}) },
    {
      rows: (page): Run[] => page.runs,
      next: (page) => page.next,
      cursor: "before",
      topics: [`project:${projectId}`],
    },
  );
  const open = pages.rows.filter((run) => isOpen(run.state)).slice(0, mostFollowed);
  useTopics(
    open.map((run) => `run:${run.id}`),
    pages.onRetry,
  );
  const change = (name: string, value: string | null) => {
    const next = new URLSearchParams(query.toString());
    if (value) next.set(name, value);
    else next.delete(name);
    window.history.replaceState(null, "", next.size ? `${pathname}?${next}` : pathname);
  };
  return (
    <Page wide>
      <PageHeader
        title="Runs"
        note="Imports, trainings, evaluations and all other long work."
        actions={<TrainButton href={`/p/${project}/models/train`} mayTrain={mayTrain} />}
      />
      <Grid
        label="Runs"
        name="runs"
        columns={columnsOf(project)}
        rowId={rowId}
        {...pages}
        onOpen={(run) => router.push(`/p/${project}/runs/${run.id}`)}
        toolbar={
          <>
            <Select
              aria-label="Kind"
              placeholder="All kinds"
              data={runKinds.map((one) => ({ value: one, label: kindWords[one] }))}
              value={kind ?? null}
              onChange={(value) => change("kind", value)}
              clearable
              w={160}
              size="xs"
            />
            <Select
              aria-label="State"
              placeholder="All states"
              data={runStates.map((one) => ({ value: one, label: stateWords[one] }))}
              value={state ?? null}
              onChange={(value) => change("state", value)}
              clearable
              w={150}
              size="xs"
            />
          </>
        }
        empty={
          kind || state ? (
            <EmptyState title="No run matches">Choose another kind or state above.</EmptyState>
          ) : (
            <EmptyState title="No runs yet" icon={<IconPlayerPlay size={26} stroke={1.6} />}>
              Whatever takes longer than a moment stands here: how far it is, how long it will still
              take, and what came of it. Import a file or train a model to see the first one.
            </EmptyState>
          )
        }
      />
    </Page>
  );
}

function TrainButton({ href, mayTrain }: { href: string; mayTrain: boolean }) {
  if (mayTrain) {
    return (
      <Button component={Link} href={href}>
        Train a model
      </Button>
    );
  }
  return (
    <Tooltip label="Training needs the role maintainer">
      <Button data-disabled aria-disabled>
        Train a model
      </Button>
    </Tooltip>
  );
}

function columnsOf(project: string): GridColumn<Run>[] {
  return [
    {
      id: "state",
      header: "State",
      width: 120,
      cell: (run) => <RunStateBadge state={run.state} />,
    },
    {
      id: "title",
      header: "Run",
      cell: (run) => (
        <Anchor component={Link} href={`/p/${project}/runs/${run.id}`} size="sm" fw={550} truncate>
          {run.title}
        </Anchor>
      ),
    },
    { id: "kind", header: "Kind", width: 120, cell: (run) => kindOf(run.kind) },
    { id: "progress", header: "Progress", width: 230, cell: (run) => <RunBar run={run} /> },
    {
      id: "left",
      header: "Left",
      width: 110,
      cell: (run) => (run.etaSeconds === null ? "" : `about ${formatDuration(run.etaSeconds)}`),
    },
    { id: "created", header: "Started", width: 140, cell: (run) => <TimeAgo at={run.createdAt} /> },
    { id: "id", header: "Number", width: 90, align: "right", hidden: true, cell: (run) => run.id },
  ];
}

const kindOf = (kind: string) => (kindWords as Record<string, string>)[kind] ?? kind;

function RunBar({ run }: { run: Run }) {
  const count = `${formatNumber(run.done)}${run.total ? ` of ${formatNumber(run.total)}` : ""} ${run.unit}`;
  if (run.held) {
    return (
      <Tooltip label={run.held.reason} multiline w={320}>
        <Text size="xs" c="red.9">
          Nobody can take it
        </Text>
      </Tooltip>
    );
  }
  if (run.state === "failed") {
    return (
      <Text size="xs" c="dimmed" truncate title={run.error?.message}>
        {run.error?.message}
      </Text>
    );
  }
  return (
    <div>
      {run.state === "running" && (
        <Progress
          size="xs"
          mb={3}
          value={run.total ? Math.min(100, (100 * run.done) / run.total) : 100}
          animated={!run.total}
          aria-label={`Progress of ${run.title}`}
        />
      )}
      <Text size="xs" c="dimmed" className="tabular">
        {run.state === "queued" ? "Waits for a worker" : count}
      </Text>
    </div>
  );
}

const rowId = (row: { id: number }) => String(row.id);

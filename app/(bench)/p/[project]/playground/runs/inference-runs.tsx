"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import type { RunView } from "#app/_ui/runs/run-progress.tsx";
import { RunStateBadge } from "#app/_ui/runs/run-state.tsx";
import type { GridColumn } from "#app/_ui/table/columns.ts";
import { Grid } from "#app/_ui/table/grid.tsx";
import { usePages } from "#app/_ui/use-operation.ts";
import { isOpen } from "#lib/core/run-state.ts";

const columns: GridColumn<RunView>[] = [
  { id: "title", header: "Run", cell: (run) => <span dir="auto">{run.title}</span> },
  { id: "state", header: "State", width: 120, cell: (run) => <RunStateBadge state={run.state} /> },
  {
    id: "answers",
    header: "Answers",
    width: 150,
    align: "right",
    cell: (run) =>
      `${formatNumber(run.done)}${run.total === null ? "" : ` of ${formatNumber(run.total)}`}`,
  },
  {
    id: "errors",
    header: "Errors",
    width: 90,
    align: "right",
    cell: (run) => (typeof run.result?.errors === "number" ? formatNumber(run.result.errors) : "–"),
  },
  { id: "started", header: "Queued", width: 160, cell: (run) => <TimeAgo at={run.createdAt} /> },
];

/** Runs of model versions over prompt sets. */
export function InferenceRuns({ project, mayRun }: { project: string; mayRun: boolean }) {
  const router = useRouter();
  const input = { project, kind: "infer" as const };
  const pages = usePages("runs.list", input, {
    rows: (page) => page.runs,
    next: (page) => page.next,
    cursor: "before",
  });
  const { first: _first, refetch, ...grid } = pages;
  const open = pages.rows.some((run) => isOpen(run.state));
  const start = (
    <Button
      component={Link}
      href={`/p/${project}/playground/runs/new`}
      {...(mayRun
        ? {}
        : { "data-disabled": true, "aria-disabled": true, title: "Needs the curator role" })}
      onClick={(event) => {
        if (!mayRun) event.preventDefault();
      }}
    >
      New run
    </Button>
  );
  return (
    <Page wide>
      <PageHeader
        title="Prompt-set runs"
        note="Model versions over the same prompts; each answer is stored once"
        trail={[{ label: "Playground", href: `/p/${project}/playground` }]}
        actions={start}
      />
      <Grid
        {...grid}
        label="Prompt-set runs"
        columns={columns}
        rowId={rowId}
        onOpen={(run) => router.push(`/p/${project}/playground/runs/${run.id}`)}
        toolbar={
          open && (
            <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
              Refresh
            </Button>
          )
        }
        empty={
          <EmptyState title="No run yet" action={start}>
            A run asks model versions every prompt of a snapshot or a file. Its answers can then be
            compared blind, labelled or read here.
          </EmptyState>
        }
      />
    </Page>
  );
}

const rowId = (row: { id: number }) => String(row.id);

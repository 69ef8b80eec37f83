"use client";

import { Button, SegmentedControl, Stack, Text } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { RunProgress, type RunView } from "#app/_ui/runs/run-progress.tsx";
import type { GridColumn } from "#app/_ui/table/columns.ts";
import { Grid } from "#app/_ui/table/grid.tsx";
import { useAct, useOperation, usePages } from "#app/_ui/use-operation.ts";
import { isOpen } from "#lib/core/run-state.ts";
import { AnswerDrawer } from "./answer-drawer.tsx";
import classes from "./answers.module.css";
import { ModelFigures } from "./model-figures.tsx";
import { RunSettings } from "./run-settings.tsx";

export type PromptRow = OutputOf<"responses.list">["prompts"][number];
type Model = OutputOf<"responses.summary">["models"][number];

type Props = {
  project: string;
  initial: RunView;
  may: { run: boolean; cancel: boolean; compare: boolean; label: boolean };
};

/** A run over a prompt set: how far it is, each model's figures, every prompt with every answer. */
export function RunAnswers({ project, initial, may }: Props) {
  const [only, setOnly] = useState<"all" | "errors">("all");
  const [open, setOpen] = useState<PromptRow>();
  const topics = [`run:${initial.id}`];
  const input = { project, run: initial.id };
  const run = useOperation("runs.show", input, { initialData: initial, topics }).data ?? initial;
  const summary = useOperation("responses.summary", input, { topics });
  const {
    first: _first,
    refetch: _refetch,
    ...grid
  } = usePages(
    "responses.list",
    { ...input, only },
    {
      rows: (page) => page.prompts,
      next: (page) => page.next,
      cursor: "after",
      topics: isOpen(run.state) ? topics : [],
    },
  );
  const models = summary.data?.models ?? [];
  const errors = models.reduce((sum, model) => sum + model.errors, 0);
  const answered = models.some((model) => model.answers > 0);
  const shown = open && (grid.rows.find((row) => row.id === open.id) ?? open);
  return (
    <Page wide>
      <PageHeader
        title={`Run ${initial.id}`}
        note={run.title}
        trail={[
          { label: "Playground", href: `/p/${project}/playground` },
          { label: "Prompt-set runs", href: `/p/${project}/playground/runs` },
        ]}
        actions={
          <>
            <NextStep
              href={`/p/${project}/label/new?run=${run.id}`}
              words="Label the answers"
              refused={refusal(may.label, answered, run)}
            />
            <NextStep
              href={`/p/${project}/compare/new?run=${run.id}`}
              words="Compare blind"
              refused={refusal(may.compare, answered, run)}
            />
          </>
        }
      />
      <Stack gap="md">
        <RunProgress project={project} run={initial.id} initial={initial} mayCancel={may.cancel} />
        <RunSettings run={run} />
        {summary.error ? (
          <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />
        ) : (
          <>
            {models.length > 0 && <ModelFigures models={models} />}
            <Grid
              {...grid}
              label="Prompts and answers"
              columns={columnsOf(models)}
              rowId={rowId}
              rowHeight={96}
              total={only === "all" ? summary.data?.prompts : undefined}
              onOpen={setOpen}
              openId={shown ? String(shown.id) : undefined}
              toolbar={
                <>
                  <SegmentedControl
                    size="xs"
                    aria-label="Which prompts"
                    data={[
                      { value: "all", label: "All prompts" },
                      { value: "errors", label: `With errors (${errors})` },
                    ]}
                    value={only}
                    onChange={(value) => setOnly(value as typeof only)}
                  />
                  {errors > 0 && !isOpen(run.state) && may.run && (
                    <AskAgain project={project} run={run.id} errors={errors} />
                  )}
                </>
              }
              empty={<NoAnswers run={run} only={only} />}
            />
          </>
        )}
      </Stack>
      {shown && <AnswerDrawer project={project} row={shown} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function refusal(may: boolean, answered: boolean, run: RunView): string | undefined {
  if (!may) return "Needs the curator role";
  if (isOpen(run.state)) return "The run has not ended yet";
  return answered ? undefined : "There are no answers";
}

type StepProps = { href: string; words: string; refused: string | undefined };

function NextStep({ href, words, refused }: StepProps) {
  if (refused) {
    return (
      <Button variant="default" data-disabled aria-disabled title={refused}>
        {words}
      </Button>
    );
  }
  return (
    <Button variant="default" component={Link} href={href}>
      {words}
    </Button>
  );
}

function AskAgain({ project, run, errors }: { project: string; run: number; errors: number }) {
  const retry = useAct("responses.retry", {
    refresh: ["runs.show", "responses.summary", "responses.list"],
    done: "The failed answers are asked for again.",
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={retry.isPending}
      onClick={() => retry.mutate({ project, run })}
    >
      Ask again for {plural(errors, "failed answer")}
    </Button>
  );
}

function NoAnswers({ run, only }: { run: RunView; only: "all" | "errors" }) {
  if (only === "errors") {
    return <EmptyState title="No errors">Every answer that was asked for came.</EmptyState>;
  }
  return isOpen(run.state) ? (
    <EmptyState title="No answer yet">The first ones appear here as soon as they come.</EmptyState>
  ) : (
    <EmptyState title="No answers">This run ended before it had any.</EmptyState>
  );
}

function columnsOf(models: Model[]): GridColumn<PromptRow>[] {
  return [
    {
      id: "position",
      header: "#",
      width: 64,
      align: "right",
      cell: (row) => row.position + 1,
    },
    {
      id: "prompt",
      header: "Prompt",
      cell: (row) => (
        <div className={classes.lines} dir="auto">
          {row.messages.at(-1)?.content}
        </div>
      ),
    },
    ...models.map(
      (model): GridColumn<PromptRow> => ({
        id: `model-${model.modelVersionId}`,
        header: model.model,
        cell: (row) => <Answers row={row} modelVersionId={model.modelVersionId} />,
      }),
    ),
  ];
}

function Answers({ row, modelVersionId }: { row: PromptRow; modelVersionId: number }) {
  const own = row.responses.filter((one) => one.modelVersionId === modelVersionId);
  const [first] = own;
  if (!first)
    return (
      <Text size="sm" c="dimmed">
        Not yet
      </Text>
    );
  return (
    <>
      <div className={first.error ? classes.failed : classes.lines} dir="auto">
        {first.error ?? (first.text || "(empty)")}
      </div>
      {own.length > 1 && (
        <Text size="xs" c="dimmed">
          and {plural(own.length - 1, "more answer")}
        </Text>
      )}
    </>
  );
}

const rowId = (row: { id: number }) => String(row.id);

"use client";

import { Anchor, Button, Text, Tooltip } from "@mantine/core";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber, formatPercent, plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { Guidelines } from "../guidelines.tsx";
import { Raters } from "../raters.tsx";
import { AgreementPanel } from "./agreement-panel.tsx";

type Props = {
  project: string;
  task: number;
  initial: OutputOf<"labels.tasks">;
  guidelines: string;
  may: { work: boolean; manage: boolean };
};

/** A task at a glance: how far it is, how well its raters agree, what a curator has to decide. */
export function TaskOverview({ project, task: id, initial, guidelines, may }: Props) {
  const { data } = useOperation(
    "labels.tasks",
    { project, task: id },
    { initialData: initial, topics: [`task:${id}`] },
  );
  const task = data?.tasks[0];
  const setState = useAct("labels.set-task-state", {
    done: ({ state }) => (state === "open" ? "The task is open again" : "The task is closed"),
    refresh: ["labels.tasks"],
  });
  if (!task) return null;
  const base = `/p/${project}/label`;
  const open = task.state === "open";
  const { total, submitted, skipped, leased } = task.slots;
  return (
    <Page>
      <PageHeader
        title={task.name}
        trail={[{ label: "Label", href: base }]}
        note={
          <>
            {task.schema} · {plural(task.items, "item")}, {plural(task.overlap, "rater")} each ·{" "}
            <Source project={project} task={task} /> · made <TimeAgo at={task.createdAt} />
            {!open && " · closed"}
          </>
        }
        actions={
          <>
            {may.manage && (
              <Button
                variant="default"
                loading={setState.isPending}
                onClick={() =>
                  setState.mutate({ project, task: id, state: open ? "closed" : "open" })
                }
              >
                {open ? "Close task" : "Open again"}
              </Button>
            )}
            {may.manage && (task.undecided ?? 0) > 0 && (
              <Button component={Link} href={`${base}/${id}/decide`} variant="default">
                Decide {plural(task.undecided ?? 0, "difference")}
              </Button>
            )}
            <WorkButton href={`${base}/${id}/work`} task={task} may={may.work} />
          </>
        }
      />
      <Figures>
        <Figure
          label="Labelled"
          value={formatPercent(total === 0 ? 0 : submitted / total, 0)}
          note={`${formatNumber(submitted)} of ${formatNumber(total)}`}
        />
        <Figure
          label="Skipped"
          value={formatNumber(skipped)}
          note={leased > 0 ? `${formatNumber(leased)} in hand now` : "nothing in hand now"}
        />
        <Figure
          label="Raters"
          value={formatNumber(task.raters)}
          note={<Raters count={task.raters} simulated={task.simulatedRaters} />}
        />
        {task.undecided !== null && (
          <Figure
            label="To decide"
            value={formatNumber(task.undecided)}
            note="places on which raters differ"
            waiting={task.undecided > 0}
            href={`${base}/${id}/decide`}
          />
        )}
        <Figure
          label="By you"
          value={formatNumber(task.mine.submitted)}
          note={
            may.work
              ? task.mine.waiting > 0
                ? `${plural(task.mine.waiting, "item")} for you`
                : "nothing waits for you"
              : "labelling needs the role rater"
          }
        />
      </Figures>
      <Guidelines text={guidelines} folded />
      {may.manage ? (
        <AgreementPanel project={project} task={id} overlap={task.overlap} />
      ) : (
        <Text size="sm" c="dimmed">
          Agreement is shown to curators: raters judge without knowing what the others said.
        </Text>
      )}
    </Page>
  );
}

type Task = OutputOf<"labels.tasks">["tasks"][number];

function Source({ project, task }: { project: string; task: Task }) {
  if (task.runId !== null) return <>answers of run {task.runId}, blind to the model</>;
  return (
    <Anchor
      component={Link}
      href={`/p/${project}/datasets/${task.datasetId}`}
      inherit
      underline="always"
    >
      rows of {task.dataset}
    </Anchor>
  );
}

function WorkButton({ href, task, may }: { href: string; task: Task; may: boolean }) {
  const why = !may
    ? "Labelling needs the role rater"
    : task.state !== "open"
      ? "This task is closed"
      : undefined;
  if (!why) {
    return (
      <Button component={Link} href={href}>
        {task.mine.submitted > 0 ? "Go on labelling" : "Start labelling"}
      </Button>
    );
  }
  return (
    <Tooltip label={why}>
      <Button data-disabled aria-disabled>
        Start labelling
      </Button>
    </Tooltip>
  );
}

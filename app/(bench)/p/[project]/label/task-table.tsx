"use client";

import { Anchor, Badge, Button, Paper, Progress, Table, Text } from "@mantine/core";
import Link from "next/link";
import { formatFixed, formatNumber, formatPercent, plural } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./label.module.css";
import type { TaskView } from "./label-home.tsx";
import { Raters } from "./raters.tsx";

type Props = {
  project: string;
  tasks: TaskView[];
  may: { work: boolean; manage: boolean };
};

/** Agreement is computed on asking; only for the tasks one sees first. */
const measured = 12;

export function TaskTable({ project, tasks, may }: Props) {
  const base = `/p/${project}/label`;
  return (
    <Paper className={classes.tablePaper}>
      <StackedTable aria-label="Tasks" minWidth={may.manage ? 860 : 640} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Task</Table.Th>
            <Table.Th>Progress</Table.Th>
            <Table.Th>Raters</Table.Th>
            {may.manage && <Table.Th>Agreement</Table.Th>}
            {may.manage && <Table.Th data-figure>To decide</Table.Th>}
            {may.work && <Table.Th data-figure>For you</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tasks.map((task, index) => (
            <Table.Tr key={task.id}>
              <Table.Td className={classes.nameCell}>
                <Anchor
                  component={Link}
                  href={`${base}/${task.id}`}
                  fw={550}
                  className={classes.wrap}
                  dir="auto"
                >
                  {task.name}
                </Anchor>
                {task.state !== "open" && (
                  <Badge ml={6} size="sm" color="gray" variant="light">
                    closed
                  </Badge>
                )}
                <Text size="xs" c="dimmed" className={classes.wrap} lineClamp={2} dir="auto">
                  {task.schema} · {plural(task.items, "item")}
                  {task.runId === null ? "" : ", answers of a run, blind"}
                </Text>
              </Table.Td>
              <Table.Td miw={160} data-wide>
                <TaskProgress task={task} />
              </Table.Td>
              <Table.Td data-wide data-label="Raters">
                <Raters count={task.raters} simulated={task.simulatedRaters} />
              </Table.Td>
              {may.manage && (
                <Table.Td data-label="Agreement">
                  {index < measured && task.raters > 1 ? (
                    <Glance project={project} task={task.id} />
                  ) : (
                    <Text size="sm" c="dimmed">
                      {task.overlap === 1 ? "one rater each" : "–"}
                    </Text>
                  )}
                </Table.Td>
              )}
              {may.manage && (
                <Table.Td data-figure data-label="To decide">
                  {task.undecided ? (
                    <Anchor component={Link} href={`${base}/${task.id}/decide`} size="sm">
                      {formatNumber(task.undecided)}
                    </Anchor>
                  ) : (
                    "–"
                  )}
                </Table.Td>
              )}
              {may.work && (
                <Table.Td data-figure data-label="For you">
                  {task.mine.waiting > 0 ? (
                    <Button
                      component={Link}
                      href={`${base}/${task.id}/work`}
                      size="compact-sm"
                      variant="light"
                      aria-label={`Label ${task.name}`}
                    >
                      Label
                    </Button>
                  ) : (
                    <Text size="sm" c="dimmed">
                      {task.mine.submitted > 0 ? "done" : "–"}
                    </Text>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
    </Paper>
  );
}

export function TaskProgress({ task }: { task: TaskView }) {
  const { total, submitted, skipped } = task.slots;
  const part = (count: number) => (total === 0 ? 0 : (count / total) * 100);
  return (
    <div>
      <Progress.Root size="sm">
        <Progress.Section value={part(submitted)} aria-label="Submitted" />
        <Progress.Section value={part(skipped)} color="gray.5" aria-label="Skipped" />
      </Progress.Root>
      <Text size="xs" c="dimmed" className="tabular" mt={4}>
        {formatNumber(submitted)} of {formatNumber(total)}
        {skipped > 0 && `, ${formatNumber(skipped)} skipped`}
      </Text>
    </div>
  );
}

/** The lowest alpha of the task's questions: the one that needs attention. */
function Glance({ project, task }: { project: string; task: number }) {
  const { data, error } = useOperation("labels.agreement", { project, task });
  if (error) {
    return (
      <Text size="xs" c="dimmed">
        not available
      </Text>
    );
  }
  if (!data) return <Text size="xs">…</Text>;
  const known = data.questions.filter((one) => one.alpha?.value != null);
  const lowest = known.toSorted((a, b) => (a.alpha?.value ?? 0) - (b.alpha?.value ?? 0))[0];
  const shared = data.questions.reduce((sum, one) => sum + (one.metric ? one.shared : 0), 0);
  const equal = data.questions.reduce((sum, one) => sum + (one.metric ? one.equal : 0), 0);
  if (shared === 0) {
    return (
      <Text size="sm" c="dimmed">
        no item judged twice yet
      </Text>
    );
  }
  return (
    <div>
      <Text size="sm" className="tabular">
        {formatPercent(equal / shared, 0)} equal
      </Text>
      <Text size="xs" c="dimmed" className="tabular" lineClamp={2}>
        {lowest
          ? `lowest alpha ${formatFixed(lowest.alpha?.value)}, ${lowest.title}`
          : "alpha undefined: one value only"}
      </Text>
    </div>
  );
}

"use client";

import { Button, Code, Group, Paper, Table, Text } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "../../datasets.module.css";
import { FilterWords } from "../filter-words.tsx";

type Snapshot = OutputOf<"snapshots.list">["snapshots"][number];
type Props = { project: string; dataset: number; mayTrain: boolean };

/** Frozen selections of this dataset, the newest first. */
export function SnapshotList({ project, dataset, mayTrain }: Props) {
  const list = useOperation("snapshots.list", { project, dataset });
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <LoadingState />;
  if (list.data.snapshots.length === 0) {
    return (
      <EmptyState title="No snapshots yet" icon={<IconCamera size={26} stroke={1.6} />}>
        Freeze a version with a split and a seed; training, test scores and lineage refer to it. Use
        “Freeze snapshot” above.
      </EmptyState>
    );
  }
  return (
    <Paper className={classes.tablePaper}>
      <Table.ScrollContainer minWidth={820}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th ta="right">Version</Table.Th>
              <Table.Th ta="right">Train</Table.Th>
              <Table.Th ta="right">Validation</Table.Th>
              <Table.Th ta="right">Test</Table.Th>
              <Table.Th>Repeats of exams</Table.Th>
              <Table.Th ta="right">Seed</Table.Th>
              <Table.Th>Filter</Table.Th>
              <Table.Th>Digest</Table.Th>
              <Table.Th>Made</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.data.snapshots.map((one) => (
              <SnapshotRow key={one.id} {...{ project, dataset, mayTrain }} snapshot={one} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

type RowProps = { project: string; dataset: number; mayTrain: boolean; snapshot: Snapshot };

function SnapshotRow({ project, dataset, mayTrain, snapshot }: RowProps) {
  const { counts } = snapshot;
  return (
    <Table.Tr>
      <Table.Td className={classes.wrap}>
        <Text size="sm" fw={550}>
          {snapshot.name}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{snapshot.version}</Table.Td>
      {[counts.train, counts.validation, counts.test].map((count, index) => (
        <Table.Td key={String(index)} ta="right">
          {formatNumber(count)}
        </Table.Td>
      ))}
      <Table.Td>
        <Leaks leaks={snapshot.leaks} />
      </Table.Td>
      <Table.Td ta="right">{snapshot.seed}</Table.Td>
      <Table.Td>
        <FilterWords {...{ project, dataset }} filter={snapshot.filter} />
      </Table.Td>
      <Table.Td>
        <Code title={snapshot.digest}>{snapshot.digest.slice(0, 10)}</Code>
      </Table.Td>
      <Table.Td>
        <TimeAgo at={snapshot.createdAt} />
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap" justify="flex-end">
          {mayTrain && (
            <Button
              component={Link}
              size="compact-sm"
              variant="default"
              href={`/p/${project}/models/train?snapshot=${snapshot.id}`}
              aria-label={`Train on ${snapshot.name}`}
            >
              Train
            </Button>
          )}
          <Button
            component={Link}
            size="compact-sm"
            variant="default"
            href={`/p/${project}/lineage/snapshot/${snapshot.id}`}
            aria-label={`Lineage of ${snapshot.name}`}
          >
            Lineage
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** How many training rows repeat a test side or a suite, what became of them, and of which exams they are. */
function Leaks({ leaks }: { leaks: Snapshot["leaks"] }) {
  if (leaks === null) return <Text size="sm">not looked for</Text>;
  if (leaks.rows === 0 && leaks.alike === 0) return <Text size="sm">none</Text>;
  const kept = leaks.rows - leaks.leftOut;
  const exams = [
    ...(leaks.test > 0 ? [`test side: ${formatNumber(leaks.test)}`] : []),
    ...Object.entries(leaks.suites).map(([suite, rows]) => `${suite}: ${formatNumber(rows)}`),
    ...(leaks.alike > 0 ? [`${formatNumber(leaks.alike)} of the test side share a template`] : []),
  ];
  return (
    <>
      <Text size="sm" c={kept > 0 ? "red.9" : undefined}>
        {[
          ...(leaks.leftOut > 0 ? [`${formatNumber(leaks.leftOut)} left out`] : []),
          ...(kept > 0 ? [`${formatNumber(kept)} kept`] : []),
          ...(leaks.rows === 0 ? ["none"] : []),
        ].join(", ")}
      </Text>
      <Text size="xs" c="dimmed">
        {exams.join(" · ")}
      </Text>
    </>
  );
}

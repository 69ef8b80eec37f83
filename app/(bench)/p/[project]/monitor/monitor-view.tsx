"use client";

import { Button, Paper, SegmentedControl, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { IconActivity, IconMessageStar } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { LineChart } from "#app/_ui/charts/charts.tsx";
import type { OutputOf } from "#app/_ui/client.ts";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../models/greyed-button.tsx";
import classes from "./monitor.module.css";

/** Hours that the page offers. */
const periods = [
  { value: "1", label: "Hour" },
  { value: "24", label: "Day" },
  { value: "168", label: "Week" },
  { value: "720", label: "30 days" },
] as const;

type Props = { project: string; hours: number; mayReview: boolean };
type Monitor = OutputOf<"monitor.read"> & { hours: number };

/** Milliseconds as people read them. */
const duration = (ms: number | null) =>
  ms === null ? "–" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** What the endpoint did: requests, latency, errors, tokens, thumbs by model version. */
export function MonitorView({ project, hours, mayReview }: Props) {
  const router = useRouter();
  const { data, error, refetch } = useOperation(
    "monitor.read",
    { project, hours },
    { keepPrevious: true, topics: [] },
  );
  return (
    <Page>
      <PageHeader
        title="Monitor"
        note="What the endpoint answered, and what people thought of it."
        actions={
          <>
            <SegmentedControl
              aria-label="Period"
              data={periods.map((one) => ({ ...one }))}
              value={String(hours)}
              onChange={(next) => router.replace(`/p/${project}/monitor?hours=${next}`)}
            />
            <GreyedButton
              href={`/p/${project}/monitor/feedback`}
              leftSection={<IconMessageStar size={16} />}
              because={mayReview ? undefined : "This needs the role curator"}
            >
              Review feedback
            </GreyedButton>
          </>
        }
      />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingState />}
      {data && <Shown project={project} data={{ ...data, hours }} />}
    </Page>
  );
}

function Shown({ project, data }: { project: string; data: Monitor }) {
  const { total } = data;
  if (total.requests === 0) {
    return (
      <EmptyState
        title="No requests in this time"
        icon={<IconActivity size={26} stroke={1.6} />}
        action={
          <Button component={Link} href={`/p/${project}/chat`} variant="default">
            Open chat
          </Button>
        }
      >
        Requests to the endpoint and from the chat page are counted here. Choose a longer time, or
        ask the deployed model something.
      </EmptyState>
    );
  }
  const share = (count: number) => `${((100 * count) / total.requests).toFixed(1)} % of requests`;
  return (
    <Stack gap="lg">
      <Figures>
        <Figure
          label="Requests"
          value={formatNumber(total.requests)}
          note={`${formatNumber(total.cancelled)} left early`}
        />
        <Figure
          label="Errors"
          value={formatNumber(total.errors)}
          note={share(total.errors)}
          waiting={total.errors > 0}
        />
        <Figure label="Latency, median" value={duration(total.p50)} note="whole answer" />
        <Figure label="Latency, 95 %" value={duration(total.p95)} note="whole answer" />
        <Figure label="First token" value={duration(total.firstTokenP50)} note="median, streamed" />
        <Figure
          label="Tokens out"
          value={formatNumber(total.completionTokens)}
          note={`${formatNumber(total.promptTokens)} in`}
        />
      </Figures>
      <Curves data={data} />
      <Versions data={data} />
      {data.errors.length > 0 && <Errors data={data} />}
    </Stack>
  );
}

/** Points of the curve that the server counts in. */
const buckets = 96;
const bucketOf = (at: string, from: number, to: number) =>
  Math.min(buckets - 1, Math.round(((new Date(at).getTime() - from) * buckets) / (to - from)));

const clock = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const dated = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const timeIn = (hours: number) => (at: number) => (hours > 24 ? dated : clock).format(at);

function Curves({ data }: { data: Monitor }) {
  const from = new Date(data.from).getTime();
  const to = new Date(data.to).getTime();
  // A stretch without requests has none of them, and no latency.
  const line = (
    name: string,
    empty: 0 | null,
    read: (point: Monitor["curve"][number]) => number | null,
  ) => {
    const known = new Map(data.curve.map((one) => [bucketOf(one.at, from, to), read(one)]));
    const points = Array.from({ length: buckets }, (_, n) => {
      const at = from + ((n + 0.5) * (to - from)) / buckets;
      return [at, known.get(n) ?? empty] as const;
    });
    return { name, points };
  };
  const when = { xLabel: "Time", formatX: timeIn(data.hours) };
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
      <LineChart
        {...when}
        title="Requests"
        series={[
          line("requests", 0, (one) => one.requests),
          line("errors", 0, (one) => one.errors),
        ]}
      />
      <LineChart
        {...when}
        title="Latency (ms)"
        series={[line("median", null, (one) => one.p50), line("95 %", null, (one) => one.p95)]}
      />
    </SimpleGrid>
  );
}

function Versions({ data }: { data: Monitor }) {
  return (
    <Paper p="md">
      <Text component="h2" fw={600} mb="xs">
        By model version
      </Text>
      <StackedTable aria-label="By model version" minWidth={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model version</Table.Th>
            <Table.Th>Stage</Table.Th>
            <Table.Th data-figure>Requests</Table.Th>
            <Table.Th data-figure>Errors</Table.Th>
            <Table.Th data-figure>Median</Table.Th>
            <Table.Th data-figure>95 %</Table.Th>
            <Table.Th data-figure>Thumbs up</Table.Th>
            <Table.Th data-figure>Thumbs down</Table.Th>
            <Table.Th data-figure>Edits</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.versions.map((one) => (
            <Table.Tr key={`${one.modelVersionId}-${one.stage}`}>
              <Table.Td className={classes.wrap}>{one.model}</Table.Td>
              <Table.Td data-label="Stage">{one.stage}</Table.Td>
              <Table.Td data-figure data-label="Requests">
                {formatNumber(one.requests)}
              </Table.Td>
              <Table.Td data-figure data-label="Errors">
                {formatNumber(one.errors)}
              </Table.Td>
              <Table.Td data-figure data-label="Median">
                {duration(one.p50)}
              </Table.Td>
              <Table.Td data-figure data-label="95 %">
                {duration(one.p95)}
              </Table.Td>
              <Table.Td data-figure data-label="Thumbs up">
                {formatNumber(one.up)}
              </Table.Td>
              <Table.Td data-figure data-label="Thumbs down">
                {formatNumber(one.down)}
              </Table.Td>
              <Table.Td data-figure data-label="Edits">
                {formatNumber(one.edit)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
    </Paper>
  );
}

function Errors({ data }: { data: Monitor }) {
  return (
    <Paper p="md">
      <Text component="h2" fw={600} mb="xs">
        Errors by kind
      </Text>
      <Table aria-label="Errors by kind">
        <Table.Tbody>
          {data.errors.map((one) => (
            <Table.Tr key={one.code}>
              <Table.Td>{one.code.replaceAll("_", " ")}</Table.Td>
              <Table.Td ta="right">{formatNumber(one.count)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

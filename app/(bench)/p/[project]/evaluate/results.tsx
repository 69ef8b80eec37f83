"use client";

import {
  Badge,
  Button,
  Paper,
  Select,
  Stack,
  Table,
  Text,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { IconChartDots3 } from "@tabler/icons-react";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../models/greyed-button.tsx";
import classes from "./evaluate.module.css";
import { Interval } from "./interval.tsx";
import { ItemsDrawer } from "./items-drawer.tsx";
import { checkNote, checkTitle, scaleOf, showValue, stateLook } from "./words.ts";

export type Result = OutputOf<"evaluations.results">["results"][number];

type Props = {
  project: string;
  projectId: number;
  model: string | undefined;
  onModel: (model: string | undefined) => void;
  onStart: () => void;
  mayRun: boolean;
};

/** Newest figure of each suite and check for each model version. */
function newest(results: readonly Result[]): Result[] {
  const seen = new Map<string, Result>();
  for (const one of results) {
    const key = `${one.modelVersionId}/${one.suite}/${one.check}`;
    const known = seen.get(key);
    if (!known || known.run < one.run) seen.set(key, one);
  }
  return [...seen.values()];
}

export function Results({ project, projectId, model, onModel, onStart, mayRun }: Props) {
  const all = useOperation(
    "evaluations.results",
    { project },
    { topics: [`project:${projectId}`] },
  );
  const results = newest(all.data?.results ?? []);
  const models = [...new Set(results.map((one) => one.model))];
  const shown = model && models.includes(model) ? model : models[0];
  if (all.error) return <ErrorState error={all.error} onRetry={() => void all.refetch()} />;
  if (all.isPending) return <LoadingState />;
  if (!shown) {
    return (
      <EmptyState
        title="Nothing measured yet"
        icon={<IconChartDots3 size={26} stroke={1.6} />}
        action={
          <GreyedButton
            onClick={onStart}
            because={mayRun ? undefined : "This needs the role curator"}
          >
            Evaluate a model
          </GreyedButton>
        }
      >
        Choose a model version and let the suites ask it: bias, privacy, harm, refusal, usefulness.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Select
        label="Model version"
        data={models}
        value={shown}
        onChange={(value) => onModel(value ?? undefined)}
        allowDeselect={false}
        searchable
        maw={420}
      />
      <ResultTables project={project} results={results.filter((one) => one.model === shown)} />
    </Stack>
  );
}

/** The figures, one table a suite. */
export function ResultTables({ project, results }: { project: string; results: Result[] }) {
  const [open, setOpen] = useState<Result>();
  const suites = [...Map.groupBy(results, (one) => one.suite).values()];
  return (
    <Stack>
      {suites.map((own) => {
        const [first] = own;
        if (!first) return null;
        return (
          <Paper key={first.suite} p="md">
            <Text fw={600} className={classes.wrap} component="h2" size="md">
              {first.suiteTitle}
            </Text>
            <Text size="xs" c="dimmed" className={classes.wrap}>
              {`Run ${first.run} · suite ${first.suiteDigest.slice(0, 12)} · artefact ${first.artefactDigest?.slice(0, 12) ?? "–"} · ${first.dtype ?? ""}`}
            </Text>
            {first.reason && (
              <Text size="sm" mt={4}>
                {first.reason}
              </Text>
            )}
            <StackedTable
              aria-label={first.suiteTitle}
              minWidth={760}
              mt="xs"
              className={classes.figures}
            >
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w="24%">Check</Table.Th>
                  <Table.Th data-figure w="10%">
                    Value
                  </Table.Th>
                  <Table.Th w="22%">95 % interval</Table.Th>
                  <Table.Th data-figure w="16%">
                    Low to high
                  </Table.Th>
                  <Table.Th data-figure w="10%">
                    Items
                  </Table.Th>
                  <Table.Th w="12%">State</Table.Th>
                  <Table.Th>
                    <VisuallyHidden>Items behind it</VisuallyHidden>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {own.map((one) => (
                  <ResultRow key={one.check} one={one} onOpen={() => setOpen(one)} />
                ))}
              </Table.Tbody>
            </StackedTable>
          </Paper>
        );
      })}
      {open && (
        <ItemsDrawer
          project={project}
          run={open.run}
          modelVersionId={open.modelVersionId}
          suite={open.suite}
          check={open.check}
          title={`${open.suiteTitle}: ${checkTitle(open.check)}`}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Stack>
  );
}

function ResultRow({ one, onOpen }: { one: Result; onOpen: () => void }) {
  const scale = scaleOf(one.check, [one.value, one.low, one.high]);
  const look = stateLook(one.state);
  const range =
    one.high === null
      ? one.low === null
        ? "–"
        : `at least ${showValue(one.low, scale)}`
      : one.low === null
        ? `at most ${showValue(one.high, scale)}`
        : `${showValue(one.low, scale)} to ${showValue(one.high, scale)}`;
  return (
    <Table.Tr>
      <Table.Td className={classes.wrap}>
        {checkTitle(one.check)}
        {checkNote(one.check) && (
          <Text size="xs" c="dimmed">
            {checkNote(one.check)}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-figure data-label="Value">
        {showValue(one.value, scale)}
      </Table.Td>
      <Table.Td data-wide>
        <Interval value={one.value} low={one.low} high={one.high} scale={scale} />
      </Table.Td>
      <Table.Td data-figure data-label="95 % interval">
        {range}
      </Table.Td>
      <Table.Td data-figure data-label="Items">
        {one.n === one.planned
          ? formatNumber(one.n)
          : `${formatNumber(one.n)} of ${formatNumber(one.planned)}`}
      </Table.Td>
      <Table.Td data-label="State">
        <Tooltip label={one.reason ?? look.words} multiline maw={320}>
          <Badge color={look.color} variant="light" radius="sm" className={classes.badge}>
            {look.words}
          </Badge>
        </Tooltip>
      </Table.Td>
      <Table.Td data-figure>
        <Button
          size="compact-xs"
          variant="default"
          onClick={onOpen}
          aria-label={`Items behind ${checkTitle(one.check)}`}
        >
          Items
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

"use client";

import { Table } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatNumber } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import type { StepKind } from "./step-list.tsx";

export type StepReport = OutputOf<"recipes.preview">["steps"][number];

/** `too_short` → `too short`. */
export const reasonWords = (reason: string) => reason.replaceAll("_", " ");

const inWords = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([name, count]) => `${reasonWords(name)} ${formatNumber(count)}`)
    .join(", ");

const figures = [
  ["Rows", "rows"],
  ["Changed", "changed"],
  ["Dropped", "dropped"],
  ["Findings", "findings"],
] as const;

/** What each step did to the rows that reached it. */
export function StepReports({
  reports,
  kinds,
}: {
  reports: StepReport[];
  kinds: StepKind[] | undefined;
}) {
  const labels = new Map(kinds?.map((one) => [one.id, one.label]));
  return (
    <StackedTable aria-label="Steps" minWidth={520} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Step</Table.Th>
          {figures.map(([label]) => (
            <Table.Th key={label} data-figure>
              {label}
            </Table.Th>
          ))}
          <Table.Th>Counts</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {reports.map((report, index) => (
          <Table.Tr key={`${index} ${report.step}`}>
            <Table.Td>{labels.get(report.step) ?? report.step}</Table.Td>
            {figures.map(([label, name]) => (
              <Table.Td key={label} data-label={label} data-figure>
                {formatNumber(report[name])}
              </Table.Td>
            ))}
            <Table.Td data-label="Counts" data-wide>
              {inWords({ ...report.counts, ...report.reasons })}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </StackedTable>
  );
}

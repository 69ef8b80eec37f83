"use client";

import { Anchor, Badge, Paper, Table } from "@mantine/core";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import classes from "./promote.module.css";

export type GateLine = OutputOf<"gate.list">["gates"][number];

/** A gate run's verdict, or where it stands, in one badge. */
export function VerdictBadge({
  gate,
}: {
  gate: Pick<GateLine, "verdict" | "voidReason" | "runState">;
}) {
  const open = gate.runState === "queued" || gate.runState === "running";
  const [color, words] = gate.voidReason
    ? ["gray", "Void"]
    : gate.verdict === "PASS"
      ? ["green", "Pass"]
      : gate.verdict === "BLOCKED"
        ? ["red", "Blocked"]
        : open
          ? ["petrol", "Measuring"]
          : ["orange", "No verdict"];
  return (
    <Badge color={color} variant="light" radius="sm" className={classes.badge}>
      {words}
    </Badge>
  );
}

type Props = {
  project: string;
  gates: GateLine[];
  /** On the page of one deployment its name says nothing new. */
  ofOne?: boolean;
};

export function GateTable({ project, gates, ofOne }: Props) {
  return (
    <Paper>
      <StackedTable aria-label="Gate runs" minWidth={ofOne ? 520 : 640} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Gate run</Table.Th>
            <Table.Th>Version</Table.Th>
            {!ofOne && <Table.Th>Deployment</Table.Th>}
            <Table.Th>Policy</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th data-figure>Attempt</Table.Th>
            <Table.Th>When</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {gates.map((gate) => (
            <Table.Tr key={gate.id}>
              <Table.Td>
                <Anchor
                  component={Link}
                  href={`/p/${project}/promote/gates/${gate.id}`}
                  size="sm"
                  className={classes.number}
                >
                  {`Gate run ${gate.id}`}
                </Anchor>
              </Table.Td>
              <Table.Td className={classes.name} data-wide data-label="Version">
                {gate.model}
              </Table.Td>
              {!ofOne && (
                <Table.Td className={classes.name} data-wide data-label="Deployment">
                  <Anchor
                    component={Link}
                    href={`/p/${project}/promote/${encodeURIComponent(gate.deployment)}`}
                    size="sm"
                  >
                    {gate.deployment}
                  </Anchor>
                </Table.Td>
              )}
              <Table.Td className={classes.policy} data-label="Policy">
                {gate.policy}
              </Table.Td>
              <Table.Td data-label="Verdict">
                <VerdictBadge gate={gate} />
              </Table.Td>
              <Table.Td data-figure data-label="Attempt">
                {gate.attempt}
              </Table.Td>
              <Table.Td data-label="When">
                <TimeAgo at={gate.createdAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
    </Paper>
  );
}

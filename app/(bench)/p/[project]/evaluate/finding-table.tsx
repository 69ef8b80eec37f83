"use client";

import { Badge, Checkbox, Table, Text, VisuallyHidden } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { GreyedButton } from "../models/greyed-button.tsx";
import classes from "./evaluate.module.css";
import type { Finding, TriageState } from "./triage-dialog.tsx";
import { checkTitle } from "./words.ts";

const colors: Record<TriageState, string> = { open: "orange", resolved: "green", waived: "gray" };

type Props = {
  rows: readonly Finding[];
  chosen: ReadonlySet<number>;
  onChoose: (scores: Set<number>) => void;
  onDecide: (finding: Finding) => void;
  mayTriage: boolean;
};

/** Findings with a box each: Space chooses, arrows move, Shift with an arrow chooses on the way. */
export function FindingTable({ rows, chosen, onChoose, onDecide, mayTriage }: Props) {
  const count = rows.filter(({ score }) => chosen.has(score)).length;
  const choose = (score: number, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(score);
    else next.delete(score);
    onChoose(next);
  };
  return (
    <StackedTable
      aria-label="Findings"
      minWidth={760}
      highlightOnHover
      onKeyDown={(event) => moveByKey(event, choose)}
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            {mayTriage ? (
              <Checkbox
                size="xs"
                label="Model"
                aria-label="Model: choose all loaded findings"
                checked={rows.length > 0 && count === rows.length}
                indeterminate={count > 0 && count < rows.length}
                onChange={() =>
                  onChoose(
                    count === rows.length ? new Set() : new Set(rows.map(({ score }) => score)),
                  )
                }
              />
            ) : (
              "Model"
            )}
          </Table.Th>
          <Table.Th>Suite</Table.Th>
          <Table.Th>Check</Table.Th>
          <Table.Th>Item</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Owner</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th>
            <VisuallyHidden>Decide</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((one) => (
          <Table.Tr
            key={one.score}
            bg={chosen.has(one.score) ? "var(--mantine-color-default-hover)" : undefined}
          >
            <Table.Td className={classes.wrap}>
              {mayTriage ? (
                <Checkbox
                  size="xs"
                  label={one.model}
                  aria-label={`Choose ${one.item} of ${one.model}, ${checkTitle(one.check)}`}
                  data-score={one.score}
                  checked={chosen.has(one.score)}
                  onChange={(event) => choose(one.score, event.currentTarget.checked)}
                />
              ) : (
                one.model
              )}
            </Table.Td>
            <Table.Td className={classes.wrap} data-wide data-label="Suite">
              {one.suiteTitle}
            </Table.Td>
            <Table.Td data-label="Check">{checkTitle(one.check)}</Table.Td>
            <Table.Td className={classes.wrap} data-label="Item">
              {one.item}
            </Table.Td>
            <Table.Td data-label="State">
              <Badge
                color={colors[one.state]}
                variant="light"
                radius="sm"
                className={classes.badge}
              >
                {one.state}
              </Badge>
              {one.reason && (
                <Text size="xs" c="dimmed" className={classes.wrap}>
                  {one.reason}
                </Text>
              )}
            </Table.Td>
            <Table.Td data-label="Owner">{one.ownerName ?? "–"}</Table.Td>
            <Table.Td data-label="When">
              <TimeAgo at={one.at} />
            </Table.Td>
            <Table.Td data-figure>
              <GreyedButton
                size="compact-xs"
                variant="default"
                onClick={() => onDecide(one)}
                because={mayTriage ? undefined : "This needs the role curator"}
              >
                Decide
              </GreyedButton>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </StackedTable>
  );
}

function moveByKey(
  event: KeyboardEvent<HTMLElement>,
  choose: (score: number, on: boolean) => void,
) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const box = event.target;
  if (step === 0 || !(box instanceof HTMLInputElement) || !box.dataset.score) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>("input[data-score]")];
  const next = boxes[boxes.indexOf(box) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  if (event.shiftKey) choose(Number(next.dataset.score), true);
}

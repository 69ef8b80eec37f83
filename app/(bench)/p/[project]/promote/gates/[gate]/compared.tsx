"use client";

import { Button, Paper, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { formatFixed, plural } from "#app/_ui/format.ts";
import { StackedTable } from "#app/_ui/table/stacked-table.tsx";
import { checkTitle, scaleOf, showValue } from "../../../evaluate/words.ts";
import classes from "../../promote.module.css";
import type { GateDetail } from "./gate-view.tsx";

/** What changed between the champion and the candidate: data, configuration, scores. */
export function Compared({ gate }: { gate: GateDetail }) {
  const title = gate.champion ? `What changed against ${gate.champion}` : "Against the champion";
  return (
    <section aria-label={gate.champion ? "What changed" : title}>
      <Text component="h2" fw={600} mb="xs" className={classes.wrap}>
        {title}
      </Text>
      {gate.champion ? (
        <Stack>
          <Configuration changes={gate.changes} />
          <Scores gate={gate} />
        </Stack>
      ) : (
        <Text size="sm" c="dimmed">
          Nothing was live here before, so there is nothing to compare with. The absolute lines hold
          all the same.
        </Text>
      )}
    </section>
  );
}

function Configuration({ changes }: { changes: GateDetail["changes"] }) {
  if (changes.length === 0) {
    return <Text size="sm">Data and configuration are the same.</Text>;
  }
  return (
    <Paper>
      <StackedTable aria-label="What changed in data and configuration" minWidth={420}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Data and configuration</Table.Th>
            <Table.Th>Champion</Table.Th>
            <Table.Th>Candidate</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map((one) => (
            <Table.Tr key={one.what}>
              <Table.Td>{one.what}</Table.Td>
              <Table.Td className={classes.wrap} data-label="Champion">
                {one.from}
              </Table.Td>
              <Table.Td className={classes.wrap} data-label="Candidate">
                {one.to}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
    </Paper>
  );
}

function Scores({ gate }: { gate: GateDetail }) {
  const [all, setAll] = useState(false);
  const rows = scores(gate);
  const changed = rows.filter((one) => one.from !== one.to);
  const equal = rows.length - changed.length;
  if (rows.length === 0) {
    return <Text size="sm">Champion and candidate have no figures in common.</Text>;
  }
  return (
    <Paper>
      <StackedTable aria-label="What changed in scores" minWidth={480}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Score</Table.Th>
            <Table.Th data-figure>Champion</Table.Th>
            <Table.Th data-figure>Candidate</Table.Th>
            <Table.Th data-figure>Change</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(all ? rows : changed).map((one) => (
            <Table.Tr key={one.key}>
              <Table.Td className={classes.wrap}>
                {one.what}
                <Text size="xs" c="dimmed">
                  {one.suite}
                </Text>
              </Table.Td>
              <Table.Td data-figure data-label="Champion">
                {one.from}
              </Table.Td>
              <Table.Td data-figure data-label="Candidate">
                {one.to}
              </Table.Td>
              <Table.Td data-figure data-label="Change">
                {one.change}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </StackedTable>
      {equal > 0 && (
        <Button variant="subtle" size="compact-sm" m="xs" onClick={() => setAll(!all)}>
          {all ? "Hide what is equal" : `Show ${plural(equal, "equal score")}`}
        </Button>
      )}
    </Paper>
  );
}

function scores(gate: GateDetail) {
  const champion = gate.results.filter((one) => one.model === gate.champion);
  return champion.flatMap((old) => {
    const now = gate.results.find(
      (one) =>
        one.modelVersionId === gate.modelVersionId &&
        one.suite === old.suite &&
        one.check === old.check,
    );
    if (!now) return [];
    const scale = scaleOf(old.check, [old.value, now.value]);
    return [
      {
        key: `${old.suite}/${old.check}`,
        what: checkTitle(old.check),
        suite: old.suiteTitle,
        from: showValue(old.value, scale),
        to: showValue(now.value, scale),
        change: difference(old.value, now.value, scale.percent),
      },
    ];
  });
}

function difference(from: number | null, to: number | null, percent: boolean): string {
  if (from === null || to === null) return "–";
  const by = to - from;
  const sign = by > 0 ? "+" : by < 0 ? "−" : "";
  const size = Math.abs(by);
  return percent ? `${sign}${formatFixed(100 * size, 1)} points` : `${sign}${formatFixed(size)}`;
}

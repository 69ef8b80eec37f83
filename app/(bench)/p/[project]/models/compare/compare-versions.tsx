"use client";

import { Anchor, Paper, Switch, Table, Text } from "@mantine/core";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { LineChart } from "#app/_ui/charts/charts.tsx";
import type { LineSeries } from "#app/_ui/charts/rows.ts";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { curveParts, useRunEvents } from "#app/_ui/runs/use-run-events.ts";
import { evalSeries, lossSeries } from "../../runs/[run]/training-series.ts";
import classes from "../models.module.css";
import { methodWords, numberIn } from "../words.ts";

type Side = { version: OutputOf<"models.show">; input: Record<string, unknown> };
type Props = { project: string; left: Side; right: Side };

/** Two versions beside each other: their loss curves, and where settings and figures differ. */
export function CompareVersions({ project, left, right }: Props) {
  const base = `/p/${project}/models`;
  const a = left.version;
  const b = right.version;
  const same = a.name === b.name;
  return (
    <Page>
      <PageHeader
        title={`${a.name} and ${b.name}`}
        note="What differs between them, as it was recorded."
        trail={[{ label: "Models", href: base }]}
      />
      <WithCurves project={project} run={a.runId} name={a.name}>
        {(first) => (
          <WithCurves project={project} run={b.runId} name={same ? `${b.name} (2)` : b.name}>
            {(second) => <LineChart title="Loss" xLabel="step" series={[...first, ...second]} />}
          </WithCurves>
        )}
      </WithCurves>
      <Differences base={base} left={left} right={right} />
    </Page>
  );
}

type CurveProps = {
  project: string;
  name: string;
  children: (series: LineSeries[]) => ReactNode;
};

/** The curves of the run that made a version; none for a version without one. */
function WithCurves({ run, ...rest }: CurveProps & { run: number | null }) {
  return run === null ? rest.children([]) : <RunCurves run={run} {...rest} />;
}

function RunCurves({ project, run, name, children }: CurveProps & { run: number }) {
  const { events } = useRunEvents(project, run, curveParts);
  const series = [lossSeries(events, name), evalSeries(events, `${name}, validation`)];
  return children(series.filter((one) => one.points.length > 0));
}

type Row = { name: string; left: string; right: string };

function flat(value: unknown, prefix = ""): [string, string][] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return [[prefix, typeof value === "number" ? formatNumber(value) : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    flat(inner, prefix ? `${prefix} ${name}` : name),
  );
}

const figures = [
  "steps",
  "tokens",
  "seconds",
  "loss",
  "eval_loss",
  "eval_perplexity",
  "peak_memory_bytes",
];

function valuesOf({ version, input }: Side): Map<string, string> {
  const { facts } = version;
  const shown = (value: number | null) => (value === null ? "–" : formatNumber(value));
  return new Map([
    ["method", methodWords[version.method] ?? version.method],
    ["parameters", shown(version.parameters)],
    ["context", shown(version.contextLength)],
    ["FLOPs", version.flops === null ? "–" : version.flops.toExponential(2)],
    ...figures.map((name): [string, string] => [
      name.replaceAll("_", " "),
      shown(numberIn(facts, name)),
    ]),
    ...flat(input).map(([name, value]): [string, string] => [
      `set: ${name.replaceAll("_", " ")}`,
      value,
    ]),
    ["artefact", version.artefactDigest?.slice(0, 16) ?? "–"],
    ["tokenizer", version.tokenizerDigest?.slice(0, 16) ?? "–"],
    ["chat template", version.templateDigest?.slice(0, 16) ?? "–"],
  ]);
}

function Differences({ base, left, right }: { base: string; left: Side; right: Side }) {
  const [all, setAll] = useState(false);
  const a = valuesOf(left);
  const b = valuesOf(right);
  const rows: Row[] = [...new Set([...a.keys(), ...b.keys()])].map((name) => ({
    name,
    left: a.get(name) ?? "–",
    right: b.get(name) ?? "–",
  }));
  const shown = all ? rows : rows.filter((row) => row.left !== row.right);
  return (
    <>
      <Switch
        label="Also what is the same"
        checked={all}
        onChange={(event) => setAll(event.currentTarget.checked)}
      />
      <Paper className={classes.paper}>
        <Table.ScrollContainer minWidth={300}>
          <Table aria-label="Differences">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w="30%" aria-label="What" />
                {[left, right].map(({ version }, index) => (
                  <Table.Th key={index === 0 ? "left" : "right"} className={classes.wrap}>
                    <Anchor component={Link} href={`${base}/${version.id}`} fw={600} size="sm">
                      {version.name}
                    </Anchor>
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((row) => (
                <Table.Tr
                  key={row.name}
                  className={all && row.left !== row.right ? classes.differs : undefined}
                >
                  <Table.Td c="dimmed">{row.name}</Table.Td>
                  <Table.Td className={classes.wrap}>{row.left}</Table.Td>
                  <Table.Td className={classes.wrap}>{row.right}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        {shown.length === 0 && (
          <Text p="md" size="sm">
            Nothing that is recorded differs.
          </Text>
        )}
      </Paper>
    </>
  );
}

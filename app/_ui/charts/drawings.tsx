"use client";

import { BarChart, LineChart } from "@mantine/charts";
import "@mantine/charts/styles.layer.css";
import type { ChartRow } from "./rows.ts";
import { timeTicks } from "./time-ticks.ts";

/** The drawing library, in a piece of its own: pages fetch it when a chart comes into sight. */

const colors = [
  "petrol.6",
  "brass.5",
  "indigo.5",
  "grape.5",
  "teal.4",
  "red.5",
  "gray.6",
  "cyan.6",
];
const color = (index: number) => colors[index % colors.length] ?? "petrol.6";

export type LineDrawingProps = {
  rows: ChartRow[];
  series: { name: string; dashed?: boolean }[];
  height: number;
  xLabel?: string | undefined;
  yLabel?: string | undefined;
  format: (value: number) => string;
  formatX?: ((value: number) => string) | undefined;
};

/** Both ends of a long name, so that the legend stays one line; the table has all of it. */
const shortName = (name: string) =>
  name.length > 32 ? `${name.slice(0, 14)}…${name.slice(-15)}` : name;

/** Fields by place instead of by name: the drawing takes a dot in a field's name for a path. */
const field = (index: number) => `series${index}`;
const byPlace = ({ rows, series }: Pick<LineDrawingProps, "rows" | "series">): ChartRow[] =>
  rows.map((row) => ({
    x: row.x ?? null,
    ...Object.fromEntries(series.map(({ name }, index) => [field(index), row[name] ?? null])),
  }));

/** Counts have no half on their axis. */
const allWhole = (rows: ChartRow[]) =>
  rows.every((row) =>
    Object.entries(row).every(
      ([name, value]) => name === "x" || typeof value !== "number" || Number.isInteger(value),
    ),
  );

/** Every second or third label of the bins, rather than those that happen to fit. */
const evenly = { interval: "equidistantPreserveStart" } as const;

/** A single moment is its own label. */
function timesOf(rows: ChartRow[]): number[] {
  const from = Number(rows[0]?.x);
  const ticks = timeTicks(from, Number(rows.at(-1)?.x));
  return ticks.length > 0 ? ticks : [from];
}

export function LineDrawing(props: LineDrawingProps) {
  const { rows, series, height, xLabel, yLabel, format, formatX } = props;
  const pointsOf = ({ name }: { name: string }) =>
    rows.filter((row) => typeof row[name] === "number").length;
  // A few points far apart make no line that can be seen.
  const crowded = new Set(
    series.flatMap((one, index) => (pointsOf(one) < 30 ? [] : [field(index)])),
  );
  return (
    <LineChart
      h={height}
      data={byPlace(props)}
      dataKey="x"
      series={series.map(({ name, dashed }, index) => ({
        name: field(index),
        label: shortName(name),
        color: color(index),
        ...(dashed ? { strokeDasharray: "5 4" } : {}),
      }))}
      curveType="linear"
      withLegend={series.length > 1}
      valueFormatter={format}
      xAxisProps={{
        type: "number",
        domain: ["dataMin", "dataMax"],
        ...(formatX ? { tickFormatter: formatX, ticks: timesOf(rows) } : {}),
      }}
      {...(formatX
        ? {
            tooltipProps: {
              labelFormatter: (label: unknown) => (typeof label === "number" ? formatX(label) : ""),
            },
          }
        : {})}
      yAxisProps={{ domain: ["auto", "auto"], width: 56, allowDecimals: !allWhole(rows) }}
      tickLine="none"
      lineProps={({ name }) => ({
        isAnimationActive: false,
        ...(crowded.has(name) ? { dot: false } : {}),
      })}
      {...(xLabel ? { xAxisLabel: xLabel } : {})}
      {...(yLabel ? { yAxisLabel: yLabel } : {})}
    />
  );
}

/** As much of a label as fits beside its bar; the tooltip and the table have all of it. */
const shortLabel = (label: unknown) => {
  const text = String(label);
  return text.length > 22 ? `${text.slice(0, 20)}…` : text;
};

export type BarDrawingProps = {
  rows: ChartRow[];
  series: string[];
  height: number;
  /** Long labels stand better on the left. */
  sideways?: boolean | undefined;
  stacked?: boolean | undefined;
  tight?: boolean | undefined;
  format: (value: number) => string;
};

export function BarDrawing({
  rows,
  series,
  height,
  sideways,
  stacked,
  tight,
  format,
}: BarDrawingProps) {
  const allowDecimals = !allWhole(rows);
  return (
    <BarChart
      h={height}
      data={rows}
      dataKey="label"
      series={series.map((name, index) => ({ name, color: color(index) }))}
      type={stacked ? "stacked" : "default"}
      orientation={sideways ? "vertical" : "horizontal"}
      withLegend={series.length > 1}
      valueFormatter={format}
      tickLine="none"
      {...(sideways
        ? {
            xAxisProps: { allowDecimals, tickCount: 4 },
            yAxisProps: { width: 140, tickFormatter: shortLabel },
          }
        : { xAxisProps: evenly, yAxisProps: { width: 56, allowDecimals } })}
      maxBarWidth={48}
      barChartProps={{ barCategoryGap: tight ? 1 : "18%" }}
      barProps={{ isAnimationActive: false }}
    />
  );
}

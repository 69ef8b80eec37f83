"use client";

import { Skeleton, UnstyledButton } from "@mantine/core";
import dynamic from "next/dynamic";
import { type ReactNode, useId, useState } from "react";
import { formatNumber } from "../format.ts";
import classes from "./charts.module.css";
import {
  type BarDatum,
  type Bin,
  binLabel,
  type ChartRow,
  type LineSeries,
  lineRows,
  thin,
} from "./rows.ts";

const waiting = () => <Skeleton h={200} />;
const LineDrawing = dynamic(() => import("./drawings.tsx").then((all) => all.LineDrawing), {
  ssr: false,
  loading: waiting,
});
const BarDrawing = dynamic(() => import("./drawings.tsx").then((all) => all.BarDrawing), {
  ssr: false,
  loading: waiting,
});

const usual = (value: number) =>
  Math.abs(value) >= 1000 || Number.isInteger(value)
    ? formatNumber(value)
    : Number(value.toPrecision(4)).toString();

type Common = {
  /** What the chart shows, as a heading and for people who do not see it. */
  title: string;
  note?: ReactNode;
  height?: number;
  format?: (value: number) => string;
};

/** Lines over a number, such as loss over steps. Thinned to what a screen can show. */
export function LineChart(
  props: Common & {
    series: LineSeries[];
    xLabel?: string;
    yLabel?: string;
    /** For an x that is a time, in milliseconds. */
    formatX?: (value: number) => string;
  },
) {
  const { series, xLabel = "x", yLabel, height = 240, format = usual, formatX } = props;
  const rows = lineRows(series.map((one) => thin(one)));
  const names = series.map((one) => one.name);
  return (
    <ChartFrame
      {...props}
      empty={rows.length === 0}
      table={{ head: [xLabel, ...names], keys: ["x", ...names], rows, format, formatX }}
    >
      <LineDrawing
        rows={rows}
        series={series.map(({ name, dashed }) => ({ name, ...(dashed ? { dashed } : {}) }))}
        height={height}
        xLabel={props.xLabel}
        yLabel={yLabel}
        format={format}
        formatX={formatX}
      />
    </ChartFrame>
  );
}

/** One bar a thing; intervals stand in the table. */
export function BarChart(props: Common & { data: BarDatum[]; unit?: string; sideways?: boolean }) {
  const { data, unit = "value", height = 240, format = usual, sideways } = props;
  const bounded = data.some((one) => one.low !== undefined);
  const rows: ChartRow[] = data.map(({ label, value, low, high }) => ({
    label,
    [unit]: value,
    ...(bounded ? { low: low ?? null, high: high ?? null } : {}),
  }));
  const keys = ["label", unit, ...(bounded ? ["low", "high"] : [])];
  return (
    <ChartFrame
      {...props}
      empty={rows.length === 0}
      table={{ head: ["", ...keys.slice(1)], keys, rows, format }}
    >
      <BarDrawing rows={rows} series={[unit]} height={height} sideways={sideways} format={format} />
    </ChartFrame>
  );
}

/** Counts in bins. */
export function Histogram(
  props: Common & { bins: Bin[]; unit?: string; formatBin?: (value: number) => string },
) {
  const { bins, unit = "count", height = 200, format = usual, formatBin = usual } = props;
  const rows: ChartRow[] = bins.map((bin) => ({
    label: binLabel(bin, formatBin),
    [unit]: bin.count,
  }));
  return (
    <ChartFrame
      {...props}
      empty={rows.length === 0}
      table={{ head: ["from–to", unit], keys: ["label", unit], rows, format }}
    >
      <BarDrawing rows={rows} series={[unit]} height={height} tight format={format} />
    </ChartFrame>
  );
}

type TableProps = {
  head: string[];
  keys: string[];
  rows: ChartRow[];
  format: (value: number) => string;
  /** Of the first column, where it is another kind of number. */
  formatX?: ((value: number) => string) | undefined;
};
type FrameProps = Common & { empty: boolean; table: TableProps; children: ReactNode };

/** Heading, drawing, and the same numbers as a table for those who read better that way. */
function ChartFrame({ title, note, empty, table, children }: FrameProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure className={classes.figure} aria-labelledby={id}>
      <figcaption className={classes.caption}>
        <span id={id} className={classes.title}>
          {title}
        </span>
        {!empty && (
          <UnstyledButton
            className={classes.toggle}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? "Show as chart" : "Show as table"}
          </UnstyledButton>
        )}
      </figcaption>
      {note && <div className={classes.note}>{note}</div>}
      {empty ? (
        <div className={classes.nothing}>Nothing to draw yet</div>
      ) : asTable ? (
        <NumberTable {...table} />
      ) : (
        // The numbers are in the table; the drawing is a picture of them.
        <div role="img" aria-labelledby={id}>
          {children}
        </div>
      )}
    </figure>
  );
}

/** A reader wants the shape of a long series, not each of thousands of lines. */
const maxRows = 500;

function NumberTable({ head, keys, rows, format, formatX = format }: TableProps) {
  const show = (key: string, value: number | string | null | undefined) =>
    typeof value === "number" ? (key === "x" ? formatX : format)(value) : (value ?? "–");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Numbers">
      <table className={classes.table}>
        <thead>
          <tr>
            {head.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, maxRows).map((row) => (
            <tr key={String(row[keys[0] ?? ""])}>
              {keys.map((key) => (
                <td key={key}>{show(key, row[key])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

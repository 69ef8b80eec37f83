"use client";

import { Table, type TableProps } from "@mantine/core";
import classes from "./stacked-table.module.css";

type Props = TableProps & {
  "aria-label": string;
  /** What it needs beside narrow windows, in pixels; in less it scrolls. */
  minWidth: number;
};

/**
 * A table whose rows become cards where the window is narrow, so that nothing has to be scrolled sideways. There a cell
 * names itself by `data-label`, its column's title, and has a line of its own with `data-wide`, as the first one always.
 * `data-last` puts it behind the others. `data-figure` stands on the heads and cells of numbers.
 */
export function StackedTable({ minWidth, className, ...rest }: Props) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      classNames={{ scrollContainerInner: classes.inner ?? "" }}
    >
      <Table {...rest} className={[classes.table, className].filter(Boolean).join(" ")} />
    </Table.ScrollContainer>
  );
}

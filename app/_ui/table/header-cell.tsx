"use client";

import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import type { GridColumn, GridSort } from "./columns.ts";
import classes from "./grid.module.css";

type Props<R> = {
  column: GridColumn<R>;
  sort: GridSort | undefined;
  onSort: ((sort: GridSort) => void) | undefined;
};

/** A column's head; a button where the server sorts by it. */
export function HeaderCell<R>({ column, sort, onSort }: Props<R>) {
  const by = column.sort;
  const sorted = by !== undefined && sort?.by === by;
  const direction = sorted ? (sort.descending ? "descending" : "ascending") : undefined;
  const Icon = sorted ? (sort.descending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  return (
    <div
      role="columnheader"
      data-align={column.align}
      aria-sort={by && onSort ? (direction ?? "none") : undefined}
    >
      {by && onSort ? (
        <UnstyledButton
          className={classes.sort}
          data-sorted={sorted || undefined}
          onClick={() => onSort({ by, descending: sorted ? !sort.descending : false })}
        >
          <span>{column.header}</span>
          <Icon size={13} stroke={1.8} aria-hidden />
        </UnstyledButton>
      ) : (
        column.header
      )}
    </div>
  );
}

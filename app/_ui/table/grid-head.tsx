"use client";

import { memo, type ReactNode } from "react";
import classes from "./grid.module.css";
import type { GridProps } from "./grid.tsx";
import { HeaderCell } from "./header-cell.tsx";
import { SelectAll } from "./select-boxes.tsx";

type Props<R> = Pick<
  GridProps<R>,
  "columns" | "rows" | "rowId" | "sort" | "onSort" | "selected" | "onSelect"
>;

function Head<R>(props: Props<R>): ReactNode {
  const { columns, rows, rowId, sort, onSort, selected, onSelect } = props;
  const count = selected?.size ? rows.filter((row) => selected.has(rowId(row))).length : 0;
  const all = count > 0 && count === rows.length;
  const toggle = () =>
    onSelect?.(all ? new Set() : new Set([...(selected ?? []), ...rows.map(rowId)]));
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1}>
        {onSelect && (
          <div role="columnheader">
            <SelectAll count={count} all={all} onChange={toggle} />
          </div>
        )}
        {columns.map((one) => (
          <HeaderCell key={one.id} column={one} sort={sort} onSort={onSort} />
        ))}
      </div>
    </div>
  );
}

/** The names of the columns, which sort, and the box that selects all loaded rows. */
export const GridHead = memo(Head) as typeof Head;

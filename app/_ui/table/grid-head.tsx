"use client";

import { memo, type ReactNode } from "react";
import type { GridColumn } from "./columns.ts";
import classes from "./grid.module.css";
import type { GridProps } from "./grid.tsx";
import { HeaderCell } from "./header-cell.tsx";
import { SelectAll } from "./select-boxes.tsx";

type Props<R> = Pick<GridProps<R>, "sort" | "onSort" | "selected" | "onSelect"> & {
  columns: GridColumn<R>[];
  models: readonly { id: string }[];
};

function Head<R>({ columns, models, sort, onSort, selected, onSelect }: Props<R>): ReactNode {
  const count = selected?.size ? models.filter((one) => selected.has(one.id)).length : 0;
  const all = count > 0 && count === models.length;
  const toggle = () =>
    onSelect?.(all ? new Set() : new Set([...(selected ?? []), ...models.map((one) => one.id)]));
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

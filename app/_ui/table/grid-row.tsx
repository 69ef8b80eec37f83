"use client";

import { memo, type ReactNode } from "react";
import type { GridColumn } from "./columns.ts";
import classes from "./grid.module.css";
import { SelectOne } from "./select-boxes.tsx";

/** What a row asks of its grid; the same functions in every render, so that rows that did not change are left alone. */
export type RowActs = {
  activate: (index: number) => void;
  open: (index: number) => void;
  toggle: (index: number) => void;
};

type Props<R> = {
  /** Of the element, for `aria-activedescendant`. */
  id: string;
  row: R;
  index: number;
  columns: GridColumn<R>[];
  /** Pixels from the top of the rows. */
  start: number;
  /** Place in the whole list, from 2: the head is 1. Undefined where it is not known. */
  place: number | undefined;
  /** Undefined where rows are not selected. */
  selected: boolean | undefined;
  active: boolean;
  open: boolean;
  clickable: boolean;
  acts: RowActs;
};

function Row<R>({ id, row, index, columns, start, place, acts, ...state }: Props<R>): ReactNode {
  return (
    <div
      id={id}
      role="row"
      className={classes.row}
      aria-rowindex={place}
      aria-selected={state.selected}
      data-active={state.active || undefined}
      data-open={state.open || undefined}
      data-clickable={state.clickable || undefined}
      style={{ transform: `translateY(${start}px)` }}
      onClick={(event) => {
        acts.activate(index);
        const control = (event.target as HTMLElement).closest("a, button, input, label");
        if (!control) acts.open(index);
      }}
    >
      {state.selected !== undefined && (
        <div role="gridcell" data-fits>
          <SelectOne
            number={index + 1}
            selected={state.selected}
            onToggle={() => acts.toggle(index)}
          />
        </div>
      )}
      {columns.map((one) => (
        <div key={one.id} role="gridcell" data-align={one.align} data-fits={one.fits}>
          {one.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** One row of a grid. A wheel turned fast renders the rows that come into sight, and none that stay there. */
export const GridRow = memo(Row) as typeof Row;

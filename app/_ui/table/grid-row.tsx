"use client";

import { memo, type ReactNode } from "react";
import type { GridColumn } from "./columns.ts";
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
  height: number;
  /** Place in the whole list, from 2: the head is 1. Undefined where it is not known. */
  place: number | undefined;
  /** Undefined where rows are not selected. */
  selected: boolean | undefined;
  active: boolean;
  open: boolean;
  clickable: boolean;
  acts: RowActs;
};

function Row<R>({ id, row, index, columns, height, place, acts, ...state }: Props<R>): ReactNode {
  return (
    <tr
      id={id}
      aria-rowindex={place}
      aria-selected={state.selected}
      data-active={state.active || undefined}
      data-open={state.open || undefined}
      data-clickable={state.clickable || undefined}
      style={{ height }}
      onClick={(event) => {
        acts.activate(index);
        const control = (event.target as HTMLElement).closest("a, button, input, label");
        if (!control) acts.open(index);
      }}
    >
      {state.selected !== undefined && (
        <td>
          <SelectOne
            number={index + 1}
            selected={state.selected}
            onToggle={() => acts.toggle(index)}
          />
        </td>
      )}
      {columns.map((one) => (
        <td key={one.id} data-align={one.align}>
          {one.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** One row of a grid. A wheel turned fast renders the rows that come into sight, and none that were there. */
export const GridRow = memo(Row) as typeof Row;

"use client";

import {
  type ColumnVisibilityState,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { ErrorState, LoadingState } from "../feedback/states.tsx";
import { ColumnMenu, readHidden, writeHidden } from "./column-menu.tsx";
import type { GridColumn, GridSort } from "./columns.ts";
import classes from "./grid.module.css";
import { GridTable } from "./grid-table.tsx";

const none: object[] = [];
const features = tableFeatures({ columnVisibilityFeature });

export type GridProps<R> = {
  /** What the rows are, for people who do not see the page. */
  label: string;
  columns: GridColumn<R>[];
  rows: R[];
  /** The same function in every render. */
  rowId: (row: R) => string;
  /** All rows there are, loaded or not. */
  total?: number | undefined;
  rowHeight?: number;
  /** Greatest height of the scrolling part; a CSS length. */
  height?: string;
  loading?: boolean;
  /** The rows answer the question before this one. */
  stale?: boolean;
  error?: Error | null;
  onRetry?: () => void;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  /** The list began somewhere in between: there are rows before the first. */
  hasEarlier?: boolean;
  loadingEarlier?: boolean;
  onEarlier?: () => void;
  /** Scrolls to a row once it is loaded, for each `key` once; the keyboard goes on there when it is to have the focus. */
  goTo?: { key: string; row: string | "first" | "last"; focus: boolean } | undefined;
  sort?: GridSort | undefined;
  onSort?: (sort: GridSort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (ids: Set<string>) => void;
  /** Click or Enter on a row. */
  onOpen?: (row: R) => void;
  /** The row that is open beside the grid. */
  openId?: string | undefined;
  /** Keeps the choice of columns in this browser under this name. */
  name?: string;
  /** Left of the column menu: filters, counts, acts on the selection. */
  toolbar?: ReactNode;
  /** Shown instead of an empty table. */
  empty?: ReactNode;
};

function useVisibility<R>(columns: GridColumn<R>[], name: string | undefined) {
  const [visibility, setVisibility] = useState<ColumnVisibilityState>(() =>
    Object.fromEntries(columns.filter((one) => one.hidden).map((one) => [one.id, false])),
  );
  // After the first paint: the server does not know this browser's choice.
  useEffect(() => {
    const kept = name && readHidden(name);
    if (kept) setVisibility(kept);
  }, [name]);
  const choose = (next: ColumnVisibilityState) => {
    setVisibility(next);
    if (name) writeHidden(name, next);
  };
  return [visibility, choose] as const;
}

/**
 * The one table: virtual rows of one height, keyset pages on scroll, choice of columns, selection, sort heads, keys
 * (arrows, Home, End, Space selects, Shift with arrows extends, Enter opens).
 */
export function Grid<R>(props: GridProps<R>) {
  const { columns, rows, error, onRetry } = props;
  const [visibility, chooseColumns] = useVisibility(columns, props.name);
  const definitions = useMemo(() => columns.map(({ id, header }) => ({ id, header })), [columns]);
  // Columns only: rows come filtered and sorted, and a model of each of thousands costs as much as showing them.
  const table = useTable({
    features,
    columns: definitions,
    data: none,
    state: { columnVisibility: visibility },
  });
  const names = table.getVisibleLeafColumns().map((one) => one.id);
  const key = names.join(" ");
  const shown = useMemo(() => {
    const byId = new Map(columns.map((one) => [one.id, one]));
    return key.split(" ").flatMap((id) => byId.get(id) ?? []);
  }, [columns, key]);
  const failure = error && <ErrorState error={error} {...(onRetry ? { onRetry } : {})} />;

  if (failure && rows.length === 0) return failure;
  return (
    <div className={classes.root}>
      <div className={classes.toolbar}>
        {props.toolbar}
        <ColumnMenu columns={columns} visibility={visibility} onChange={chooseColumns} />
      </div>
      {props.loading ? (
        <div className={classes.frame}>
          <div className={classes.waiting}>
            <LoadingState rows={8} />
          </div>
        </div>
      ) : rows.length === 0 && props.empty ? (
        props.empty
      ) : (
        <GridTable {...props} columns={shown} />
      )}
      {failure}
    </div>
  );
}

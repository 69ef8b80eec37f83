"use client";

import { Loader } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from "react";
import { type GridColumn, tableWidth } from "./columns.ts";
import classes from "./grid.module.css";
import type { GridProps } from "./grid.tsx";
import { GridRow, type RowActs } from "./grid-row.tsx";
import { HeaderCell } from "./header-cell.tsx";
import { SelectAll } from "./select-boxes.tsx";
import { useGridKeys } from "./use-grid-keys.ts";
import { useGridPlace } from "./use-grid-place.ts";

const selectWidth = 44;
const headHeight = 38;
/** Fetch the next page when the reader is this many rows from the end. */
const ahead = 20;

type Model<R> = { id: string; row: R };
type Props<R> = Omit<GridProps<R>, "columns" | "rows"> & {
  columns: GridColumn<R>[];
  models: Model<R>[];
};

/** The scrolling part of a grid: head, the rows in sight, and what the keyboard does on them. */
export function GridTable<R>(props: Props<R>) {
  const { label, columns, models, rowHeight = 40, height = "calc(100dvh - 15rem)" } = props;
  const { selected, onSelect, onOpen, hasMore, loadingMore, onMore } = props;
  const prefix = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLTableElement>(null);
  const virtual = useVirtualizer({
    count: models.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    // What the sticky head covers is not in sight.
    scrollPaddingStart: headHeight,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= models.length - ahead) onMore?.();
  }, [hasMore, loadingMore, last, models.length, onMore]);

  const open = (index: number) => {
    const model = models[index];
    if (model) onOpen?.(model.row);
  };
  const keys = useGridKeys({
    count: models.length,
    idAt: (index) => models[index]?.id,
    scrollTo: (index) => virtual.scrollToIndex(index),
    selected,
    onSelect,
    onOpen: onOpen && open,
  });
  const acts = useSameActs({ activate: keys.setActive, open, toggle: keys.toggle });
  const loaded = useMemo(() => {
    const count = selected?.size ? models.filter((one) => selected.has(one.id)).length : 0;
    return { count, all: count > 0 && count === models.length };
  }, [models, selected]);
  useGridPlace({ ...props, rowHeight, virtual, keys, scroller, grid, first: items[0]?.index ?? 0 });
  const active = models[keys.active];
  const span = columns.length + (onSelect ? 1 : 0);
  // -1 is ARIA's "unknown": there are more rows than are loaded.
  const rowCount = props.total ?? (hasMore ? undefined : models.length);

  return (
    <div
      ref={scroller}
      className={classes.frame}
      style={{ maxHeight: height }}
      data-stale={props.stale || undefined}
    >
      <table
        ref={grid}
        className={classes.table}
        style={{ minWidth: tableWidth(columns, onSelect ? selectWidth : 0) }}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA's grid pattern is a table with keys
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rowCount === undefined ? -1 : rowCount + 1}
        aria-colcount={span}
        aria-multiselectable={onSelect ? true : undefined}
        aria-activedescendant={active && `${prefix}${active.id}`}
        aria-busy={props.stale || loadingMore || props.loadingEarlier || undefined}
        onKeyDown={keys.onKeyDown}
      >
        <colgroup>
          {onSelect && <col style={{ width: selectWidth }} />}
          {columns.map((one) => (
            <col key={one.id} style={one.width ? { width: one.width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {onSelect && (
              <th>
                <SelectAll
                  {...loaded}
                  onChange={() => {
                    const ids = models.map((one) => one.id);
                    onSelect(loaded.all ? new Set() : new Set([...(selected ?? []), ...ids]));
                  }}
                />
              </th>
            )}
            {columns.map((one) => (
              <HeaderCell key={one.id} column={one} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={items[0]?.start ?? 0} span={span} />
          {items.map(({ index }) => {
            const model = models[index];
            if (!model) return null;
            return (
              <GridRow
                key={model.id}
                id={`${prefix}${model.id}`}
                row={model.row}
                index={index}
                columns={columns}
                height={rowHeight}
                // Where a list that began in between stands in the whole is not known.
                place={props.hasEarlier ? undefined : index + 2}
                selected={onSelect && (selected?.has(model.id) ?? false)}
                active={index === keys.active}
                open={model.id === props.openId}
                clickable={onOpen !== undefined}
                acts={acts}
              />
            );
          })}
          <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} span={span} />
        </tbody>
      </table>
      {loadingMore && (
        <div className={classes.more} role="status">
          <Loader size="xs" /> Loading more
        </div>
      )}
    </div>
  );
}

/** Acts that stay the same functions and do what those of the latest render do. */
function useSameActs(acts: RowActs): RowActs {
  const latest = useRef(acts);
  useLayoutEffect(() => {
    latest.current = acts;
  });
  return useMemo(
    () => ({
      activate: (index) => latest.current.activate(index),
      open: (index) => latest.current.open(index),
      toggle: (index) => latest.current.toggle(index),
    }),
    [],
  );
}

/** Holds the place of the rows that are not rendered. */
function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={span} className={classes.spacer} />
    </tr>
  );
}

"use client";

import { Loader } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from "react";
import { gridTracks, tableWidth } from "./columns.ts";
import classes from "./grid.module.css";
import type { GridProps } from "./grid.tsx";
import { GridHead } from "./grid-head.tsx";
import { GridRow, type RowActs } from "./grid-row.tsx";
import { rowsInSlots } from "./slots.ts";
import { useGridKeys } from "./use-grid-keys.ts";
import { useGridPlace } from "./use-grid-place.ts";

const headHeight = 38;
/** Rows drawn before and after those in sight. */
const overscan = 5;
/** Fetch the next page when the reader is this many rows from the end. */
const ahead = 20;

/**
 * The scrolling part of a grid: head, the rows in sight, and what the keyboard does on them. Each row is a box with a
 * place of its own that is drawn alone, and takes what comes next when it goes out of sight: a table would be laid out
 * whole for each row that comes and goes. Roles say what a table's elements would, and the grid is one stop of the Tab
 * key, as ARIA's grid pattern has it: the linter's rules for both are off here.
 */
export function GridTable<R>(props: GridProps<R>) {
  const { label, columns, rows, rowId, rowHeight = 40, height = "calc(100dvh - 15rem)" } = props;
  const { selected, onSelect, onOpen, hasMore, loadingMore, onMore } = props;
  const prefix = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    // Rows are drawn after the frame that scrolled: in it, both together take too long on a slow machine.
    useFlushSync: false,
    // What the sticky head covers is not in sight.
    scrollPaddingStart: headHeight,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - ahead) onMore?.();
  }, [hasMore, loadingMore, last, rows.length, onMore]);

  const open = (index: number) => {
    const row = rows[index];
    if (row) onOpen?.(row);
  };
  const idOf = (index: number) => {
    const row = rows[index];
    return row && rowId(row);
  };
  const keys = useGridKeys({
    count: rows.length,
    idAt: idOf,
    scrollTo: (index) => virtual.scrollToIndex(index),
    selected,
    onSelect,
    onOpen: onOpen && open,
  });
  const acts = useSameActs({ activate: keys.setActive, open, toggle: keys.toggle });
  useGridPlace({ ...props, rowHeight, virtual, keys, scroller, grid, first });
  const elementId = (index: number) => `${prefix}${idOf(index)}`;
  const selectable = onSelect !== undefined;
  const pool = Math.ceil((virtual.scrollRect?.height ?? 0) / rowHeight) + 2 * overscan + 2;
  const shown = rowsInSlots(first, pool, rows.length);
  // -1 is ARIA's "unknown": there are more rows than are loaded.
  const rowCount = props.total ?? (hasMore ? undefined : rows.length);

  return (
    <div
      ref={scroller}
      className={classes.frame}
      style={{ maxHeight: height }}
      data-stale={props.stale || undefined}
    >
      <div
        ref={grid}
        className={classes.grid}
        style={{
          minWidth: tableWidth(columns, selectable),
          ["--grid-tracks" as string]: gridTracks(columns, selectable),
          ["--grid-row" as string]: `${rowHeight}px`,
        }}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rowCount === undefined ? -1 : rowCount + 1}
        aria-colcount={columns.length + (selectable ? 1 : 0)}
        aria-multiselectable={selectable || undefined}
        aria-activedescendant={rows[keys.active] && elementId(keys.active)}
        aria-busy={props.stale || loadingMore || props.loadingEarlier || undefined}
        onKeyDown={keys.onKeyDown}
      >
        <GridHead
          columns={columns}
          rows={rows}
          rowId={rowId}
          sort={props.sort}
          onSort={props.onSort}
          selected={selected}
          onSelect={onSelect}
        />
        {/* The last row's line is the frame's. */}
        <div
          role="rowgroup"
          className={classes.rows}
          style={{ height: virtual.getTotalSize() - 1 }}
          // The order to be read in: elements stay where they are and take another row.
          aria-owns={shown
            .toSorted((a, b) => a - b)
            .map(elementId)
            .join(" ")}
        >
          {shown.map((index, slot) => {
            const row = rows[index];
            if (!row) return null;
            const id = rowId(row);
            return (
              <GridRow
                key={slot}
                id={`${prefix}${id}`}
                row={row}
                index={index}
                columns={columns}
                start={index * rowHeight}
                // Where a list that began in between stands in the whole is not known.
                place={props.hasEarlier ? undefined : index + 2}
                selected={onSelect && (selected?.has(id) ?? false)}
                active={index === keys.active}
                open={id === props.openId}
                clickable={onOpen !== undefined}
                acts={acts}
              />
            );
          })}
        </div>
      </div>
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

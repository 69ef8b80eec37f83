import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { GridProps } from "./grid.tsx";
import type { useGridKeys } from "./use-grid-keys.ts";

type Options<R> = Pick<
  GridProps<R>,
  "rows" | "rowId" | "hasEarlier" | "loadingEarlier" | "onEarlier" | "goTo" | "stale"
> & {
  rowHeight: number;
  virtual: Virtualizer<HTMLDivElement, Element>;
  keys: ReturnType<typeof useGridKeys>;
  scroller: RefObject<HTMLDivElement | null>;
  grid: RefObject<HTMLDivElement | null>;
  /** Index of the first rendered row. */
  first: number;
};

/** Fetch the page before when the reader is this many rows from the first. */
const ahead = 10;

/** A list that begins somewhere in between: goes to the row that is meant, and keeps it in sight when rows come before it. */
export function useGridPlace<R>(options: Options<R>): void {
  const { rows, rowId, rowHeight, virtual, keys, scroller, grid, goTo, stale } = options;
  const { hasEarlier, loadingEarlier, onEarlier, first } = options;
  const gone = useRef<string>(undefined);
  const before = useRef(rows);

  useLayoutEffect(() => {
    const came = rowsBefore(before.current, rows, rowId);
    before.current = rows;
    if (came === 0 || !scroller.current) return;
    scroller.current.scrollTop += came * rowHeight;
    keys.shift(came);
  });

  useEffect(() => {
    if (!goTo || stale || gone.current === goTo.key || rows.length === 0) return;
    const last = rows.length - 1;
    const at =
      goTo.row === "first"
        ? 0
        : goTo.row === "last"
          ? last
          : rows.findIndex((row) => rowId(row) === goTo.row);
    if (at < 0) return;
    gone.current = goTo.key;
    virtual.scrollToIndex(at, { align: goTo.row === "last" ? "end" : "start" });
    if (!goTo.focus) return;
    keys.setActive(at);
    grid.current?.focus({ preventScroll: true });
  }, [goTo, stale, rows, rowId, virtual, keys, grid]);

  const arrived = !goTo || gone.current === goTo.key;
  useEffect(() => {
    if (arrived && hasEarlier && !loadingEarlier && !stale && first < ahead) onEarlier?.();
  }, [arrived, hasEarlier, loadingEarlier, stale, first, onEarlier]);
}

/** How many rows came before a list that is otherwise the same; 0 for another list. */
function rowsBefore<R>(was: readonly R[], now: readonly R[], rowId: (row: R) => string): number {
  const came = now.length - was.length;
  if (came <= 0 || was.length === 0) return 0;
  const same = (one: R | undefined, other: R | undefined) =>
    one !== undefined && other !== undefined && rowId(one) === rowId(other);
  return same(now[came], was[0]) && same(now.at(-1), was.at(-1)) ? came : 0;
}

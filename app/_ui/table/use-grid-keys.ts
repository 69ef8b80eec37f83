import { type KeyboardEvent, useState } from "react";

type Options = {
  count: number;
  idAt: (index: number) => string | undefined;
  scrollTo: (index: number) => void;
  selected: ReadonlySet<string> | undefined;
  onSelect: ((ids: Set<string>) => void) | undefined;
  onOpen: ((index: number) => void) | undefined;
};

/** A page of rows on a usual screen. */
const pageRows = 12;

/** The row that the keyboard stands on, and what keys do there. */
export function useGridKeys(options: Options) {
  const { count, idAt, scrollTo, selected, onSelect, onOpen } = options;
  const [active, setActive] = useState(-1);
  const current = Math.min(active, count - 1);

  function move(to: number, extend: boolean) {
    const next = Math.max(0, Math.min(count - 1, to));
    setActive(next);
    scrollTo(next);
    const id = idAt(next);
    if (extend && onSelect && id) onSelect(new Set([...(selected ?? []), id]));
  }

  function toggle(index: number) {
    const id = idAt(index);
    if (!id || !onSelect) return;
    const ids = new Set(selected);
    if (!ids.delete(id)) ids.add(id);
    onSelect(ids);
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    // Keys of a control inside a cell are its own.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + pageRows,
      PageUp: current - pageRows,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) move(to, event.shiftKey && event.key.startsWith("Arrow"));
    else if (event.key === " " && current >= 0) toggle(current);
    else if (event.key === "Enter" && current >= 0) onOpen?.(current);
    else return;
    event.preventDefault();
  }

  /** Rows came before the first: the keyboard stays on its row. */
  const shift = (by: number) => setActive((index) => (index < 0 ? index : index + by));

  return { active: current, setActive, toggle, shift, onKeyDown };
}

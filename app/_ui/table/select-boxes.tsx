"use client";

import { useEffect, useRef } from "react";
import classes from "./select-boxes.module.css";

/** The browser's own boxes: hundreds come into sight while somebody scrolls. */
export function SelectAll({
  count,
  all,
  onChange,
}: {
  /** How many of the loaded rows are selected. */
  count: number;
  all: boolean;
  onChange: () => void;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = count > 0 && !all;
  }, [count, all]);
  return (
    <input
      ref={box}
      type="checkbox"
      className={classes.box}
      aria-label="Select all loaded rows"
      checked={all}
      onChange={onChange}
    />
  );
}

export function SelectOne({
  number,
  selected,
  onToggle,
}: {
  number: number;
  selected: boolean;
  onToggle: () => void;
}) {
  return (
    <input
      type="checkbox"
      className={classes.box}
      // The grid is one stop of the Tab key; Space selects its active row. The box is another row's soon.
      tabIndex={-1}
      onMouseDown={(event) => event.preventDefault()}
      aria-label={`Select row ${number}`}
      checked={selected}
      onChange={onToggle}
    />
  );
}

"use client";

import { Badge, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatNumber } from "#app/_ui/format.ts";
import classes from "./diff.module.css";
import { DiffRowText } from "./diff-row-text.tsx";

type Page = OutputOf<"versions.diff">;
export type DiffRow = Page["rows"][number];
type Change = DiffRow["change"];

const looks: Record<Change, { words: string; color: string }> = {
  added: { words: "Added", color: "green" },
  removed: { words: "Removed", color: "red" },
  edited: { words: "Edited", color: "petrol" },
  tags: { words: "Tags", color: "gray" },
};

/** A kind of change as the address names it. */
export const changeIn = (text: string | null): Change | undefined =>
  text !== null && text in looks ? (text as Change) : undefined;

type FilterProps = {
  counts: Page["counts"];
  only: Change | undefined;
  onChange: (change: Change | undefined) => void;
};

/** Chooses one kind of change, each with its exact number. */
export function ChangeFilter({ counts, only, onChange }: FilterProps) {
  return (
    <SegmentedControl
      aria-label="Kind of change"
      className={classes.kinds}
      value={only ?? "all"}
      onChange={(value) => onChange(changeIn(value))}
      data={[
        { value: "all", label: "All" },
        ...Object.entries(looks).map(([value, { words }]) => ({
          value,
          label: `${words} ${formatNumber(counts[value as Change])}`,
        })),
      ]}
    />
  );
}

type Props = {
  project: string;
  dataset: number;
  row: DiffRow;
  /** Where the text after the change stands, when that is another dataset. */
  nowIn?: number;
};

/** One change; opened, it shows the words that came and went. */
export function DiffItem({ project, dataset, row, nowIn }: Props) {
  const [open, setOpen] = useState(false);
  const { words, color } = looks[row.change];
  const gone = row.wasTags?.filter((tag) => !row.nowTags?.includes(tag)) ?? [];
  const come = row.nowTags?.filter((tag) => !row.wasTags?.includes(tag)) ?? [];
  return (
    <li className={classes.row}>
      <button
        type="button"
        className={classes.head}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Badge variant="light" color={color} tt="none" w={84}>
          {words}
        </Badge>
        <span className={classes.preview} dir="auto">
          {(row.nowPreview ?? row.wasPreview) || "(no text)"}
        </span>
        {row.change === "tags" && (
          <span className={classes.tags}>
            {come.map((tag) => `+${tag}`).join(" ")} {gone.map((tag) => `−${tag}`).join(" ")}
          </span>
        )}
      </button>
      {open && <DiffRowText {...{ project, dataset, row }} nowIn={nowIn ?? dataset} />}
    </li>
  );
}

"use client";

import { Text } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { cutByMarks } from "#app/_ui/conversation/marks.ts";
import { formatNumber } from "#app/_ui/format.ts";
import type { GridColumn } from "#app/_ui/table/columns.ts";
import classes from "./dataset.module.css";

export type Row = OutputOf<"conversations.list">["rows"][number];

const labelNames: Record<string, string> = {
  unlabelled: "–",
  "in-progress": "In progress",
  labelled: "Labelled",
};

/** Where the search matched, with the places marked. */
function Matched({ match }: { match: NonNullable<Row["match"]> }) {
  const marks = match.marks.map(([start, end]) => ({ start, end, label: "match" }));
  return cutByMarks(match.text, marks).map((piece, index) =>
    piece.marks.length > 0 ? <mark key={index}>{piece.text}</mark> : piece.text,
  );
}

/** What stands for a row's text: where a search matched, else how it begins. */
export function RowText({ row }: { row: Row }) {
  if (row.erased) {
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        Erased
      </Text>
    );
  }
  return (
    <span dir="auto">{row.match ? <Matched match={row.match} /> : row.preview || "(no text)"}</span>
  );
}

/** Columns of a dataset's rows; `sort` names are the server's allow-list. */
export const rowColumns: GridColumn<Row>[] = [
  {
    id: "preview",
    header: "Conversation",
    sort: "added",
    cell: (row) => <RowText row={row} />,
  },
  { id: "kind", header: "Kind", width: 70, fits: true, cell: (row) => row.kind },
  {
    id: "turns",
    header: "Turns",
    width: 80,
    align: "right",
    sort: "turns",
    cell: (row) => formatNumber(row.turns),
  },
  {
    id: "tokens",
    header: "Tokens",
    width: 88,
    align: "right",
    sort: "tokens",
    cell: (row) => formatNumber(row.tokens),
  },
  {
    id: "messages",
    header: "Messages",
    width: 104,
    align: "right",
    sort: "messages",
    hidden: true,
    cell: (row) => formatNumber(row.messages),
  },
  { id: "lang", header: "Language", width: 92, fits: true, cell: (row) => row.lang ?? "–" },
  {
    id: "tags",
    header: "Tags",
    width: 130,
    cell: (row) =>
      row.tags.length > 0 && (
        <span className={classes.tags}>
          {row.tags.map((tag) => (
            <span key={tag} className={classes.tag} dir="auto">
              {tag}
            </span>
          ))}
        </span>
      ),
  },
  {
    id: "findings",
    header: "Findings",
    width: 88,
    align: "right",
    cell: (row) => (row.findings === 0 ? "–" : formatNumber(row.findings)),
  },
  {
    id: "label",
    header: "Label",
    width: 104,
    hidden: true,
    cell: (row) => labelNames[row.label] ?? row.label,
  },
  {
    id: "source",
    header: "Source",
    width: 160,
    hidden: true,
    cell: (row) => row.source ?? "–",
  },
  {
    id: "time",
    header: "Time",
    width: 120,
    sort: "time",
    hidden: true,
    cell: (row) => row.time?.slice(0, 10) ?? "–",
  },
];

"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { Grid } from "#app/_ui/table/grid.tsx";
import { usePages } from "#app/_ui/use-operation.ts";
import type { RowSort } from "#lib/core/dataset-filter.ts";
import { rowColumns } from "./row-columns.tsx";
import type { RowsSearch } from "./search.ts";
import type { usePlace } from "./use-place.ts";

const ConversationDrawer = dynamic(
  () => import("./conversation-drawer.tsx").then((file) => file.ConversationDrawer),
  { ssr: false },
);

type Props = {
  project: string;
  dataset: number;
  view: { project: string; dataset: number; filter: RowsSearch["filter"]; version?: number };
  search: RowsSearch;
  change: (change: Partial<RowsSearch>) => void;
  found: ReturnType<typeof usePlace>;
  /** All rows of the view, once they are counted. */
  total: number | undefined;
  selected: ReadonlySet<string>;
  onSelect: (ids: Set<string>) => void;
  may: { write: boolean; erase: boolean };
  toolbar: ReactNode;
  empty: ReactNode;
};

/** The rows themselves, which come a page at a time, and the conversation that is open beside them. */
export function RowsTable(props: Props) {
  const { project, dataset, view, search, change, found, total, may } = props;
  const pages = usePages(
    "conversations.list",
    { ...view, sort: found.place?.sort ?? search.sort },
    {
      rows: (page) => page.rows,
      next: (page) => page.next,
      cursor: "after",
      back: { previous: (page) => page.previous, cursor: "before" },
      start: found.start,
      enabled: found.ready,
      topics: [`dataset:${dataset}`],
    },
  );
  const step = (by: 1 | -1) => {
    const index = pages.rows.findIndex((row) => row.id === search.open);
    const next = pages.rows[index + by];
    if (next) change({ open: next.id });
  };
  useShortcuts("Rows", [
    { keys: "J", label: "Open the next row", run: () => step(1) },
    { keys: "K", label: "Open the previous row", run: () => step(-1) },
  ]);
  const [drawerWanted, wantDrawer] = useState(false);
  // Once opened it stays, so that it can close in its own time.
  if (search.open !== undefined && !drawerWanted) wantDrawer(true);
  return (
    <>
      <Grid
        label="Conversations"
        name="dataset-rows"
        columns={rowColumns}
        rows={pages.rows}
        rowId={rowId}
        {...(total === undefined ? {} : { total })}
        loading={pages.loading}
        stale={pages.stale}
        error={pages.error}
        onRetry={pages.onRetry}
        hasMore={pages.hasMore}
        loadingMore={pages.loadingMore}
        onMore={pages.onMore}
        hasEarlier={pages.hasEarlier}
        loadingEarlier={pages.loadingEarlier}
        onEarlier={pages.onEarlier}
        goTo={found.goTo}
        // The notice above takes its place from the rows, so that the last one stays in sight.
        {...(search.at === undefined ? {} : { height: "calc(100dvh - 19rem)" })}
        sort={found.place?.sort ?? search.sort}
        onSort={(sort) => change({ sort: sort as { by: RowSort; descending: boolean } })}
        {...(may.write && search.version === undefined
          ? { selected: props.selected, onSelect: props.onSelect }
          : {})}
        onOpen={(row) => change({ open: row.id })}
        openId={search.open === undefined ? undefined : String(search.open)}
        toolbar={props.toolbar}
        empty={props.empty}
      />
      {drawerWanted && (
        <ConversationDrawer
          project={project}
          dataset={dataset}
          conversation={search.open}
          text={search.filter.text}
          may={may}
          onOpen={(open) => change({ open })}
          onStep={step}
        />
      )}
    </>
  );
}

const rowId = (row: { id: number }) => String(row.id);

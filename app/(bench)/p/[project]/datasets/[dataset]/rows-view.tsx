"use client";

import { Button, Drawer, Text } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconAdjustments } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { plural } from "#app/_ui/format.ts";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { Grid } from "#app/_ui/table/grid.tsx";
import { useOperation, usePages } from "#app/_ui/use-operation.ts";
import type { DatasetFilter, RowSort } from "#lib/core/dataset-filter.ts";
import { CatchingUp } from "./catching-up.tsx";
import classes from "./dataset.module.css";
import { FilterPanel } from "./filter-panel.tsx";
import { Jump } from "./jump.tsx";
import { NoRows } from "./no-rows.tsx";
import { PlaceNotice } from "./place-notice.tsx";
import { rowColumns } from "./row-columns.tsx";
import { SavedViews } from "./saved-views.tsx";
import { isFiltered } from "./search.ts";
import { SearchBox } from "./search-box.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { usePlace } from "./use-place.ts";
import { useSearch } from "./use-search.ts";

const ConversationDrawer = dynamic(
  () => import("./conversation-drawer.tsx").then((file) => file.ConversationDrawer),
  { ssr: false },
);

type Props = { project: string; dataset: number; may: { write: boolean; erase: boolean } };

/** The rows of a dataset under a filter, with facets and the open conversation beside them. */
export function RowsView({ project, dataset, may }: Props) {
  const { search, change } = useSearch();
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const [filtersOpen, filters] = useDisclosure(false);
  const narrow = useMediaQuery("(max-width: 62em)") ?? false;
  const view = {
    project,
    dataset,
    filter: search.filter,
    ...(search.version === undefined ? {} : { version: search.version }),
  };
  const topics = [`dataset:${dataset}`];
  const found = usePlace(view, search);
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
      topics,
    },
  );
  const facets = useOperation("datasets.facets", view, { topics, keepPrevious: true });
  const total = facets.data?.total;
  const step = (by: 1 | -1) => {
    const index = pages.rows.findIndex((row) => row.id === search.open);
    const next = pages.rows[index + by];
    if (next) change({ open: next.id });
  };
  const [drawerWanted, wantDrawer] = useState(false);
  // Once opened it stays, so that it can close in its own time.
  if (search.open !== undefined && !drawerWanted) wantDrawer(true);
  const searchBox = useRef<HTMLInputElement>(null);
  const [jumping, jump] = useDisclosure(false);
  const goTo = (at: string | undefined) => change({ at });
  useShortcuts("Conversations", [
    { keys: "/", label: "Search in texts", run: () => searchBox.current?.focus() },
    { keys: "G", label: "Go to a conversation, a day or the end", run: jump.open },
    { keys: "J", label: "Open the next row", run: () => step(1) },
    { keys: "K", label: "Open the previous row", run: () => step(-1) },
  ]);
  const setFilter = (filter: DatasetFilter) => {
    setSelected(new Set());
    change({ filter });
  };
  const panel = (
    <div className={classes.side}>
      <SavedViews
        {...{ project, dataset }}
        shown={{ filter: search.filter, sort: search.sort }}
        mayWrite={may.write}
        onOpen={(shown) => {
          setSelected(new Set());
          change(shown);
        }}
      />
      <FilterPanel
        {...{ project, dataset }}
        filter={search.filter}
        facets={facets.data?.facets}
        onChange={setFilter}
      />
    </div>
  );
  return (
    <>
      {search.version !== undefined && (
        <div className={classes.past} role="status">
          This is version {search.version}; nothing can be changed here, and it may be slower.
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => change({ version: undefined })}
          >
            Back to the newest
          </Button>
        </div>
      )}
      <PlaceNotice
        at={search.at}
        found={found}
        past={search.version !== undefined}
        onStart={() => goTo(undefined)}
        onOpen={(open) => change({ open })}
        onAll={() => change({ filter: {}, at: search.at })}
      />
      <CatchingUp progress={facets.data?.catchingUp} />
      <div className={classes.rows}>
        {narrow ? (
          <Drawer opened={filtersOpen} onClose={filters.close} title="Filters" size="xs">
            {panel}
          </Drawer>
        ) : (
          panel
        )}
        <Grid
          label="Conversations"
          name="dataset-rows"
          columns={rowColumns}
          rows={pages.rows}
          rowId={(row) => String(row.id)}
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
            ? { selected, onSelect: setSelected }
            : {})}
          onOpen={(row) => change({ open: row.id })}
          openId={search.open === undefined ? undefined : String(search.open)}
          toolbar={
            <>
              {selected.size > 0 && (
                <SelectionBar
                  project={project}
                  dataset={dataset}
                  selected={selected}
                  filter={search.filter}
                  total={total}
                  onClear={() => setSelected(new Set())}
                />
              )}
              <SearchBox
                input={searchBox}
                text={search.filter.text ?? ""}
                onChange={(text) => {
                  const { text: before, ...rest } = search.filter;
                  setSelected(new Set());
                  change({
                    filter: text ? { ...rest, text } : rest,
                    // A new search begins with its best matches.
                    ...(text && !before ? { sort: { by: "relevance", descending: true } } : {}),
                  });
                }}
              />
              <Jump
                opened={jumping}
                onOpened={(opened) => (opened ? jump.open() : jump.close())}
                onGo={goTo}
              />
              {narrow && (
                <Button
                  variant="default"
                  leftSection={<IconAdjustments size={16} />}
                  onClick={filters.open}
                >
                  Filters
                </Button>
              )}
              <Text size="sm" c="dimmed" role="status" className="tabular">
                {total === undefined ? "" : plural(total, "conversation")}
              </Text>
            </>
          }
          empty={
            <NoRows
              project={project}
              mayWrite={may.write}
              filtered={isFiltered(search.filter)}
              onClear={() => setFilter({})}
            />
          }
        />
      </div>
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

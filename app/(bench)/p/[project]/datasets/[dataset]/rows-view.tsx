"use client";

import { Button, Drawer, Text } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconAdjustments } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { plural } from "#app/_ui/format.ts";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { CatchingUp } from "./catching-up.tsx";
import classes from "./dataset.module.css";
import { FilterPanel } from "./filter-panel.tsx";
import { Jump } from "./jump.tsx";
import { NoRows } from "./no-rows.tsx";
import { PlaceNotice } from "./place-notice.tsx";
import { RowsTable } from "./rows-table.tsx";
import { SavedViews } from "./saved-views.tsx";
import { isFiltered } from "./search.ts";
import { SearchBox } from "./search-box.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { usePlace } from "./use-place.ts";
import { useSearch } from "./use-search.ts";

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
  const facets = useOperation("datasets.facets", view, { topics, keepPrevious: true });
  const total = facets.data?.total;
  const searchBox = useRef<HTMLInputElement>(null);
  const [jumping, jump] = useDisclosure(false);
  const goTo = (at: string | undefined) => change({ at });
  useShortcuts("Conversations", [
    { keys: "/", label: "Search in texts", run: () => searchBox.current?.focus() },
    { keys: "G", label: "Go to a conversation, a day or the end", run: jump.open },
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
        <RowsTable
          {...{ project, dataset, view, search, change, found, total, selected, may }}
          onSelect={setSelected}
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
    </>
  );
}

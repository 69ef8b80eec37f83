"use client";

import { ActionIcon, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import { IconBookmark, IconDots, IconPencil, IconReplace, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { ConfirmDelete } from "#app/_ui/feedback/confirm-delete.tsx";
import { ErrorState } from "#app/_ui/feedback/states.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { DatasetFilter, RowSort } from "#lib/core/dataset-filter.ts";
import classes from "./dataset.module.css";
import { describeFilter } from "./describe-filter.ts";
import { formatSearch, isFiltered, type RowsSearch } from "./search.ts";
import { ViewNameDialog } from "./view-name-dialog.tsx";

export type SavedView = OutputOf<"views.list">["views"][number];
type Shown = Pick<RowsSearch, "filter" | "sort">;
type Props = {
  project: string;
  dataset: number;
  shown: Shown;
  mayWrite: boolean;
  onOpen: (shown: Shown) => void;
};

/** One line for what a view or the page shows; equal lines are equal views. */
const addressOf = ({ filter, sort }: Shown) =>
  formatSearch({ filter, sort, version: undefined, open: undefined }).toString();

const shownBy = (view: SavedView): Shown => ({
  filter: view.filter as DatasetFilter,
  sort: { by: view.sort.by as RowSort, descending: view.sort.descending },
});

/** The dataset's views, one click away, and the way to keep what the page shows as one. */
export function SavedViews({ project, dataset, shown, mayWrite, onOpen }: Props) {
  const list = useOperation("views.list", { project, dataset });
  const [naming, setNaming] = useState<"new" | SavedView>();
  const [removing, setRemoving] = useState<SavedView>();
  const replace = useAct("views.update", {
    done: ({ name }) => `“${name}” shows this filter now.`,
    refresh: ["views.list"],
  });
  const remove = useAct("views.remove", {
    refresh: ["views.list"],
    onDone: () => setRemoving(undefined),
  });
  const now = addressOf(shown);
  const views = list.data?.views ?? [];
  const known = views.some((view) => addressOf(shownBy(view)) === now);
  const worthSaving = isFiltered(shown.filter) || now !== "";
  if (views.length === 0 && !list.error && !(mayWrite && worthSaving)) return null;
  return (
    <section aria-label="Saved views" className={classes.facet}>
      <Group justify="space-between" h={22}>
        <Text fw={650} size="sm">
          Views
        </Text>
        {mayWrite && worthSaving && !known && (
          <Button size="compact-xs" variant="subtle" onClick={() => setNaming("new")}>
            Save this
          </Button>
        )}
      </Group>
      {list.error && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {views.length === 0 && !list.error && (
        <Text size="xs" c="dimmed">
          None yet. “Save this” keeps the filter and order under a name.
        </Text>
      )}
      <ul className={classes.views}>
        {views.map((view) => (
          <ViewLine
            key={view.id}
            view={view}
            open={addressOf(shownBy(view)) === now}
            mayWrite={mayWrite}
            onOpen={() => onOpen(shownBy(view))}
            onReplace={() =>
              replace.mutate({
                ...{ project, dataset, view: view.id, revision: view.revision },
                filter: shown.filter,
                sort: shown.sort,
              })
            }
            onRename={() => setNaming(view)}
            onRemove={() => setRemoving(view)}
          />
        ))}
      </ul>
      {naming && (
        <ViewNameDialog
          {...{ project, dataset, shown }}
          view={naming === "new" ? undefined : naming}
          onClose={() => setNaming(undefined)}
        />
      )}
      {removing && (
        <ConfirmDelete
          opened
          onClose={() => setRemoving(undefined)}
          title={`Remove the view “${removing.name}”?`}
          dependents={[]}
          act="Remove"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ project, dataset, view: removing.id })}
        >
          It goes for everybody in the project. The rows it showed stay.
        </ConfirmDelete>
      )}
    </section>
  );
}

type LineProps = {
  view: SavedView;
  open: boolean;
  mayWrite: boolean;
  onOpen: () => void;
  onReplace: () => void;
  onRename: () => void;
  onRemove: () => void;
};

function ViewLine({ view, open, mayWrite, onOpen, onReplace, onRename, onRemove }: LineProps) {
  return (
    <li>
      <Tooltip
        label={`${describeFilter(view.filter)} · by ${view.createdBy || "somebody who left"}`}
        multiline
        maw={320}
        openDelay={400}
      >
        <button
          type="button"
          className={classes.view}
          aria-current={open || undefined}
          onClick={onOpen}
        >
          <IconBookmark size={14} aria-hidden />
          <span dir="auto">{view.name}</span>
        </button>
      </Tooltip>
      {mayWrite && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`More for the view ${view.name}`}
            >
              <IconDots size={14} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconReplace size={15} />} disabled={open} onClick={onReplace}>
              Update to this filter
            </Menu.Item>
            <Menu.Item leftSection={<IconPencil size={15} />} onClick={onRename}>
              Rename
            </Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={onRemove}>
              Remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

"use client";

import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import { describeFilter } from "./describe-filter.ts";
import type { SavedView } from "./saved-views.tsx";
import type { RowsSearch } from "./search.ts";

type Props = {
  project: string;
  dataset: number;
  /** What a new view keeps. */
  shown: Pick<RowsSearch, "filter" | "sort">;
  /** The view that gets another name; a new one when absent. */
  view: SavedView | undefined;
  onClose: () => void;
};

/** Asks for the name of a view: of a new one, or another for one that is there. */
export function ViewNameDialog({ project, dataset, shown, view, onClose }: Props) {
  const [name, setName] = useState(view?.name ?? "");
  const options = { notify: false, refresh: ["views.list" as const], onDone: onClose };
  const save = useAct("views.save", { ...options, done: (made) => `“${made.name}” is saved.` });
  const rename = useAct("views.update", options);
  const error = save.error ?? rename.error;
  return (
    <FormDialog
      onClose={onClose}
      title={view ? "Rename the view" : "Save this view"}
      act={view ? "Rename" : "Save"}
      busy={save.isPending || rename.isPending}
      disabled={!name.trim()}
      error={error}
      onSubmit={() => {
        if (view) rename.mutate({ project, dataset, view: view.id, revision: view.revision, name });
        else save.mutate({ project, dataset, name, ...shown });
      }}
    >
      {!view && (
        <Text size="sm" c="dimmed" dir="auto">
          {describeFilter(shown.filter)} · in the order of {shown.sort.by}
          {shown.sort.descending && shown.sort.by !== "relevance" ? ", the last first" : ""}.
          Everybody in the project sees it.
        </Text>
      )}
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        maxLength={200}
        dir="auto"
        error={error?.fieldError("name")}
        data-autofocus
      />
    </FormDialog>
  );
}

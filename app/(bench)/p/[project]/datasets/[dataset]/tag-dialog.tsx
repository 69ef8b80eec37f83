"use client";

import { TagsInput } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { notifyUndo } from "./undo-notice.tsx";

type Props = {
  project: string;
  dataset: number;
  chosen: { filter: DatasetFilter; expected: number };
  what: string;
  onClose: () => void;
};

/** Adds tags to the chosen rows and takes others away. */
export function TagDialog({ project, dataset, chosen, what, onClose }: Props) {
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  // Tags of all rows of the dataset are what is offered.
  const facets = useOperation("datasets.facets", { project, dataset });
  const known = (facets.data?.facets.tag ?? []).map((one) => one.value);
  const tag = useAct("conversations.tag", {
    notify: false,
    onDone: (done) => {
      notifyUndo(project, dataset, done, (rows) => `Tags of ${rows} changed`);
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={`Tags of ${what}`}
      act="Change tags"
      busy={tag.isPending}
      disabled={add.length === 0 && remove.length === 0}
      error={tag.error}
      onSubmit={() => tag.mutate({ project, dataset, ...chosen, add, remove })}
    >
      <TagsInput
        label="Add"
        description="Enter after each tag"
        data={known}
        value={add}
        onChange={setAdd}
        maxTags={20}
        maxLength={60}
        acceptValueOnBlur
        data-autofocus
      />
      <TagsInput
        label="Take away"
        data={known}
        value={remove}
        onChange={setRemove}
        maxTags={20}
        maxLength={60}
        acceptValueOnBlur
      />
    </FormDialog>
  );
}

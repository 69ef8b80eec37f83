"use client";

import { Text } from "@mantine/core";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { notifyUndo } from "../undo-notice.tsx";

type Props = {
  project: string;
  dataset: number;
  version: number;
  newest: number;
  onClose: () => void;
};

/** Says what going back would change, then does it as a new version. */
export function RestoreDialog({ project, dataset, version, newest, onClose }: Props) {
  const diff = useOperation("versions.diff", {
    project,
    dataset,
    from: newest,
    to: version,
    limit: 1,
  });
  const restore = useAct("versions.restore", {
    onDone: (done) => {
      notifyUndo(project, dataset, done, () => `Version ${version} restored`);
      onClose();
    },
  });
  const counts = diff.data?.counts;
  return (
    <FormDialog
      onClose={onClose}
      title={`Restore version ${version}?`}
      act="Restore"
      busy={restore.isPending}
      disabled={!counts}
      onSubmit={() => restore.mutate({ project, dataset, version })}
    >
      {counts ? (
        <Text size="sm">
          A new version is made that holds exactly what version {version} held:{" "}
          {plural(counts.added, "conversation")} come back, {plural(counts.removed, "conversation")}{" "}
          leave, {plural(counts.edited, "edit")} and {plural(counts.tags, "change")} of tags are
          taken back. All versions in between stay.
        </Text>
      ) : diff.error ? (
        <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />
      ) : (
        <LoadingState rows={2} />
      )}
    </FormDialog>
  );
}

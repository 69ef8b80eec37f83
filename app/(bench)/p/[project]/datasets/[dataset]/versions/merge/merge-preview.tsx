"use client";

import { Alert, Button, Group, Text, Title } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ClientError } from "#app/_ui/client.ts";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useAct, usePages } from "#app/_ui/use-operation.ts";
import { notifyUndo } from "../../undo-notice.tsx";
import classes from "../diff/diff.module.css";
import { ChangeFilter, type changeIn, DiffItem } from "../diff/diff-item.tsx";
import { ConflictList } from "./conflict-list.tsx";
import { type Side, useDecisions } from "./use-decisions.ts";

type Props = { project: string; mayWrite: boolean; ours: Side; theirs: Side };

/** What a merge would change, the conflicts to decide, and the merge. */
export function MergePreview({ project, mayWrite, ours, theirs }: Props) {
  const router = useRouter();
  const [only, setOnly] = useState<ReturnType<typeof changeIn>>();
  const pair = { project, dataset: ours.id, from: theirs.id };
  const pages = usePages(
    "merges.preview",
    { ...pair, ...(only ? { change: only } : {}) },
    { rows: (page) => page.rows, next: (page) => page.next, cursor: "after" },
  );
  const conflicts = usePages("merges.conflicts", pair, {
    rows: (page) => page.conflicts,
    next: (page) => page.next,
    cursor: "after",
  });
  const decisions = useDecisions(conflicts.rows);
  const merge = useAct("datasets.merge", {
    notify: false,
    refresh: ["versions.list", "datasets.read", "conversations.list", "datasets.facets"],
    onDone: (done) => {
      notifyUndo(project, ours.id, done, (rows) => `Merged “${theirs.name}”: ${rows}`);
      router.push(`/p/${project}/datasets/${ours.id}/versions`);
    },
  });
  const lookAgain = () => {
    merge.reset();
    void pages.refetch();
    void conflicts.refetch();
  };
  const error = pages.error ?? conflicts.error;
  if (error) return <ErrorState error={error} onRetry={lookAgain} />;
  const seen = pages.first;
  if (!seen || conflicts.loading) return <LoadingState />;
  const { counts } = seen;
  const changes = counts.added + counts.removed + counts.edited + counts.tags;
  const open = decisions.rest ? 0 : seen.conflicts - decisions.made.length;
  return (
    <>
      <Text size="sm">
        “{theirs.name}” version {seen.theirs} into “{ours.name}” version {seen.ours}:{" "}
        {plural(changes, "conversation")} to change
        {seen.conflicts > 0 && `, ${plural(seen.conflicts, "conflict")} to decide`}.
      </Text>
      {seen.conflicts > 0 && (
        <ConflictList
          {...{ project, ours, theirs, decisions, conflicts, open }}
          base={seen.base}
          total={seen.conflicts}
        />
      )}
      {changes > 0 && (
        <>
          <Group justify="space-between">
            <Title order={2} size="h4">
              Changes
            </Title>
            <ChangeFilter counts={counts} only={only} onChange={setOnly} />
          </Group>
          <ul className={classes.rows} aria-label="Changes">
            {pages.rows.map((row) => (
              <DiffItem
                key={`${row.was} ${row.now}`}
                {...{ project, row }}
                dataset={ours.id}
                nowIn={row.change === "tags" ? ours.id : theirs.id}
              />
            ))}
          </ul>
          <MoreButton pages={pages}>More changes</MoreButton>
        </>
      )}
      {merge.error && <Refusal error={merge.error} onLook={lookAgain} />}
      <Group>
        <Button
          disabled={!mayWrite || open > 0 || changes + seen.conflicts === 0}
          loading={merge.isPending}
          onClick={() =>
            merge.mutate({
              ...{ ...pair, ours: seen.ours, theirs: seen.theirs, decisions: decisions.made },
              ...(decisions.rest ? { rest: decisions.rest } : {}),
            })
          }
        >
          Merge
        </Button>
        <Text size="sm" c="dimmed">
          {reason(mayWrite, changes + seen.conflicts, open)}
        </Text>
      </Group>
    </>
  );
}

function reason(mayWrite: boolean, all: number, open: number): string {
  if (!mayWrite) return "Merging needs the role curator.";
  if (all === 0) return "Nothing is left to merge.";
  if (open > 0) return `${plural(open, "conflict")} to decide first.`;
  return "One new version, which can be undone.";
}

function Refusal({ error, onLook }: { error: ClientError; onLook: () => void }) {
  return (
    <Alert color="red" title="Not merged" role="alert">
      <Text size="sm">{error.message}</Text>
      <Button size="xs" mt="sm" variant="default" onClick={onLook}>
        Look again
      </Button>
    </Alert>
  );
}

"use client";

import { Button, Group, Text } from "@mantine/core";
import Link from "next/link";
import { Page } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useTopics } from "#app/_ui/live/use-topics.ts";
import { Asking, RatingRoom } from "#app/_ui/rating/rating-room.tsx";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { ItemForm } from "./item-form.tsx";
import { LostItems } from "./lost-items.tsx";
import { useWork, type WorkQueue } from "./use-work.ts";

type Props = { project: string; task: { id: number; name: string } };

/** Where a rater works: the text on the left, the questions on the right, the next item ready behind it. */
export function Work({ project, task }: Props) {
  const work = useWork(project, task.id);
  const base = `/p/${project}/label`;
  const { given, item, error, finished } = work;
  const retry = () => void work.refill();
  if (!given) {
    const back = { label: "All labelling tasks", href: base };
    return <Asking error={error} retry={retry} name={task.name} back={back} />;
  }
  const { mineSkipped, ...progress } = given.progress;
  return (
    <RatingRoom
      area={{ label: "Label", href: base }}
      detail={given.schema.name}
      name={task.name}
      progress={{ ...progress, skipped: mineSkipped }}
    >
      {item ? (
        <ItemForm key={item.slot} item={item} given={given} work={work} />
      ) : finished ? (
        <AllDone base={base} task={task.id} work={work} />
      ) : (
        <Asking error={error} retry={retry} />
      )}
    </RatingRoom>
  );
}

function AllDone({ base, task, work }: { base: string; task: number; work: WorkQueue }) {
  const progress = work.given?.progress;
  const others = progress?.others ?? 0;
  // What another rater gives back, or a wider task, shows up here by itself.
  useTopics([`task:${task}`], () => void work.refill());
  useShortcuts("Labelling", [
    { keys: "U", label: "Take back the last one", run: () => void work.undo(undefined, {}) },
  ]);
  return (
    <Page>
      <LostItems work={work} />
      {work.trouble && <ErrorNote text={work.trouble} />}
      <EmptyState
        title={
          (progress?.mine ?? 0) > 0 ? "You have done all of yours" : "Nothing waits for you here"
        }
        action={
          <Group>
            <Button component={Link} href={base}>
              All labelling tasks
            </Button>
            {(progress?.mine ?? 0) + (progress?.mineSkipped ?? 0) > 0 && (
              <Button variant="default" onClick={() => void work.undo(undefined, {})}>
                Take back the last one
              </Button>
            )}
          </Group>
        }
      >
        {progress && progress.mine > 0
          ? `You labelled ${plural(progress.mine, "item")} in this task. `
          : "Every item has all the labels it needs, or you have given yours. "}
        {others > 0
          ? `Other raters hold ${plural(others, "more item")}; what they leave comes to you after ${work.given?.leaseMinutes} minutes, and this page takes it up by itself.`
          : "There is no more to take."}
      </EmptyState>
    </Page>
  );
}

function ErrorNote({ text }: { text: string }) {
  return (
    <Text size="sm" c="var(--assay-danger)" role="alert">
      {text}
    </Text>
  );
}

"use client";

import { Button } from "@mantine/core";
import { ErrorState } from "#app/_ui/feedback/states.tsx";
import { parseRowPlace } from "#lib/core/row-place.ts";
import classes from "./dataset.module.css";
import type { usePlace } from "./use-place.ts";

type Props = {
  at: string | undefined;
  found: ReturnType<typeof usePlace>;
  /** Whether the list is of an older version. */
  past: boolean;
  onStart: () => void;
  onOpen: (conversation: number) => void;
  onAll: () => void;
};

/** Says to which place the list was taken, or why it was not, and what can be done then. */
export function PlaceNotice({ at, found, past, onStart, onOpen, onAll }: Props) {
  const wanted = at === undefined ? undefined : parseRowPlace(at);
  if (!wanted) return null;
  if (found.error) return <ErrorState error={found.error} onRetry={found.retry} />;
  const { place } = found;
  const id = wanted.kind === "id" ? wanted.id : undefined;
  const missed = place?.state === "filtered" || place?.state === "gone";
  return (
    <div className={classes.past} role="status">
      {place ? words(place, wanted, past) : "Looking for the place …"}
      {missed && id !== undefined && (
        <Button size="compact-sm" variant="default" onClick={() => onOpen(id)}>
          Open it anyway
        </Button>
      )}
      {place?.state === "filtered" && (
        <Button size="compact-sm" variant="default" onClick={onAll}>
          Go there without the filter
        </Button>
      )}
      <Button size="compact-sm" variant="default" onClick={onStart}>
        {place?.state === "here" || place?.before ? "Back to the start" : "Close"}
      </Button>
    </div>
  );
}

type Found = NonNullable<Props["found"]["place"]>;
type Wanted = NonNullable<ReturnType<typeof parseRowPlace>>;

function words(place: Found, wanted: Wanted, past: boolean): string {
  const version = past ? "this version" : "the newest version";
  const back = place.sort.descending;
  const day = wanted.kind === "date" ? wanted.day : "";
  const row = wanted.kind === "id" ? `Conversation ${wanted.id}` : "";
  switch (place.state) {
    case "here":
      if (wanted.kind === "end") return "The end of the list.";
      if (wanted.kind === "id") return `The list is at conversation ${wanted.id}.`;
      return `By time, ${back ? "back from" : "from"} ${day} on.`;
    case "filtered":
      return `${row} is in this dataset, but not under the present filter.`;
    case "gone":
      return `${row} was in this dataset and is not in ${version}: it was edited, cleaned or removed.`;
    case "unknown":
      return `This dataset has no conversation ${wanted.kind === "id" ? wanted.id : ""}.`;
    case "beyond":
      return back
        ? `No conversation here is as early as ${day}.`
        : `No conversation here is as late as ${day}; this is the end of the order of time.`;
    case "timeless":
      return "No conversation here has a time, so there is no day to go to.";
  }
}

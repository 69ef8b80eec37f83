"use client";

import { Anchor, Text } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import classes from "./topics.module.css";

type Step = OutputOf<"topics.show">["trail"][number];

/** What of a map was mapped again. */
function partOf({ titles, area }: Step): string {
  const [first, ...more] = titles;
  if (first === undefined) return area ? "an area" : "all of it";
  return more.length === 0 ? `“${first}”` : `“${first}” and ${more.length} more`;
}

/** From the map of the whole dataset to the one that is shown, when this is a part of another. */
export function Trail({
  trail,
  onOpen,
}: {
  trail: readonly Step[];
  onOpen: (map: number) => void;
}) {
  if (trail.length === 0) return null;
  return (
    <nav aria-label="Maps of which this is a part" className={classes.trail}>
      {trail.map((step, at) => (
        <span key={step.map}>
          <Anchor component="button" type="button" size="sm" onClick={() => onOpen(step.map)}>
            {at === 0 ? "Whole map" : partOf(trail[at - 1] as Step)}
          </Anchor>
          <span aria-hidden> / </span>
        </span>
      ))}
      <Text component="span" size="sm" fw={600} dir="auto">
        {partOf(trail.at(-1) as Step)}
      </Text>
    </nav>
  );
}

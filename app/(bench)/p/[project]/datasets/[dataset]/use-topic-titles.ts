"use client";

import { useOperation } from "#app/_ui/use-operation.ts";
import type { TopicTitles } from "./describe-filter.ts";

/** Titles of the topics of a filter's map; undefined while they are not known, or when the filter has no map. */
export function useTopicTitles(
  project: string,
  dataset: number,
  map: number | undefined,
): TopicTitles | undefined {
  const { data } = useOperation(
    "topics.titles",
    { project, dataset, map: map ?? 0 },
    { enabled: map !== undefined },
  );
  return map === undefined || !data
    ? undefined
    : new Map(data.topics.map(({ number, title }) => [number, title]));
}

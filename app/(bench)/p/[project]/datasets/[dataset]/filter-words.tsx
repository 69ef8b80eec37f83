"use client";

import type { DatasetFilter } from "#lib/core/dataset-filter.ts";
import { describeFilter } from "./describe-filter.ts";
import { useTopicTitles } from "./use-topic-titles.ts";

type Props = { project: string; dataset: number; filter: Record<string, unknown> };

/** A filter in one line, topics by their titles. */
export function FilterWords({ project, dataset, filter }: Props) {
  const titles = useTopicTitles(project, dataset, (filter as DatasetFilter).map?.id);
  return describeFilter(filter, titles);
}

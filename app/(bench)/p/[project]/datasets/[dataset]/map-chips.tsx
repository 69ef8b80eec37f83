"use client";

import { Anchor, Pill } from "@mantine/core";
import Link from "next/link";
import type { DatasetFilter, MapFilter } from "#lib/core/dataset-filter.ts";
import classes from "./dataset.module.css";
import { formatSearch } from "./search.ts";
import { useTopicTitles } from "./use-topic-titles.ts";

type Props = {
  project: string;
  dataset: number;
  filter: DatasetFilter;
  onChange: (filter: DatasetFilter) => void;
};

/** The part of a map of topics that the rows are of: each condition can be taken away, the last one with the map. */
export function MapChips({ project, dataset, filter, onChange }: Props) {
  const { map, ...rest } = filter;
  const titles = useTopicTitles(project, dataset, map?.id);
  if (!map) return null;
  const keep = ({ id, topics, area }: MapFilter) =>
    onChange(
      topics?.length || area
        ? { ...rest, map: { id, ...(topics?.length ? { topics } : {}), ...(area ? { area } : {}) } }
        : rest,
    );
  const topics = map.topics ?? [];
  const chips = [
    ...topics.map((topic) => ({
      name: titles?.get(topic) ?? `Topic ${topic}`,
      drop: () => keep({ ...map, topics: topics.filter((one) => one !== topic) }),
    })),
    ...(map.area ? [{ name: "In an area", drop: () => keep({ ...map, area: undefined }) }] : []),
    ...(topics.length === 0 && !map.area
      ? [{ name: "On the map", drop: () => onChange(rest) }]
      : []),
  ];
  const address = formatSearch({
    filter,
    sort: { by: "added", descending: false },
    version: undefined,
    open: undefined,
  });
  return (
    <fieldset className={classes.facet}>
      <legend>Map of topics</legend>
      <Pill.Group gap={4}>
        {chips.map(({ name, drop }) => (
          <Pill
            key={name}
            maw="100%"
            title={name}
            withRemoveButton
            removeButtonProps={{
              "aria-label": `Take away “${name}”`,
              "aria-hidden": false,
              tabIndex: 0,
            }}
            onRemove={drop}
          >
            {name}
          </Pill>
        ))}
      </Pill.Group>
      <Anchor
        component={Link}
        size="xs"
        href={`/p/${project}/datasets/${dataset}/topics?${address}`}
      >
        Show on the map
      </Anchor>
    </fieldset>
  );
}

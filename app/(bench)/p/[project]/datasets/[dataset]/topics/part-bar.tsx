"use client";

import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChartDots2, IconTable } from "@tabler/icons-react";
import Link from "next/link";
import { formatNumber, plural } from "#app/_ui/format.ts";
import type { DatasetFilter, MapFilter } from "#lib/core/dataset-filter.ts";
import { describePart } from "../describe-filter.ts";
import { formatSearch } from "../search.ts";
import { useSearch } from "../use-search.ts";
import { StartMap } from "./start-map.tsx";
import type { Topic } from "./topic-list.tsx";
import classes from "./topics.module.css";

type Props = {
  project: string;
  dataset: number;
  may: { write: boolean };
  part: MapFilter;
  topics: readonly Topic[];
  /** Conditions beside the map's. */
  filter: DatasetFilter;
  /** The sizes belong to the area before this one. */
  counting: boolean;
  onClear: () => void;
};

/** Fewer rows have no topics among them. */
const fewestToMap = 10;

/** How many rows the chosen topics and the lasso hold, and what can be done with them. */
export function PartBar({ project, dataset, may, part, topics, filter, counting, onClear }: Props) {
  const { search } = useSearch();
  const [starting, start] = useDisclosure(false);
  const isPart = part.topics !== undefined || part.area !== undefined;
  const inside = topics.filter(({ number }) => part.topics?.includes(number) ?? true);
  const count = inside.reduce((sum, { size }) => sum + size, 0);
  const titles = new Map(topics.map(({ number, title }) => [number, title]));
  const rows = formatSearch({
    filter: { ...filter, map: part },
    sort: { by: "added", descending: false },
    version: search.version,
    open: undefined,
  });
  if (!isPart) {
    return (
      <Text size="sm" c="dimmed" className={classes.hint}>
        Draw around points to choose them, or choose topics in the list.
      </Text>
    );
  }
  return (
    <section className={classes.part} aria-label="Chosen part of the map">
      <div className={classes.partWords}>
        <Text size="sm" fw={650} role="status" className="tabular">
          {counting ? "Counting…" : plural(count, "conversation")}
        </Text>
        <Text size="xs" c="dimmed" dir="auto" lineClamp={2}>
          {describePart(part, titles)}
        </Text>
      </div>
      <Group gap={6}>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
          Clear
        </Button>
        {may.write && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconChartDots2 size={15} />}
            disabled={counting || count < fewestToMap}
            title={
              count < fewestToMap
                ? `A map needs at least ${formatNumber(fewestToMap)} conversations`
                : undefined
            }
            onClick={start.open}
          >
            Map only these
          </Button>
        )}
        <Button
          component={Link}
          size="xs"
          href={`/p/${project}/datasets/${dataset}?${rows}`}
          leftSection={<IconTable size={15} />}
        >
          Show these rows
        </Button>
      </Group>
      {starting && (
        <StartMap
          {...{ project, dataset }}
          version={search.version}
          filter={{ ...filter, map: part }}
          what={`${plural(count, "conversation")} ${describePart(part, titles)}`}
          onClose={start.close}
        />
      )}
    </section>
  );
}

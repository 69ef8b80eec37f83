"use client";

import { ActionIcon, Group, Select, Tooltip } from "@mantine/core";
import { IconArrowsExchange, IconGitMerge } from "@tabler/icons-react";
import { useRouter, useSearchParams } from "next/navigation";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./merge.module.css";
import { MergePreview } from "./merge-preview.tsx";

type Props = { project: string; dataset: number; mayWrite: boolean };

/** Brings a fork or the origin into this dataset: what is merged stands in the address. */
export function MergeView({ project, dataset, mayWrite }: Props) {
  const router = useRouter();
  const wanted = Number(useSearchParams().get("from"));
  const here = useOperation("datasets.read", { project, dataset });
  if (here.error) return <ErrorState error={here.error} onRetry={() => void here.refetch()} />;
  if (!here.data) return <LoadingState />;
  const { name, forkedFrom, forks } = here.data;
  const relatives = [...(forkedFrom && !forkedFrom.deleted ? [forkedFrom] : []), ...forks];
  const from = relatives.find((one) => one.id === wanted) ?? relatives[0];
  if (!from) {
    return (
      <EmptyState title="Nothing to merge" icon={<IconGitMerge size={26} stroke={1.6} />}>
        A dataset is merged with its forks or with the one that it was forked from. This one has
        neither: fork it from its list of versions.
      </EmptyState>
    );
  }
  const address = (into: number, other: number) =>
    `/p/${project}/datasets/${into}/versions/merge?from=${other}`;
  return (
    <>
      <Group align="flex-end" gap="xs">
        <Select
          label={`Merge into “${name}”`}
          data={relatives.map((one) => ({ value: String(one.id), label: one.name }))}
          value={String(from.id)}
          onChange={(id) => id && router.replace(address(dataset, Number(id)), { scroll: false })}
          allowDeselect={false}
          className={classes.choice}
        />
        <Tooltip label={`The other way: merge “${name}” into “${from.name}”`}>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={`The other way: merge “${name}” into “${from.name}”`}
            onClick={() => router.push(address(from.id, dataset))}
          >
            <IconArrowsExchange size={17} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <MergePreview
        key={from.id}
        {...{ project, mayWrite }}
        ours={{ id: dataset, name }}
        theirs={{ id: from.id, name: from.name }}
      />
    </>
  );
}

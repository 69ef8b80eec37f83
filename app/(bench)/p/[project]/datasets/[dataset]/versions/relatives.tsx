"use client";

import { Anchor, Button } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import Link from "next/link";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./versions.module.css";

type Props = { project: string; dataset: number };

/** The origin and the forks of a dataset, each with the way to merge it. Nothing for a dataset without. */
export function Relatives({ project, dataset }: Props) {
  const { data } = useOperation(
    "datasets.read",
    { project, dataset },
    { topics: [`dataset:${dataset}`] },
  );
  if (!data) return null;
  const { forkedFrom, forks } = data;
  const origin = forkedFrom && !forkedFrom.deleted ? [{ ...forkedFrom, words: "Origin" }] : [];
  const all = [...origin, ...forks.map((fork) => ({ ...fork, words: "Fork" }))];
  if (all.length === 0) return null;
  return (
    <ul className={classes.relatives} aria-label="Origin and forks">
      {all.map(({ id, name, version, words }) => (
        <li key={id}>
          <span className={classes.relation}>{words}</span>
          <span className={classes.relative}>
            <Anchor component={Link} size="sm" href={`/p/${project}/datasets/${id}`} dir="auto">
              {name}
            </Anchor>
            <span className={classes.point}>
              {words === "Fork" ? `from version ${version}` : `forked at its version ${version}`}
            </span>
          </span>
          <Button
            component={Link}
            size="compact-sm"
            variant="default"
            leftSection={<IconGitMerge size={14} />}
            href={`/p/${project}/datasets/${dataset}/versions/merge?from=${id}`}
          >
            Merge
          </Button>
        </li>
      ))}
    </ul>
  );
}

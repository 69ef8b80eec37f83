"use client";

import { Group, Select, Title } from "@mantine/core";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { ConflictCard } from "./conflict-card.tsx";
import classes from "./merge.module.css";
import type { Conflict, DecisionState, Rest, Side } from "./use-decisions.ts";

type Props = {
  project: string;
  ours: Side;
  theirs: Side;
  base: { dataset: number; version: number };
  decisions: DecisionState;
  conflicts: { rows: Conflict[]; hasMore: boolean; loadingMore: boolean; onMore: () => void };
  total: number;
  /** How many are left to decide. */
  open: number;
};

/** Texts that both sides changed apart, each with its choice, and one choice for all others. */
export function ConflictList(props: Props) {
  const { project, ours, theirs, base, decisions, conflicts, total, open } = props;
  return (
    <>
      <Group justify="space-between" align="flex-end">
        <Title order={2} size="h4">
          {open === 0
            ? `${plural(total, "conflict")}, all decided`
            : `${formatNumber(open)} of ${plural(total, "conflict")} to decide`}
        </Title>
        <Select
          label="All that are not decided"
          placeholder="Decide one by one"
          data={[
            { value: "ours", label: `Keep ours (${ours.name})` },
            { value: "theirs", label: `Take theirs (${theirs.name})` },
          ]}
          value={decisions.rest ?? null}
          onChange={(value) => decisions.setRest((value as Rest | null) ?? undefined)}
          clearable
          className={classes.rest}
        />
      </Group>
      <ul className={classes.conflicts} aria-label="Conflicts">
        {conflicts.rows.map((conflict, index) => (
          <ConflictCard
            key={conflict.root}
            {...{ project, ours, theirs, base, conflict }}
            take={decisions.takeOf(conflict)}
            onTake={(take) => decisions.choose(conflict, take)}
            opened={index === 0}
          />
        ))}
      </ul>
      <MoreButton pages={conflicts}>More conflicts</MoreButton>
    </>
  );
}

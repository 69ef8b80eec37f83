"use client";

import { SegmentedControl, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { Transcript } from "#app/_ui/conversation/transcript.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./merge.module.css";
import type { Conflict, Side, Take } from "./use-decisions.ts";

type Props = {
  project: string;
  ours: Side;
  theirs: Side;
  base: { dataset: number; version: number };
  conflict: Conflict;
  take: Take | undefined;
  onTake: (take: Take) => void;
  /** Whether its texts are shown at first. */
  opened: boolean;
};

/** One conflict: what stays, and the texts of both sides with the one that both come from. */
export function ConflictCard(props: Props) {
  const { project, ours, theirs, base, conflict, take, onTake } = props;
  const [open, setOpen] = useState(props.opened);
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <li className={classes.conflict}>
      <div className={classes.head}>
        <button
          type="button"
          className={classes.title}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Chevron size={16} aria-hidden />
          <span className={classes.preview} dir="auto">
            {conflict.preview || "(no text)"}
          </span>
          <span className={classes.kind}>{kindOf(conflict)}</span>
        </button>
        <SegmentedControl
          size="xs"
          className={classes.choices}
          aria-label={`What stays of conversation ${conflict.root}`}
          value={take ?? ""}
          onChange={(value) => onTake(value as Take)}
          data={choicesOf(conflict)}
        />
      </div>
      {open && (
        <div className={classes.sides}>
          <SideTexts title="Before" {...{ project }} dataset={base.dataset} ids={conflict.base} />
          <SideTexts
            title={`Ours: ${ours.name}`}
            {...{ project }}
            dataset={ours.id}
            ids={conflict.ours}
            taken={take === "ours" || take === "both"}
          />
          <SideTexts
            title={`Theirs: ${theirs.name}`}
            {...{ project }}
            dataset={theirs.id}
            ids={conflict.theirs}
            taken={take === "theirs" || take === "both"}
          />
        </div>
      )}
    </li>
  );
}

function kindOf({ base, ours, theirs }: Conflict): string {
  if (ours.length === 0) return "Taken out here, edited there";
  if (theirs.length === 0) return "Edited here, taken out there";
  return base.length === 0 ? "Added on both sides" : "Edited on both sides";
}

function choicesOf({ ours, theirs }: Conflict): { value: Take; label: string }[] {
  const choices = [
    { value: "ours" as const, label: ours.length === 0 ? "Ours (none)" : "Ours" },
    { value: "theirs" as const, label: theirs.length === 0 ? "Theirs (none)" : "Theirs" },
  ];
  const either = ours.length === 0 || theirs.length === 0;
  return either ? choices : [...choices, { value: "both" as const, label: "Both" }];
}

type SideProps = {
  project: string;
  dataset: number;
  title: string;
  ids: number[];
  /** It stays. */
  taken?: boolean;
};

function SideTexts({ project, dataset, title, ids, taken }: SideProps) {
  return (
    <section className={classes.side} data-taken={taken || undefined} aria-label={title}>
      <h3 dir="auto">{title}</h3>
      {ids.length === 0 && (
        <Text size="sm" c="dimmed">
          {taken === undefined ? "Did not stand here." : "Not in this dataset."}
        </Text>
      )}
      {ids.map((id) => (
        <SideText key={id} {...{ project, dataset }} conversation={id} />
      ))}
    </section>
  );
}

type TextProps = { project: string; dataset: number; conversation: number };

function SideText(props: TextProps) {
  const { data, error, refetch } = useOperation("conversations.read", props);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingState rows={3} />;
  if (!data.body) return <Text size="sm">This text was erased.</Text>;
  return <Transcript body={data.body} />;
}

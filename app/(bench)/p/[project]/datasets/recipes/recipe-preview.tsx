"use client";

import { Badge, Group, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import dynamic from "next/dynamic";
import type { OutputOf } from "#app/_ui/client.ts";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, formatPercent, plural } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import type { RecipeStep } from "./recipe-page.tsx";
import classes from "./recipes.module.css";
import type { StepKind } from "./step-list.tsx";
import { reasonWords, StepReports } from "./step-reports.tsx";

const MessagesDiff = dynamic(() => import("../[dataset]/versions/diff/messages-diff.tsx"), {
  ssr: false,
  loading: () => <LoadingState rows={2} />,
});

type Example = OutputOf<"recipes.preview">["examples"][number];
type Props = {
  project: string;
  dataset: number;
  steps: RecipeStep[];
  kinds: StepKind[] | undefined;
};

/** What the steps do to the first rows of a dataset; asked again when they change. */
export function RecipePreview({ project, dataset, steps, kinds }: Props) {
  const [settled] = useDebouncedValue(steps, 500);
  const preview = useOperation(
    "recipes.preview",
    { project, dataset, steps: settled },
    { enabled: settled.length > 0, keepPrevious: true },
  );
  if (settled.length === 0) return <Text c="dimmed">Add a step to see what it does.</Text>;
  if (preview.error)
    return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <LoadingState />;
  const { rows, examples, steps: reports } = preview.data;
  return (
    <Stack aria-busy={preview.isPlaceholderData} className={classes.preview}>
      <Text size="sm" c="dimmed">
        The first {formatNumber(rows)} rows, as they would be. Nothing is written.
      </Text>
      <StepReports reports={reports} kinds={kinds} />
      {examples.length === 0 ? (
        <Text size="sm">No step changes, drops or finds anything in these rows.</Text>
      ) : (
        <ul className={classes.examples} aria-label="Rows that change">
          {examples.map((one) => (
            <ExampleRow key={one.conversation} example={one} />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function ExampleRow({ example }: { example: Example }) {
  const { outcome, droppedBy, before, after, findings } = example;
  return (
    <li>
      <Group gap="xs" mb={6}>
        <Text size="xs" c="dimmed">
          Conversation {example.conversation}
        </Text>
        {outcome === "dropped" && (
          <Badge color="red" variant="light" tt="none">
            dropped: {reasonWords(droppedBy?.reason ?? "")}
            {droppedBy?.instead &&
              ` of conversation ${droppedBy.instead.conversation}, ${formatPercent(droppedBy.instead.similarity)} alike`}
          </Badge>
        )}
        {outcome === "changed" && (
          <Badge color="petrol" variant="light" tt="none">
            changed
          </Badge>
        )}
        {findings.length > 0 && (
          <Badge color="brass" variant="light" tt="none">
            {plural(findings.length, "finding")}:{" "}
            {[...new Set(findings.map((one) => one.kind))].join(", ")}
          </Badge>
        )}
      </Group>
      <MessagesDiff was={before} now={outcome === "dropped" ? null : after} />
    </li>
  );
}

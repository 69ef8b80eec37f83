"use client";

import { Anchor, Stack } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { RunProgress } from "#app/_ui/runs/run-progress.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";

type Props = { project: string; projectId: number; mayCancel: boolean };

/** The newest evaluation runs, live. */
export function EvaluationRuns({ project, projectId, mayCancel }: Props) {
  const list = useOperation(
    "runs.list",
    { project, kind: "evaluate", limit: 20 },
    { topics: [`project:${projectId}`] },
  );
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <LoadingState />;
  if (list.data.runs.length === 0) {
    return (
      <EmptyState title="No evaluations yet" icon={<IconPlayerPlay size={26} stroke={1.6} />}>
        Evaluations that were started stand here with their progress. Start one with “Evaluate a
        model”.
      </EmptyState>
    );
  }
  return (
    <Stack>
      {list.data.runs.map((run) => (
        <RunProgress
          key={run.id}
          project={project}
          run={run.id}
          initial={run}
          mayCancel={mayCancel}
        >
          <Anchor component={Link} href={`/p/${project}/evaluate`} size="sm">
            See the results
          </Anchor>
        </RunProgress>
      ))}
    </Stack>
  );
}

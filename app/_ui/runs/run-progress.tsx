"use client";

import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import { isOpen } from "#lib/core/run-state.ts";
import type { OutputOf } from "../client.ts";
import { ErrorState, LoadingState } from "../feedback/states.tsx";
import { formatDuration, formatNumber } from "../format.ts";
import { useAct, useOperation } from "../use-operation.ts";
import { RunLog } from "./run-log.tsx";
import classes from "./run-progress.module.css";
import { RunStateBadge } from "./run-state.tsx";

export type RunView = OutputOf<"runs.show">;

type Props = {
  project: string;
  run: number;
  initial?: RunView;
  /** Whether this person may cancel and retry (`handle.may("run.cancel")`). */
  mayCancel?: boolean;
  /** Once, when the run has ended while it was being watched. */
  onEnd?: (run: RunView) => void;
  /** Shown when it has succeeded, such as a link to what it made. */
  children?: ReactNode;
};

/** A piece of long work: done of total in its own unit, time left, cancel, retry, log. Live. */
export function RunProgress({ project, run: id, initial, mayCancel, onEnd, children }: Props) {
  const query = useOperation(
    "runs.show",
    { project, run: id },
    {
      topics: [`run:${id}`],
      ...(initial ? { initialData: initial } : {}),
    },
  );
  const run = query.data;
  useEnd(run, onEnd);
  if (!run && query.error) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!run) return <LoadingState rows={2} />;
  return (
    <section className={classes.root} aria-label={run.title}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs" className={classes.title}>
          <RunStateBadge state={run.state} />
          <Text size="sm" fw={600} dir="auto">
            {run.title}
          </Text>
        </Group>
        {mayCancel && <RunActs project={project} run={run} />}
      </Group>
      {isOpen(run.state) && <Bar run={run} />}
      {run.note && (
        <Text size="sm" c="dimmed">
          {run.note}
        </Text>
      )}
      {run.error && (
        <Alert color="red" role="alert">
          {run.error.message}
        </Alert>
      )}
      {run.state === "succeeded" && children}
      <LogPart project={project} run={run} />
    </section>
  );
}

function useEnd(run: RunView | undefined, onEnd: Props["onEnd"]) {
  const wasOpen = useRef(false);
  const tell = useEffectEvent((ended: RunView) => onEnd?.(ended));
  useEffect(() => {
    if (!run) return;
    if (wasOpen.current && !isOpen(run.state)) tell(run);
    wasOpen.current = isOpen(run.state);
  }, [run]);
}

function Bar({ run }: { run: RunView }) {
  const { done, total, unit, etaSeconds } = run;
  const percent = total ? Math.min(100, (done / total) * 100) : undefined;
  const words =
    run.state === "queued"
      ? "Waits for a worker"
      : `${formatNumber(done)}${total ? ` of ${formatNumber(total)}` : ""} ${unit}`;
  return (
    <div>
      <Progress.Root size="sm">
        <Progress.Section
          value={percent ?? 100}
          animated={percent === undefined && run.state === "running"}
          striped={percent === undefined}
          color={run.state === "queued" ? "gray.4" : "petrol"}
          aria-label="Progress"
          {...(percent === undefined ? { withAria: false } : {})}
        />
      </Progress.Root>
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed" className="tabular">
          {words}
          {run.cancelRequested && ", stopping"}
        </Text>
        {etaSeconds !== null && run.state === "running" && (
          <Text size="xs" c="dimmed" className="tabular">
            about {formatDuration(etaSeconds)} left
          </Text>
        )}
      </Group>
    </div>
  );
}

function RunActs({ project, run }: { project: string; run: RunView }) {
  const refresh = ["runs.show" as const, "runs.list" as const];
  const cancel = useAct("runs.cancel", { refresh });
  const retry = useAct("runs.retry", { refresh });
  const input = { project, run: run.id };
  if (isOpen(run.state)) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        loading={cancel.isPending}
        disabled={run.cancelRequested}
        onClick={() => cancel.mutate(input)}
      >
        {run.cancelRequested ? "Stopping" : "Cancel"}
      </Button>
    );
  }
  if (run.state === "succeeded") return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={retry.isPending}
      onClick={() => retry.mutate(input)}
    >
      Run again
    </Button>
  );
}

function LogPart({ project, run }: { project: string; run: RunView }) {
  const [shown, setShown] = useState(false);
  return (
    <Stack gap={6} align="flex-start">
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        aria-expanded={shown}
        onClick={() => setShown(!shown)}
      >
        {shown ? "Hide log" : "Show log"}
      </Button>
      {shown && <RunLog project={project} run={run.id} live={isOpen(run.state)} />}
    </Stack>
  );
}

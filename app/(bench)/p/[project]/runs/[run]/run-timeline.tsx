"use client";

import { Text, Title } from "@mantine/core";
import { formatMoment, formatNumber } from "#app/_ui/format.ts";
import type { EventPart, RunEvent } from "#app/_ui/runs/use-run-events.ts";
import classes from "./run.module.css";
import type { Run } from "./run-detail.tsx";

/** What the timeline tells of: rare events, and the last of many checkpoints. */
export const timelineParts: readonly EventPart[] = [
  { type: ["tokenizer", "started", "export", "parity", "stopped", "failed"], newest: 200 },
  { type: ["checkpoint"], newest: 1 },
];

type Moment = { at: string; text: string; tone?: "good" | "bad" | "now" };

const ends: Partial<Record<Run["state"], Moment["tone"]>> = { succeeded: "good", failed: "bad" };

/** What the trainer and the worker told, in words; undefined for what has its own place on the page. */
function wordsOf({ type, attempt, data }: RunEvent): string | undefined {
  switch (type) {
    case "tokenizer":
      return `${formatNumber(Number(data.examples))} examples with ${formatNumber(Number(data.tokens))} tokens read, vocabulary of ${formatNumber(Number(data.vocab_size))}`;
    case "started":
      return `Attempt ${attempt} trains on ${data.device_name}, ${data.precision}${data.resumed_from === null ? "" : `, from the checkpoint at step ${data.resumed_from}`}`;
    case "export":
      return "Training ended; the served graph is made";
    case "parity":
      return data.passed
        ? `The graph answers like torch: ${data.greedy_equal} of ${data.greedy_tokens} greedy tokens equal`
        : "The graph does not answer like torch";
    case "stopped":
      return `Attempt ${attempt} was stopped`;
    case "failed":
      return `Attempt ${attempt} failed: ${data.message}`;
    default:
      return undefined;
  }
}

function momentsOf(run: Run, events: readonly RunEvent[]): Moment[] {
  const told = events.flatMap((event) => {
    const text = wordsOf(event);
    return text ? [{ at: event.at, text }] : [];
  });
  const last = events.findLast((event) => event.type === "checkpoint");
  return [
    { at: run.createdAt, text: "Queued" },
    ...(run.startedAt ? [{ at: run.startedAt, text: "A worker took it" }] : []),
    ...told,
    ...(last ? [{ at: last.at, text: `Last checkpoint at step ${last.data.step}` }] : []),
    ...(run.finishedAt
      ? [{ at: run.finishedAt, text: endWords[run.state] ?? "Ended", tone: ends[run.state] }]
      : []),
  ]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ tone, ...one }: Moment) => ({ ...one, ...(tone ? { tone } : {}) }));
}

const endWords: Partial<Record<Run["state"], string>> = {
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Cancelled; what it had saved is kept",
};

/** When the run went from one state to the next. */
export function RunTimeline({ run, events }: { run: Run; events: readonly RunEvent[] }) {
  const moments = momentsOf(run, events);
  return (
    <section aria-labelledby="run-timeline">
      <Title order={2} id="run-timeline" mb="xs">
        What happened
      </Title>
      <ol className={classes.timeline}>
        {moments.map(({ at, text, tone }, index) => (
          <li key={`${at} ${text} ${index}`} data-tone={tone}>
            <Text size="sm">{text}</Text>
            <Text size="xs" c="dimmed">
              <time dateTime={at} suppressHydrationWarning>
                {formatMoment(at)}
              </time>
            </Text>
          </li>
        ))}
      </ol>
    </section>
  );
}

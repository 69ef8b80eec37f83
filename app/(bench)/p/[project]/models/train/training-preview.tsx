"use client";

import { Button, Group, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { ErrorState } from "#app/_ui/feedback/states.tsx";
import { formatBytes, formatDuration, formatNumber, formatShort, plural } from "#app/_ui/format.ts";
import { useAct } from "#app/_ui/use-operation.ts";
import { GreyedButton } from "../greyed-button.tsx";
import classes from "../models.module.css";
import { choicesOf, type Settings } from "./settings.ts";

type Preview = OutputOf<"training.preview">;
type Props = { project: string; settings: Settings; because: string | undefined };

/** What the trainer would see and cost: exact tokens, loss mask, time, memory. Nothing is started. */
export function TrainingPreview({ project, settings, because }: Props) {
  const preview = useAct("training.preview", { notify: false });
  const asked = preview.variables;
  const now = choicesOf(project, settings);
  const stale = asked !== undefined && JSON.stringify(asked) !== JSON.stringify(now);
  const show = () => preview.mutate(now);
  return (
    <Paper p="md" component="section" aria-label="Preview">
      <Group justify="space-between" mb="xs">
        <Title order={2}>Preview</Title>
        {because ? (
          <GreyedButton variant="default" size="xs" because={because}>
            Show tokens and cost
          </GreyedButton>
        ) : (
          <Button size="xs" variant="default" loading={preview.isPending} onClick={show}>
            Show tokens and cost
          </Button>
        )}
      </Group>
      <div aria-live="polite">
        {preview.isPending ? (
          <Group gap="xs">
            <Loader size="xs" />
            <Text size="sm">Reading the rows and measuring this machine, some seconds.</Text>
          </Group>
        ) : preview.error ? (
          <ErrorState error={preview.error} onRetry={show} />
        ) : preview.data ? (
          <Shown preview={preview.data} stale={stale} />
        ) : (
          <Text size="sm" c="dimmed">
            Shows the exact tokens of a few rows, which of them are learned, and how much time and
            memory the training will take.
          </Text>
        )}
      </div>
    </Paper>
  );
}

function Shown({ preview, stale }: { preview: Preview; stale: boolean }) {
  const { estimate, data, examples, exact, rows, tokenizer } = preview;
  const skipped = Object.entries(data.skipped);
  const facts: [string, string][] = [
    ["Time", `about ${formatDuration(estimate.seconds)}`],
    ["Memory", `about ${formatBytes(estimate.peak_memory_bytes)}`],
    ["Steps", formatNumber(estimate.steps)],
    ["Tokens read", formatShort(estimate.tokens)],
    [
      "Parameters",
      estimate.trainable_parameters === estimate.parameters
        ? formatShort(estimate.parameters)
        : `${formatShort(estimate.trainable_parameters)} of ${formatShort(estimate.parameters)} learn`,
    ],
    ["Device", `${estimate.device}, ${estimate.precision}`],
  ];
  return (
    <Stack gap="sm">
      {stale && (
        <Text size="sm" c="var(--assay-waiting)" fw={600}>
          The settings have changed since; show it again.
        </Text>
      )}
      <dl className={classes.estimate}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Text size="xs" c="dimmed">
        {exact ? "Counted over all rows" : `Scaled up from ${plural(rows.staged, "row")}`};{" "}
        {formatNumber(tokenizer.vocab_size)} tokens in the vocabulary
        {data.truncated > 0 && `; ${plural(data.truncated, "row")} cut at the length limit`}
        {skipped.length > 0 &&
          `; left out: ${skipped.map(([reason, count]) => `${count} ${reason}`).join(", ")}`}
        . {estimate.how}
      </Text>
      <Text size="sm" fw={600}>
        Tokens;{" "}
        <span className={classes.token} data-trained="">
          coloured ones
        </span>{" "}
        are learned
      </Text>
      {examples.map((example, index) => (
        <Example key={String(index)} example={example} index={index} />
      ))}
    </Stack>
  );
}

function Example({ example, index }: { example: Preview["examples"][number]; index: number }) {
  if ("skipped" in example) {
    return (
      <Text size="sm">
        Row {index + 1} is left out: {example.skipped}
      </Text>
    );
  }
  const learned = example.trained.filter(Boolean).length;
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        Row {index + 1}: {plural(example.length, "token")}, {formatNumber(learned)} learned
        {example.tokens.length < example.length && `; the first ${example.tokens.length} are shown`}
      </Text>
      <section
        className={classes.tokens}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={`Tokens of row ${index + 1}`}
        dir="auto"
      >
        {example.tokens.map((token, place) => (
          <span
            key={String(place)}
            className={classes.token}
            title={`id ${example.ids[place]}`}
            {...(example.trained[place] ? { "data-trained": "" } : {})}
          >
            {token.replaceAll("\n", "↵")}
          </span>
        ))}
      </section>
    </div>
  );
}

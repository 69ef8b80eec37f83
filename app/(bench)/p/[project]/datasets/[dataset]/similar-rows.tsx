"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import Link from "next/link";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./dataset.module.css";
import { RowText } from "./row-columns.tsx";

type Props = {
  project: string;
  dataset: number;
  conversation: number;
  onOpen: (conversation: number) => void;
};

/** The rows of the newest version that are most like a conversation. */
export function SimilarRows({ project, dataset, conversation, onOpen }: Props) {
  const query = useOperation("conversations.similar", { project, dataset, conversation });
  if (query.error) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return <LoadingState rows={5} height={44} />;
  const { rows, search, method, model, withoutVector } = query.data;
  if (rows.length === 0) {
    return (
      <Text c="dimmed">
        {method === "embedding"
          ? `No other conversation here has a vector by ${model}.`
          : "No other conversation shares a telling word with this one."}
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {method === "embedding"
          ? `By the vectors that ${model} gave them: near in meaning, as far as that model tells it.`
          : "By the words they share, rare ones first in weight. No meaning is compared: a text that says the same in other words is not found."}
        {withoutVector > 0 &&
          ` ${plural(withoutVector, "conversation")} without a vector yet cannot be found here.`}
      </Text>
      <ol className={classes.similar} aria-label="Conversations like this one">
        {rows.map((row) => (
          <li key={row.id}>
            <button type="button" className={classes.similarRow} onClick={() => onOpen(row.id)}>
              <span className={classes.similarText}>
                <RowText row={row} />
              </span>
              <span className={classes.similarFacts}>
                Conversation {row.id} · {plural(row.turns, "turn")}
                {row.tags.length > 0 && ` · ${row.tags.join(", ")}`}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {search !== null && (
        <Group justify="space-between" align="flex-start">
          <Text size="xs" c="dimmed" className={classes.breakable} dir="auto">
            Found with <code>{search}</code>
          </Text>
          <Button
            component={Link}
            size="xs"
            variant="default"
            flex="none"
            href={`/p/${project}/datasets/${dataset}?${new URLSearchParams({ text: search })}`}
          >
            Show all in the table
          </Button>
        </Group>
      )}
    </Stack>
  );
}

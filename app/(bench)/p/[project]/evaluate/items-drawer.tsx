"use client";

import { Badge, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import classes from "./evaluate.module.css";
import { itemValue } from "./words.ts";

type Item = OutputOf<"evaluations.items">["items"][number];

type Props = {
  project: string;
  run: number;
  modelVersionId: number;
  suite: string;
  check: string;
  title: string;
  onClose: () => void;
};

const page = 50;

/** The items behind one figure: what was asked, what came, how it was scored; failing ones first. */
export function ItemsDrawer({ project, run, modelVersionId, suite, check, title, onClose }: Props) {
  const [offset, setOffset] = useState(0);
  const query = useOperation(
    "evaluations.items",
    { project, run, model: modelVersionId, suite, check, offset, limit: page },
    { keepPrevious: true },
  );
  const items = query.data?.items ?? [];
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={title}>
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <LoadingState />}
      <Stack gap="sm">
        {items.map((item) => (
          <ItemCard key={item.item} item={item} check={check} />
        ))}
        {query.data && items.length === 0 && <Text c="dimmed">No items here.</Text>}
        {(offset > 0 || items.length === page) && (
          <Group justify="space-between">
            <Button
              variant="default"
              size="xs"
              disabled={offset === 0}
              onClick={() => setOffset(Math.max(0, offset - page))}
            >
              Earlier
            </Button>
            <Button
              variant="default"
              size="xs"
              disabled={items.length < page}
              onClick={() => setOffset(offset + page)}
            >
              More
            </Button>
          </Group>
        )}
      </Stack>
    </Drawer>
  );
}

/** One item: what was asked, what came, and how the check scored it. */
export function ItemCard({ item, check }: { item: Item; check: string }) {
  const verdict = item.error
    ? { color: "red", words: "Failed call" }
    : item.good === null
      ? undefined
      : item.good
        ? { color: "green", words: "As wanted" }
        : { color: "orange", words: "Not as wanted" };
  return (
    <article className={classes.item} aria-label={`Item ${item.item}`}>
      <Group justify="space-between" gap="xs" mb={6}>
        <Text size="xs" c="dimmed" className={classes.wrap}>
          {[item.item, item.group].filter(Boolean).join(" · ")}
        </Text>
        <Group gap="xs">
          <Text size="xs" className={classes.number}>
            {itemValue(check, item)}
          </Text>
          {verdict && (
            <Badge size="sm" color={verdict.color} variant="light" radius="sm">
              {verdict.words}
            </Badge>
          )}
        </Group>
      </Group>
      {item.prompt && (
        <p className={classes.text} dir="auto">
          {item.prompt}
        </p>
      )}
      {item.answer !== null && (
        <Text component="p" className={classes.text} mt={6} pl="sm" c="dimmed" dir="auto">
          {item.answer === "" ? "(empty answer)" : item.answer}
        </Text>
      )}
      {item.error && (
        <Text size="sm" c="red" mt={6}>
          {item.error}
        </Text>
      )}
    </article>
  );
}

"use client";

import { Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import type { Suite as SuiteBody } from "#lib/evals/suites/suite.ts";
import classes from "./evaluate.module.css";
import { checkTitle } from "./words.ts";

type Suite = OutputOf<"suites.list">["suites"][number];
type Props = { project: string; suite: Suite; onClose: () => void };
type Item = Extract<SuiteBody, { items: unknown }>["items"][number];

const page = 100;

/** What a suite asks, item by item, before anybody relies on its figures. */
export function SuiteDrawer({ project, suite, onClose }: Props) {
  const [offset, setOffset] = useState(0);
  const query = useOperation(
    "suites.show",
    { project, suite: suite.slug, offset, limit: page },
    { keepPrevious: true },
  );
  const body = query.data?.body as SuiteBody | undefined;
  const items: Item[] = body && "items" in body ? body.items : [];
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={suite.title}>
      <Stack gap="sm">
        <Text size="sm" className={classes.wrap}>
          {suite.about}
        </Text>
        {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <LoadingState />}
        {body && !("items" in body) && (
          <Text size="sm" c="dimmed">
            Its items are drawn from the snapshot that a version was trained on, when it is
            measured.
          </Text>
        )}
        {body?.kind === "generation" && body.checks.length > 0 && (
          <Text size="sm" c="dimmed">
            {`Each answer is checked: ${body.checks.map(({ id, wanted }) => `${checkTitle(id)} (${wanted ? "wanted" : "not wanted"})`).join(", ")}.`}
          </Text>
        )}
        {items.map((item) => (
          <article key={item.id} className={classes.item} aria-label={`Item ${item.id}`}>
            <Text size="xs" c="dimmed" mb={4} className={classes.wrap}>
              {[item.id, item.group].filter(Boolean).join(" · ")}
            </Text>
            <p className={classes.text} dir="auto">
              {asked(item)}
            </p>
          </article>
        ))}
        {suite.items > page && (
          <Group justify="space-between">
            <Button
              variant="default"
              size="xs"
              disabled={offset === 0}
              onClick={() => setOffset(Math.max(0, offset - page))}
            >
              Earlier
            </Button>
            <Text size="xs" c="dimmed">
              {`${formatNumber(offset + 1)} to ${formatNumber(offset + items.length)} of ${formatNumber(suite.items)}`}
            </Text>
            <Button
              variant="default"
              size="xs"
              disabled={offset + page >= suite.items}
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

function asked(item: Item): string {
  if ("more" in item) return `${item.more}\n${item.less}`;
  if ("first" in item) {
    return `${item.first.label}: ${item.first.prompt}\n\n${item.second.label}: ${item.second.prompt}`;
  }
  if ("choices" in item) {
    const choices = item.choices.map((one, n) => `${n === item.gold ? "→ " : ""}${one}`);
    return `${item.prompt}\n\n${choices.join("\n")}`;
  }
  return typeof item.prompt === "string"
    ? item.prompt
    : item.prompt.map(({ role, content }) => `${role}: ${content}`).join("\n");
}

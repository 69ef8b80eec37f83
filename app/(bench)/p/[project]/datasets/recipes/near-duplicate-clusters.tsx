"use client";

import { Paper, Stack, Text, Title } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, formatPercent, plural } from "#app/_ui/format.ts";
import { usePages } from "#app/_ui/use-operation.ts";
import classes from "./near-duplicate-clusters.module.css";

type Cluster = OutputOf<"recipes.near-duplicates">["clusters"][number];
type Props = { project: string; run: number; dropped: number; clusters: number };

/** What a run took for near-duplicates: each text that stayed, with those that went for it and how alike they are. */
export function NearDuplicateClusters({ project, run, dropped, clusters }: Props) {
  const pages = usePages(
    "recipes.near-duplicates",
    { project, run },
    { rows: (page) => page.clusters, next: (page) => page.next, cursor: "after" },
  );
  return (
    <Paper p="lg">
      <Title order={2} mb={4}>
        Near-duplicates
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {plural(dropped, "conversation")} went for one that is much alike, in{" "}
        {plural(clusters, "cluster")}. Texts are shown as they stood before the recipe.
      </Text>
      {pages.error && <ErrorState error={pages.error} onRetry={pages.onRetry} />}
      {pages.loading && <LoadingState rows={3} />}
      <Stack gap="lg">
        {joined(pages.rows).map((cluster) => (
          <ClusterCard key={cluster.kept.conversation} cluster={cluster} />
        ))}
      </Stack>
      <MoreButton pages={pages} mt="md" />
    </Paper>
  );
}

/** A cluster that goes on on the next page is one. */
function joined(clusters: readonly Cluster[]): Cluster[] {
  const byKept = new Map<number, Cluster>();
  for (const cluster of clusters) {
    const before = byKept.get(cluster.kept.conversation);
    const dropped = [...(before?.dropped ?? []), ...cluster.dropped];
    byKept.set(cluster.kept.conversation, { ...cluster, dropped });
  }
  return [...byKept.values()];
}

function ClusterCard({ cluster: { kept, total, dropped } }: { cluster: Cluster }) {
  return (
    <section aria-label={`Kept: conversation ${kept.conversation}`}>
      <div className={classes.kept}>
        <Text size="xs" fw={600}>
          Kept: conversation {kept.conversation}
        </Text>
        <Words text={kept.text} />
      </div>
      <ul className={classes.dropped}>
        {dropped.map((one) => (
          <li key={one.conversation}>
            <Text size="xs" c="dimmed">
              Dropped: conversation {one.conversation}, {formatPercent(one.similarity)} alike
            </Text>
            <Words text={one.text} />
          </li>
        ))}
      </ul>
      {total > dropped.length && (
        <Text size="xs" c="dimmed" mt={4}>
          {formatNumber(total - dropped.length)} more of this cluster follow.
        </Text>
      )}
    </section>
  );
}

function Words({ text }: { text: string | null }) {
  if (text === null) {
    return (
      <Text size="sm" c="dimmed" fs="italic">
        Erased
      </Text>
    );
  }
  return (
    <Text size="sm" dir="auto" className={classes.words} lineClamp={4} title={text}>
      {text}
    </Text>
  );
}

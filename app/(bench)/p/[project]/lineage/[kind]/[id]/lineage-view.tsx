"use client";

import { Alert, Button, Paper, Text, Title } from "@mantine/core";
import Link from "next/link";
import type { OutputOf } from "#app/_ui/client.ts";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import classes from "./lineage.module.css";

type Lineage = OutputOf<"lineage.read">;
type Node = Lineage["nodes"][number];
type Kind = Node["kind"];
type Props = { project: string; data: Lineage };

const order: Kind[] = [
  "source",
  "rater",
  "conversation",
  "dataset",
  "snapshot",
  "model",
  "deployment",
  "request",
];
const words: Record<Kind, string> = {
  source: "Sources",
  rater: "Raters",
  conversation: "Conversations",
  dataset: "Datasets",
  snapshot: "Snapshots",
  model: "Model versions",
  deployment: "Deployments",
  request: "Answers",
};

const one: Record<Kind, string> = {
  source: "Source",
  rater: "Rater",
  conversation: "Conversation",
  dataset: "Dataset",
  snapshot: "Snapshot",
  model: "Model version",
  deployment: "Deployment",
  request: "Answer",
};

/** Pages that show the thing itself; the others are known by their lineage alone. */
function pageOf(project: string, { kind, id, label }: Node): string | undefined {
  switch (kind) {
    case "dataset":
      return `/p/${project}/datasets/${id}`;
    case "model":
      return `/p/${project}/models/${id}`;
    case "deployment":
      return `/p/${project}/promote/${encodeURIComponent(label)}`;
    default:
      return undefined;
  }
}

/** Where a thing came from and what came of it, in the order of the loop. */
export function LineageView({ project, data }: Props) {
  const start = data.nodes.find((node) => node.key === data.start);
  const own = start && pageOf(project, start);
  const before = data.nodes.some((node) => node.distance < 0);
  const after = data.nodes.some((node) => node.distance > 0);
  return (
    <Page wide>
      <PageHeader
        title={start ? start.label : "Lineage"}
        note={`Lineage of this ${start ? one[start.kind].toLowerCase() : "thing"}${start?.detail ? ` · ${start.detail}` : ""}`}
        actions={
          own && (
            <Button component={Link} href={own} variant="default">
              {`Open the ${start ? one[start.kind].toLowerCase() : "page"}`}
            </Button>
          )
        }
      />
      {data.cut && (
        <Alert color="yellow">More is linked than fits here; the nearest are shown.</Alert>
      )}
      {!(before && after) && (
        <Text size="sm" c="dimmed">
          {before
            ? "Nothing has been made of it yet."
            : after
              ? "It is where this story begins: nothing is known to stand before it."
              : "It is linked to nothing else."}
        </Text>
      )}
      <Columns project={project} data={data} />
    </Page>
  );
}

function Columns({ project, data }: { project: string; data: Lineage }) {
  const shown = order.filter((kind) => data.nodes.some((node) => node.kind === kind));
  return (
    <div className={classes.columns}>
      {shown.map((kind) => (
        <section key={kind} className={classes.column} aria-label={words[kind]}>
          <Title order={2} className={classes.heading}>
            {words[kind]}
          </Title>
          {data.nodes
            .filter((node) => node.kind === kind)
            .sort((a, b) => a.label.localeCompare(b.label))
            .map((node) => (
              <NodeCard key={node.key} project={project} data={data} node={node} />
            ))}
        </section>
      ))}
    </div>
  );
}

const shownOrigins = 4;

function NodeCard({ project, data, node }: { project: string; data: Lineage; node: Node }) {
  const incoming = data.edges.filter((edge) => edge.to === node.key);
  const nameOf = (key: string) => data.nodes.find((other) => other.key === key)?.label ?? key;
  const current = node.key === data.start;
  return (
    <Paper
      p="sm"
      className={classes.node}
      data-current={current || undefined}
      aria-current={current || undefined}
    >
      {current ? (
        <Text fw={600} className={classes.label} dir="auto">
          {node.label}
        </Text>
      ) : (
        <Link
          className={classes.label}
          dir="auto"
          href={`/p/${project}/lineage/${node.kind}/${encodeURIComponent(node.id)}`}
        >
          {node.label}
        </Link>
      )}
      <Text size="xs" c="dimmed" className={classes.label}>
        {node.detail}
      </Text>
      {incoming.slice(0, shownOrigins).map((edge) => (
        <Text key={edge.from} size="xs" c="dimmed" className={classes.label}>
          from {nameOf(edge.from)}
        </Text>
      ))}
      {incoming.length > shownOrigins && (
        <Text size="xs" c="dimmed">
          {`and ${formatNumber(incoming.length - shownOrigins)} more`}
        </Text>
      )}
    </Paper>
  );
}

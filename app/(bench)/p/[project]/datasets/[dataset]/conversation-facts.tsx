"use client";

import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import type { ConversationView } from "./conversation-drawer.tsx";
import classes from "./dataset.module.css";

type Props = { one: ConversationView };

/** Counts, provenance and metadata. */
export function Details({ one }: Props) {
  const facts: [string, React.ReactNode][] = [
    ["Kind", one.kind],
    ["Turns", formatNumber(one.turns)],
    ["Messages", formatNumber(one.messages)],
    ["Tokens (estimate)", formatNumber(one.tokens)],
    ["Characters", formatNumber(one.characters)],
    ["Language", one.lang ?? "unknown"],
    ["In this dataset", standing(one)],
    ["Text made from", one.derivedFrom === null ? "–" : `conversation ${one.derivedFrom}`],
    ["Stored", <TimeAgo key="stored" at={one.createdAt} />],
    ["Hash", <code key="hash">{one.hash}</code>],
  ];
  return (
    <Stack>
      <dl className={classes.meta}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <Text fw={650} size="sm">
        Seen {plural(one.occurrenceCount, "time")}
      </Text>
      <ul className={classes.list}>
        {one.occurrences.map((seen) => (
          <li key={seen.id}>
            <Text size="sm" className={classes.breakable}>
              {seen.source}, record {formatNumber(seen.record)}
              {seen.time && <> · {seen.time.slice(0, 10)}</>}
            </Text>
            {Object.keys(seen.metadata).length > 0 && (
              <pre className={classes.json} dir="auto">
                {JSON.stringify(seen.metadata, null, 2).slice(0, 20_000)}
              </pre>
            )}
          </li>
        ))}
      </ul>
      {one.occurrenceCount > one.occurrences.length && (
        <Text size="sm" c="dimmed">
          The first {one.occurrences.length} are shown.
        </Text>
      )}
    </Stack>
  );
}

const standing = (one: ConversationView) =>
  one.live
    ? `since version ${one.addedIn}`
    : `versions ${one.addedIn} to ${(one.removedIn ?? one.addedIn + 1) - 1}`;

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** What checks saw in the text. */
export function Findings({ one }: Props) {
  if (one.findings.length === 0) {
    return <Text c="dimmed">No check has found anything in this text.</Text>;
  }
  return (
    <ul className={classes.list}>
      {one.findings.map((finding) => (
        <li key={finding.id}>
          <Group gap="xs">
            <Badge variant="light" color="brass" tt="none">
              {finding.kind}
            </Badge>
            <Text size="sm">
              {finding.node === null ? "in an earlier text" : `message ${finding.node + 1}`},{" "}
              {finding.start}–{finding.end}
            </Text>
            <Text size="sm" c="dimmed">
              {finding.confidence} % sure · {finding.check}, {finding.detector} · {finding.state}
            </Text>
          </Group>
        </li>
      ))}
    </ul>
  );
}

const changes = { added: "Added", removed: "Removed", edited: "Edited", tags: "Tags changed" };

/** Versions in which this text or one it was made from came, went or changed. */
export function History({ one, onOpen }: Props & { onOpen: (conversation: number) => void }) {
  return (
    <ul className={classes.list}>
      {one.history.map((event) => (
        <li key={event.version}>
          <Text size="sm">
            Version {event.version}: {changes[event.change]}
            {event.tags.length > 0 && event.change !== "removed" && ` (${event.tags.join(", ")})`}
            {event.conversation !== one.id && (
              <>
                {" · "}
                <Anchor component="button" size="sm" onClick={() => onOpen(event.conversation)}>
                  conversation {event.conversation}
                </Anchor>
              </>
            )}
          </Text>
          <Text size="xs" c="dimmed" className={classes.breakable}>
            {event.summary} · {event.by || "somebody"} · <TimeAgo at={event.at} />
          </Text>
        </li>
      ))}
    </ul>
  );
}

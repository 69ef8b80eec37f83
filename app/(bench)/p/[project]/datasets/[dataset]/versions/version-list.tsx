"use client";

import { Anchor, Button, Group, Menu, Paper, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { MoreButton } from "#app/_ui/feedback/more-button.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { useAct, usePages } from "#app/_ui/use-operation.ts";
import classes from "../../datasets.module.css";
import { notifyUndo } from "../undo-notice.tsx";
import { RestoreDialog } from "./restore-dialog.tsx";
import { TagVersionDialog } from "./tag-version-dialog.tsx";
import { VersionTags } from "./version-tags.tsx";

const ForkDialog = dynamic(() => import("../fork-dialog.tsx"), { ssr: false });

type Version = OutputOf<"versions.list">["versions"][number];
type Props = { project: string; dataset: number; mayWrite: boolean };

/** Every change of a dataset, the newest first: look at it, compare it, go back to it. */
export function VersionList({ project, dataset, mayWrite }: Props) {
  const pages = usePages(
    "versions.list",
    { project, dataset },
    {
      rows: (page) => page.versions,
      next: (page) => page.next,
      cursor: "before",
      topics: [`dataset:${dataset}`],
    },
  );
  const [asked, ask] = useState<Asked>();
  if (pages.error) return <ErrorState error={pages.error} onRetry={pages.onRetry} />;
  if (pages.loading) return <LoadingState />;
  if (pages.rows.length === 0) {
    return (
      <EmptyState title="No versions yet" icon={<IconHistory size={26} stroke={1.6} />}>
        The first import makes version 1. From then on each change is a version of its own.
      </EmptyState>
    );
  }
  const newest = pages.rows[0]?.number ?? 0;
  return (
    <>
      <Paper className={classes.tablePaper}>
        <Table.ScrollContainer minWidth={860}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={80}>Version</Table.Th>
                <Table.Th>Change</Table.Th>
                <Table.Th ta="right">Came</Table.Th>
                <Table.Th ta="right">Went</Table.Th>
                <Table.Th ta="right">Conversations</Table.Th>
                <Table.Th>By</Table.Th>
                <Table.Th>When</Table.Th>
                <Table.Th w={190}>
                  <VisuallyHidden>Acts</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {pages.rows.map((version) => (
                <VersionRow
                  key={version.number}
                  {...{ project, dataset, version, mayWrite, newest }}
                  onAsk={(what) => ask({ what, version: version.number })}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      <MoreButton pages={pages}>Earlier versions</MoreButton>
      {asked && (
        <AskedDialog {...{ project, dataset, newest, ...asked }} onClose={() => ask(undefined)} />
      )}
    </>
  );
}

/** An act on a version that asks first, in a dialog. */
type Act = "restore" | "tag" | "fork";
type Asked = { what: Act; version: number };
type DialogProps = Omit<Props, "mayWrite"> & Asked & { newest: number; onClose: () => void };

function AskedDialog({ what, newest, ...rest }: DialogProps) {
  if (what === "tag") return <TagVersionDialog {...rest} />;
  return what === "fork" ? <ForkDialog {...rest} /> : <RestoreDialog {...rest} newest={newest} />;
}

type RowProps = Props & { version: Version; newest: number; onAsk: (what: Act) => void };

function VersionRow({ project, dataset, version, mayWrite, newest, onAsk }: RowProps) {
  const base = `/p/${project}/datasets/${dataset}`;
  const { number } = version;
  const isNewest = number === newest;
  const undo = useAct("versions.undo", {
    onDone: (done) => {
      const kept = done.kept ? ` (${plural(done.kept, "row")} changed later and stayed)` : "";
      notifyUndo(project, dataset, done, (rows) => `Version ${number} undone: ${rows}${kept}`);
    },
  });
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} size="sm" href={isNewest ? base : `${base}?version=${number}`}>
          {number}
        </Anchor>
      </Table.Td>
      <Table.Td className={classes.wrap}>
        <Text size="sm">
          {version.run === null ? (
            version.summary
          ) : (
            <Anchor component={Link} size="sm" href={`/p/${project}/runs/${version.run}`}>
              {version.summary}
            </Anchor>
          )}
        </Text>
        <VersionTags {...{ project, dataset, mayWrite }} tags={version.tags} />
      </Table.Td>
      <Table.Td ta="right">{formatNumber(version.added)}</Table.Td>
      <Table.Td ta="right">{formatNumber(version.removed)}</Table.Td>
      <Table.Td ta="right">{formatNumber(version.total)}</Table.Td>
      <Table.Td className={classes.wrap}>{version.by || "–"}</Table.Td>
      <Table.Td>
        <TimeAgo at={version.at} />
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap" justify="flex-end">
          <Button
            component={Link}
            size="compact-sm"
            variant="default"
            href={`${base}/versions/diff?from=${number - 1}&to=${number}`}
            aria-label={`What changed in version ${number}`}
          >
            Changes
          </Button>
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <Button size="compact-sm" variant="default" aria-label={`More for version ${number}`}>
                …
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                component={Link}
                href={`${base}/versions/diff?from=${number}&to=${newest}`}
                disabled={isNewest}
              >
                Compare with the newest
              </Menu.Item>
              <Menu.Item
                disabled={!mayWrite}
                onClick={() => undo.mutate({ project, dataset, version: number })}
              >
                Undo this change
              </Menu.Item>
              <Menu.Item disabled={!mayWrite || isNewest} onClick={() => onAsk("restore")}>
                Restore this version
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item disabled={!mayWrite} onClick={() => onAsk("tag")}>
                Tag this version
              </Menu.Item>
              <Menu.Item disabled={!mayWrite} onClick={() => onAsk("fork")}>
                Fork this version
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

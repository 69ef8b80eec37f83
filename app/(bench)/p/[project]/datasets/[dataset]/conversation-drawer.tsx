"use client";

import { ActionIcon, Badge, Button, Drawer, Group, Tabs, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import type { OutputOf } from "#app/_ui/client.ts";
import { Transcript } from "#app/_ui/conversation/transcript.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { plural } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import type { MessageNode } from "#lib/core/conversation.ts";
import { messageText, walk } from "#lib/core/message-tree.ts";
import { LabelsOf } from "../../label/labels-of.tsx";
import { ConversationActs } from "./conversation-acts.tsx";
import { Details, Findings, History } from "./conversation-facts.tsx";
import classes from "./dataset.module.css";
import { searchMarks } from "./search-marks.ts";
import { SimilarRows } from "./similar-rows.tsx";

const ConversationEditor = dynamic(() => import("./conversation-editor.tsx"), {
  ssr: false,
  loading: () => <LoadingState />,
});

export type ConversationView = OutputOf<"conversations.read">;

type Props = {
  project: string;
  dataset: number;
  conversation: number | undefined;
  /** What is searched for, to be marked in the text. */
  text?: string | undefined;
  may: { write: boolean; erase: boolean };
  onOpen: (conversation: number | undefined) => void;
  /** The neighbours in the table. */
  onStep: (by: 1 | -1) => void;
};

/** One conversation beside the table: its text and all that is known about it. The table stays usable. */
export function ConversationDrawer(props: Props) {
  const { conversation, onOpen, onStep } = props;
  return (
    <Drawer
      opened={conversation !== undefined}
      onClose={() => onOpen(undefined)}
      position="right"
      size="min(680px, 100vw)"
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      shadow="xl"
      title={
        <Group gap={4}>
          <Text fw={650}>Conversation {conversation}</Text>
          <Tooltip label="Previous row">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Previous row"
              onClick={() => onStep(-1)}
            >
              <IconChevronUp size={17} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next row">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Next row"
              onClick={() => onStep(1)}
            >
              <IconChevronDown size={17} />
            </ActionIcon>
          </Tooltip>
        </Group>
      }
      closeButtonProps={{ "aria-label": "Close conversation" }}
    >
      {conversation !== undefined && (
        <Content key={conversation} {...props} conversation={conversation} />
      )}
    </Drawer>
  );
}

function Content({
  project,
  dataset,
  conversation,
  text,
  may,
  onOpen,
}: Props & { conversation: number }) {
  const [editing, edit] = useDisclosure(false);
  const query = useOperation(
    "conversations.read",
    { project, dataset, conversation },
    { topics: [`dataset:${dataset}`] },
  );
  if (query.error && !query.data) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return <LoadingState />;
  const one = query.data;
  if (editing && one.body) {
    return (
      <ConversationEditor
        {...{ project, dataset, conversation, body: one.body }}
        onClose={edit.close}
        onSaved={onOpen}
      />
    );
  }
  return (
    <>
      <Group justify="space-between" mb="sm" align="flex-start">
        <Group gap={4} className={classes.breakable}>
          {one.tags.map((tag) => (
            <Badge key={tag} variant="light" tt="none" dir="auto">
              {tag}
            </Badge>
          ))}
        </Group>
        <ConversationActs
          {...{ project, dataset, one, may }}
          onEdit={edit.open}
          onClose={() => onOpen(undefined)}
        />
      </Group>
      {!one.live && (
        <div className={classes.past}>
          Not in the newest version.
          {one.successor !== null && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onOpen(one.successor ?? undefined)}
            >
              Open the text in its place
            </Button>
          )}
        </div>
      )}
      <Tabs defaultValue="text" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="text">Text</Tabs.Tab>
          <Tabs.Tab value="details">Details</Tabs.Tab>
          <Tabs.Tab value="findings">{plural(one.findings.length, "finding")}</Tabs.Tab>
          <Tabs.Tab value="labels">Labels</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          {one.body && <Tabs.Tab value="similar">More like this</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="text">
          <TextPanel one={one} search={text} />
        </Tabs.Panel>
        <Tabs.Panel value="details">
          <Details one={one} />
        </Tabs.Panel>
        <Tabs.Panel value="findings">
          <Findings one={one} />
        </Tabs.Panel>
        <Tabs.Panel value="labels">
          <LabelsOf project={project} conversation={one.id} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History one={one} onOpen={onOpen} />
        </Tabs.Panel>
        <Tabs.Panel value="similar">
          <SimilarRows {...{ project, dataset, conversation, onOpen }} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function TextPanel({ one, search }: { one: ConversationView; search: string | undefined }) {
  if (!one.body) {
    return (
      <Text c="dimmed" fs="italic">
        This text was erased. Its place, counts and history are kept; its words are gone.
      </Text>
    );
  }
  const place = new Map<MessageNode, number>();
  for (const { node } of walk(one.body.root)) place.set(node, place.size);
  return (
    <Transcript
      body={one.body}
      marks={(node) => [
        ...one.findings
          // Offsets of other fields do not count the text that is shown.
          .filter((finding) => finding.node === place.get(node) && !finding.check.includes(":"))
          .map(({ start, end, kind }) => ({ start, end, label: kind, tone: "finding" as const })),
        ...searchMarks(search, messageText(node)),
      ]}
    />
  );
}

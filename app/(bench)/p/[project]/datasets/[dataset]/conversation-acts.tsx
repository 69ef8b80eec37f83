"use client";

import { ActionIcon, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconBinaryTree2,
  IconDots,
  IconEraser,
  IconPencil,
  IconTag,
  IconTerminal2,
  IconTrash,
} from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { ConfirmDelete } from "#app/_ui/feedback/confirm-delete.tsx";
import { notifyDone } from "#app/_ui/feedback/notify.ts";
import { plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { ConversationView } from "./conversation-drawer.tsx";
import { notifyUndo } from "./undo-notice.tsx";

const TagDialog = dynamic(() => import("./tag-dialog.tsx").then((file) => file.TagDialog), {
  ssr: false,
});

type Props = {
  project: string;
  dataset: number;
  one: ConversationView;
  may: { write: boolean; erase: boolean };
  onEdit: () => void;
  onClose: () => void;
};

/** What can be done with the open conversation. */
export function ConversationActs({ project, dataset, one, may, onEdit, onClose }: Props) {
  const [tagging, tags] = useDisclosure(false);
  const [erasing, erase] = useDisclosure(false);
  const remove = useAct("conversations.remove", {
    onDone: (done) => {
      notifyUndo(project, dataset, done, () => "Conversation removed");
      onClose();
    },
  });
  const chosen = { filter: { ids: [one.id] }, expected: 1 };
  const reason = !may.write
    ? "Changing a dataset needs the role curator"
    : one.live
      ? undefined
      : "This text does not stand in the newest version";
  return (
    <Group gap={6}>
      <Tooltip label={reason} disabled={!reason}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPencil size={14} />}
          data-disabled={reason ? true : undefined}
          aria-disabled={!!reason}
          onClick={reason ? undefined : onEdit}
        >
          Edit
        </Button>
      </Tooltip>
      <Tooltip label={reason} disabled={!reason}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTag size={14} />}
          data-disabled={reason ? true : undefined}
          aria-disabled={!!reason}
          onClick={reason ? undefined : tags.open}
        >
          Tags
        </Button>
      </Tooltip>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More for this conversation">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component={Link}
            href={`/p/${project}/playground?conversation=${one.id}`}
            leftSection={<IconTerminal2 size={15} />}
            disabled={one.erasedAt !== null}
          >
            Open in the playground
          </Menu.Item>
          <Menu.Item
            component={Link}
            href={`/p/${project}/lineage/conversation/${one.id}`}
            leftSection={<IconBinaryTree2 size={15} />}
          >
            What learned from it
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={15} />}
            disabled={!!reason}
            onClick={() => remove.mutate({ project, dataset, ...chosen })}
          >
            Remove from the dataset
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconEraser size={15} />}
            disabled={!may.erase || one.erasedAt !== null}
            onClick={erase.open}
          >
            Erase for good
            {!may.erase && (
              <Text size="xs" c="dimmed">
                Needs the role maintainer
              </Text>
            )}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {tagging && (
        <TagDialog
          project={project}
          dataset={dataset}
          chosen={chosen}
          what={`conversation ${one.id}`}
          onClose={tags.close}
        />
      )}
      {erasing && (
        <EraseDialog
          project={project}
          conversation={one.id}
          onClose={erase.close}
          onDone={onClose}
        />
      )}
    </Group>
  );
}

type EraseProps = {
  project: string;
  conversation: number;
  onClose: () => void;
  onDone: () => void;
};

function EraseDialog({ project, conversation, onClose, onDone }: EraseProps) {
  const dependents = useOperation("conversations.dependents", { project, conversation });
  const erase = useAct("conversations.erase", {
    refresh: ["conversations.list", "conversations.read", "datasets.facets", "datasets.read"],
    onDone: ({ erased, models }) => {
      const learned =
        models.length === 0
          ? "No model learned from it."
          : `These learned from it: ${models.map((one) => `${one.model} ${one.number}`).join(", ")}.`;
      notifyDone(`${plural(erased.length, "text")} erased. ${learned}`);
      onDone();
    },
  });
  return (
    <ConfirmDelete
      opened
      onClose={onClose}
      title={`Erase conversation ${conversation}?`}
      dependents={dependents.data?.dependents}
      error={dependents.error}
      typed="erase"
      act="Erase for good"
      busy={erase.isPending}
      onConfirm={() => erase.mutate({ project, conversation })}
    >
      Its words go from every version, every file made from them and every label that repeats them.
      This cannot be undone, and the text cannot come back by an import. Models keep what they
      learned; they are listed.
    </ConfirmDelete>
  );
}

"use client";

import { ActionIcon, Menu, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconDots,
  IconGitFork,
  IconGitMerge,
  IconPencil,
  IconTrash,
  IconVectorTriangle,
} from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ConfirmDelete } from "#app/_ui/feedback/confirm-delete.tsx";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { Dataset } from "./dataset-header.tsx";

const EmbedDialog = dynamic(() => import("./embed-dialog.tsx"), { ssr: false });
const ForkDialog = dynamic(() => import("./fork-dialog.tsx"), { ssr: false });

type Props = { project: string; dataset: Dataset; may: { write: boolean; remove: boolean } };

/** Rename, describe, fork, merge, embed, delete. */
export function DatasetMenu({ project, dataset, may }: Props) {
  const [renaming, rename] = useDisclosure(false);
  const [forking, fork] = useDisclosure(false);
  const [embedding, embed] = useDisclosure(false);
  const [deleting, remove] = useDisclosure(false);
  const alone = dataset.forks.length === 0 && (dataset.forkedFrom?.deleted ?? true);
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More for this dataset">
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={15} />}
            disabled={!may.write}
            onClick={rename.open}
          >
            Name and description
          </Menu.Item>
          <Menu.Item
            leftSection={<IconGitFork size={15} />}
            disabled={!may.write || dataset.version === 0}
            onClick={fork.open}
          >
            Fork
          </Menu.Item>
          <Menu.Item
            leftSection={<IconVectorTriangle size={15} />}
            disabled={!may.write || dataset.version === 0}
            onClick={embed.open}
          >
            Vectors for “More like this”
          </Menu.Item>
          {!alone && (
            <Menu.Item
              leftSection={<IconGitMerge size={15} />}
              component={Link}
              href={`/p/${project}/datasets/${dataset.id}/versions/merge`}
            >
              {dataset.forkedFrom ? "Merge with its origin" : "Merge a fork"}
            </Menu.Item>
          )}
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={15} />}
            disabled={!may.remove}
            onClick={remove.open}
          >
            Delete
            {!may.remove && (
              <Text size="xs" c="dimmed">
                Needs the role maintainer
              </Text>
            )}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {renaming && <RenameDialog {...{ project, dataset }} onClose={rename.close} />}
      {forking && (
        <ForkDialog
          {...{ project }}
          dataset={dataset.id}
          version={dataset.version}
          onClose={fork.close}
        />
      )}
      {embedding && <EmbedDialog {...{ project }} dataset={dataset.id} onClose={embed.close} />}
      {deleting && <DeleteDialog {...{ project, dataset }} onClose={remove.close} />}
    </>
  );
}

type DialogProps = { project: string; dataset: Dataset; onClose: () => void };

function RenameDialog({ project, dataset, onClose }: DialogProps) {
  const router = useRouter();
  const [name, setName] = useState(dataset.name);
  const [description, setDescription] = useState(dataset.description);
  const update = useAct("datasets.update", {
    notify: false,
    refresh: ["datasets.read", "datasets.list"],
    onDone: () => {
      router.refresh();
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title="Name and description"
      act="Save"
      busy={update.isPending}
      error={update.error}
      onSubmit={() => update.mutate({ project, dataset: dataset.id, name, description })}
    >
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        maxLength={200}
        error={update.error?.fieldError("name")}
        data-autofocus
      />
      <Textarea
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={4000}
        dir="auto"
      />
    </FormDialog>
  );
}

function DeleteDialog({ project, dataset, onClose }: DialogProps) {
  const router = useRouter();
  const dependents = useOperation("datasets.dependents", { project, dataset: dataset.id });
  const remove = useAct("datasets.delete", {
    done: `“${dataset.name}” is deleted.`,
    refresh: ["datasets.list"],
    onDone: () => router.push(`/p/${project}/datasets`),
  });
  return (
    <ConfirmDelete
      opened
      onClose={onClose}
      title={`Delete the dataset “${dataset.name}”?`}
      dependents={dependents.data?.dependents}
      error={dependents.error}
      typed={dataset.name}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ project, dataset: dataset.id })}
    >
      It is no longer found and its name is free. Snapshots and models made from it keep working.
    </ConfirmDelete>
  );
}

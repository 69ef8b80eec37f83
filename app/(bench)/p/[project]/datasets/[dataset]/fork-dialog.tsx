"use client";

import { Text, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { notifyDone } from "#app/_ui/feedback/notify.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";

type Props = {
  project: string;
  dataset: number;
  version: number;
  onClose: () => void;
};

/** Makes a dataset that begins with the rows of a version of this one, and opens it. */
export default function ForkDialog({ project, dataset, version, onClose }: Props) {
  const router = useRouter();
  const here = useOperation("datasets.read", { project, dataset });
  const [typed, setName] = useState<string>();
  const name = typed ?? (here.data ? `${here.data.name} fork`.slice(0, 200) : "");
  const fork = useAct("datasets.fork", {
    notify: false,
    refresh: ["datasets.list", "datasets.read"],
    onDone: (made) => {
      onClose();
      if (made.dataset === null) {
        notifyDone(`These are many rows, so run ${made.run} makes the fork; look under Runs.`);
      } else {
        router.push(`/p/${project}/datasets/${made.dataset}`);
      }
    },
  });
  const nameError = fork.error?.fieldError("name");
  return (
    <FormDialog
      onClose={onClose}
      title={`Fork version ${version}`}
      act="Fork"
      busy={fork.isPending}
      error={nameError ? null : fork.error}
      onSubmit={() => fork.mutate({ project, dataset, version, name: name.trim() })}
    >
      <Text size="sm">
        A new dataset begins with exactly these conversations and tags. What you change in it stays
        there until you merge it back.
      </Text>
      <TextInput
        label="Name of the fork"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        maxLength={200}
        error={nameError && fork.error?.message}
        data-autofocus
      />
    </FormDialog>
  );
}

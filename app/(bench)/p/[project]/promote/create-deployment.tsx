"use client";

import { Modal, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import { DeploymentFields, type DeploymentForm } from "./deployment-fields.tsx";

/** What the operation takes when a field is left out; said here, so that it can be seen and changed. */
const start: DeploymentForm = {
  policy: "internal",
  system: "",
  parameters: { temperature: 0 },
  traffic: "metadata",
  days: 30,
};

type Props = { project: string; opened: boolean; onClose: () => void };

export function CreateDeployment({ project, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New deployment" size="lg">
      <CreateForm project={project} onClose={onClose} />
    </Modal>
  );
}

function CreateForm({ project, onClose }: Omit<Props, "opened">) {
  const router = useRouter();
  const [name, setName] = useState("");
  const [form, setForm] = useState(start);
  const act = useAct("deployments.create", {
    done: ({ name: made }) => `${made} was created`,
    refresh: ["deployments.list"],
    onDone: ({ name: made }) => router.push(`/p/${project}/promote/${encodeURIComponent(made)}`),
  });
  return (
    <DialogForm
      onClose={onClose}
      act="Create"
      busy={act.isPending}
      disabled={name.trim() === "" || form.days === ""}
      onSubmit={() => {
        const { policy, days, ...given } = form;
        act.mutate({
          project,
          name: name.trim(),
          ...given,
          ...(policy ? { policy } : {}),
          trafficDays: Number(days),
        });
      }}
    >
      <TextInput
        label="Name"
        description="Programs ask the endpoint for this model name: small letters, digits, dots, hyphens, underscores"
        maxLength={63}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={act.error?.fieldError("name")}
        required
        data-autofocus
      />
      <DeploymentFields
        project={project}
        value={form}
        onChange={(change) => setForm((now) => ({ ...now, ...change }))}
        error={act.error}
      />
    </DialogForm>
  );
}

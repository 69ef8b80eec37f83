"use client";

import { TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ClientError, call } from "#app/_ui/client.ts";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";

type Props = { project: string; opened: boolean; onClose: () => void };

/** Makes an empty dataset and opens it. */
export function NewDataset({ project, opened, onClose }: Props) {
  const router = useRouter();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(form: HTMLFormElement) {
    const name = String(new FormData(form).get("name") ?? "");
    setBusy(true);
    setError(undefined);
    try {
      const made = await call("datasets.create", { project, name });
      router.push(`/p/${project}/datasets/${made.id}`);
    } catch (thrown) {
      if (!(thrown instanceof ClientError)) throw thrown;
      setError(thrown.fieldError("name") ?? thrown.message);
      setBusy(false);
    }
  }

  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="New dataset"
      act="Make dataset"
      busy={busy}
      onSubmit={submit}
    >
      <TextInput name="name" label="Name" required data-autofocus error={error} maxLength={200} />
    </FormDialog>
  );
}

"use client";

import { Alert, Button, Code, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";

type Props = { project: string; opened: boolean; onClose: () => void };

/** Registers a Hugging Face folder that lies on the server as a model version. */
export function RegisterFolder({ project, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Register a folder" size="md">
      {opened && <Form project={project} onClose={onClose} />}
    </Modal>
  );
}

function Form({ project, onClose }: { project: string; onClose: () => void }) {
  const router = useRouter();
  const found = useOperation("models.folders", { project });
  const [folder, setFolder] = useState<string | null>(null);
  const [model, setModel] = useState("");
  const start = useAct("models.import", {
    notify: false,
    onDone: ({ run }) => router.push(`/p/${project}/runs/${run}`),
  });
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <LoadingState rows={3} />;
  const { place, folders } = found.data;
  return (
    <DialogForm
      onClose={onClose}
      act="Register"
      busy={start.isPending}
      disabled={folder === null}
      error={start.error}
      onSubmit={() => {
        if (folder) start.mutate({ project, folder, model: model.trim() || folder });
      }}
    >
      <Text size="sm">
        Takes safetensors weights with config.json and tokenizer.json. Pickled files (.bin, .pt),
        links and models with code of their own are refused. The served graph is compared with torch
        before the version appears.
      </Text>
      {folders.length === 0 ? (
        <Alert color="gray" title="No folder to choose">
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              An administrator copies model folders to <Code>{place}</Code> on the server, or
              registers one from its command line:
            </Text>
            <Code>assay models import FOLDER --model NAME</Code>
            <Button size="xs" variant="default" onClick={() => void found.refetch()}>
              Look again
            </Button>
          </Stack>
        </Alert>
      ) : (
        <>
          <Select
            label="Folder"
            data={folders}
            value={folder}
            onChange={setFolder}
            searchable
            required
            error={start.error?.fieldError("folder")}
          />
          <TextInput
            label="Name of the model"
            description={folder ? `“${folder}” when left empty` : undefined}
            value={model}
            onChange={(event) => setModel(event.currentTarget.value)}
            maxLength={200}
            error={start.error?.fieldError("model")}
          />
        </>
      )}
    </DialogForm>
  );
}

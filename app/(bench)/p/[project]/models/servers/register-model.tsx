"use client";

import { Alert, Autocomplete, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import { ProvenModel, type Server } from "./server-list.tsx";

type Props = { project: string; server: Server; onClose: () => void };

/** Makes a model of another server a version, after proving what it can do. */
export function RegisterModel({ project, server, onClose }: Props) {
  const offered = useOperation("upstreams.models", { project, upstream: server.id });
  const [upstreamModel, setUpstreamModel] = useState("");
  const [model, setModel] = useState("");
  const register = useAct("upstreams.register", {
    notify: false,
    refresh: ["upstreams.list", "models.list"],
  });
  const made = register.data;
  if (made) {
    return (
      <Modal opened onClose={onClose} title={`${made.name} is registered`}>
        <Stack>
          <ProvenModel name={upstreamModel} found={made.capabilities} />
          <Text size="sm">It can be used wherever a model version is chosen.</Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>Close</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const { error } = register;
  return (
    <Modal opened onClose={onClose} title={`Register a model of “${server.name}”`}>
      <DialogForm
        onClose={onClose}
        act="Prove and register"
        busy={register.isPending}
        disabled={upstreamModel === ""}
        error={error}
        onSubmit={() => {
          const name = model.trim() || upstreamModel.replaceAll("@", "-").slice(0, 200);
          register.mutate({ project, upstream: server.id, upstreamModel, model: name });
        }}
      >
        {offered.error && (
          <Alert color="orange" title="It does not list its models">
            {offered.error.message}
          </Alert>
        )}
        <Autocomplete
          label="Model on that server"
          description={offered.isPending ? "Asking what it offers" : undefined}
          data={offered.data?.models.map((one) => one.id) ?? []}
          value={upstreamModel}
          onChange={setUpstreamModel}
          maxLength={300}
          required
          data-autofocus
          error={error?.fieldError("upstreamModel")}
        />
        <TextInput
          label="Name here"
          description="Its name there when left empty"
          value={model}
          onChange={(event) => setModel(event.currentTarget.value)}
          maxLength={200}
          error={error?.fieldError("model")}
        />
        <Text size="sm" c="dimmed">
          About fifteen short questions are sent, and the answers checked. On a slow server that
          takes a minute.
        </Text>
      </DialogForm>
    </Modal>
  );
}

"use client";

import { PasswordInput, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import type { Server } from "./server-list.tsx";

type Props = { project: string; server: Server | undefined; onClose: () => void };

/** Adds a server, or changes one; another address needs the key again. */
export function ServerForm({ project, server, onClose }: Props) {
  const [name, setName] = useState(server?.name ?? "");
  const [baseUrl, setBaseUrl] = useState(server?.baseUrl ?? "");
  const [key, setKey] = useState("");
  const options = {
    notify: false,
    refresh: ["upstreams.list" as const],
    done: ({ reached, message }: { reached: boolean; message: string }) =>
      reached ? `The server answers. ${message}` : `Saved, but it does not answer: ${message}`,
    onDone: onClose,
  };
  const create = useAct("upstreams.create", options);
  const change = useAct("upstreams.change", options);
  const { error, isPending } = server ? change : create;
  const moved = server !== undefined && baseUrl.trim().replace(/\/+$/, "") !== server.baseUrl;
  return (
    <FormDialog
      onClose={onClose}
      title={server ? "Edit the server" : "Add a server"}
      act={server ? "Save" : "Add"}
      busy={isPending}
      error={error}
      onSubmit={() => {
        const given = { project, name: name.trim(), baseUrl, ...(key ? { key } : {}) };
        if (server) change.mutate({ ...given, upstream: server.id });
        else create.mutate(given);
      }}
    >
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
        error={error?.fieldError("name")}
      />
      <TextInput
        label="Address"
        description="With the version, such as https://models.example.com/v1"
        value={baseUrl}
        onChange={(event) => setBaseUrl(event.currentTarget.value)}
        maxLength={2000}
        required
        error={error?.fieldError("baseUrl")}
      />
      <PasswordInput
        label="API key"
        description={
          server?.hasKey && !moved
            ? "Left empty, the kept one stays"
            : "Kept sealed, sent to this address alone, never shown again"
        }
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        autoComplete="off"
        required={moved && server.hasKey}
        error={error?.fieldError("key")}
      />
      <Text size="xs" c="dimmed">
        Private and local addresses are refused unless an administrator allows the host with
        ASSAY_ALLOW_HOSTS. Redirects are not followed.
      </Text>
    </FormDialog>
  );
}

"use client";

import {
  Button,
  Checkbox,
  Group,
  Modal,
  NativeSelect,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import type { KeyScope } from "#lib/core/acts.ts";
import { Secret } from "../_parts/secret.tsx";

type Props = { project: string; opened: boolean; onClose: () => void };

const scopes: { value: KeyScope; label: string; description: string }[] = [
  { value: "chat", label: "Chat", description: "Endpoint: what is live" },
  {
    value: "preview",
    label: "Preview",
    description: "Endpoint: any model version, stamped as preview",
  },
  { value: "embed", label: "Embed", description: "Endpoint: vectors from embedding models" },
  { value: "read", label: "Read", description: "API: as a viewer" },
  { value: "write", label: "Write", description: "API: as a curator" },
  { value: "manage", label: "Manage", description: "API: with all of your own rights" },
];

const lifetimes = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "Never" },
];

export function NewKeyDialog({ project, opened, onClose }: Props) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["chat"]);
  const [days, setDays] = useState("90");
  const create = useAct("key.create", { refresh: ["key.list"], notify: false });
  const close = () => {
    create.reset();
    setName("");
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="New API key">
      {create.data ? (
        <Stack>
          <Text size="sm">Copy the key now: it is not kept and cannot be shown again.</Text>
          <Secret value={create.data.key} label="API key" />
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <DialogForm
          onClose={close}
          act="Create key"
          busy={create.isPending}
          disabled={chosen.length === 0}
          onSubmit={() =>
            create.mutate({
              project,
              name,
              scope: chosen as KeyScope[],
              ...(days ? { days: Number(days) } : {}),
            })
          }
          noValidate
        >
          <TextInput
            label="Name"
            description="What will use it"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={create.error?.fieldError("name")}
            required
            data-autofocus
          />
          <Checkbox.Group
            label="Scopes"
            value={chosen}
            onChange={setChosen}
            error={create.error && (create.error.fieldError("scope") ?? create.error.message)}
          >
            <Stack gap="xs" mt={6}>
              {scopes.map((one) => (
                <Checkbox key={one.value} {...one} />
              ))}
            </Stack>
          </Checkbox.Group>
          <NativeSelect
            label="Expires"
            data={lifetimes}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
        </DialogForm>
      )}
    </Modal>
  );
}

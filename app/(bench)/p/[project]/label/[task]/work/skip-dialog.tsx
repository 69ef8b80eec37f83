"use client";

import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";

type Props = { opened: boolean; onClose: () => void; onSkip: (reason: string) => void };

const usual = [
  "Not in a language I read",
  "Cannot be judged without more context",
  "Broken or empty text",
  "Upsetting content",
];

/** Asks why an item is passed by: the reason is what a curator learns from a skip. */
export function SkipDialog({ opened, onClose, onSkip }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Why do you skip this item?">
      <Reasons onSkip={onSkip} onClose={onClose} />
    </Modal>
  );
}

function Reasons({ onSkip, onClose }: Omit<Props, "opened">) {
  const [reason, setReason] = useState("");
  const given = reason.trim();
  return (
    <DialogForm
      onClose={onClose}
      act="Skip item"
      disabled={!given}
      cancel="Keep it"
      onSubmit={() => {
        if (given) onSkip(given);
      }}
    >
      <Group gap="xs">
        {usual.map((one) => (
          <Button key={one} size="xs" variant="default" onClick={() => onSkip(one)}>
            {one}
          </Button>
        ))}
      </Group>
      <TextInput
        label="Another reason"
        value={reason}
        maxLength={1000}
        data-autofocus
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed">
        It counts as done for you; the curator sees the reason.
      </Text>
    </DialogForm>
  );
}

"use client";

import { Alert, Button, Group, Modal, type ModalProps, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { ClientError } from "../client.ts";

type FormProps = {
  children: ReactNode;
  onClose: () => void;
  onSubmit: (form: HTMLFormElement) => void;
  /** Word on the button that submits. */
  act: string;
  color?: string;
  busy?: boolean;
  disabled?: boolean;
  /** Word on the button that closes. */
  cancel?: string;
  /** What was refused, said above the buttons. */
  error?: ClientError | null;
  noValidate?: boolean;
};

/** Body of a dialog that asks for something: its fields, a refusal, and the two buttons. */
export function DialogForm(props: FormProps) {
  const { children, onClose, onSubmit, act, color, busy, disabled, error, noValidate } = props;
  return (
    <form
      noValidate={noValidate}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(event.currentTarget);
      }}
    >
      <Stack>
        {children}
        {error && (
          <Alert color="red" role="alert">
            {error.message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {props.cancel ?? "Cancel"}
          </Button>
          <Button type="submit" color={color} loading={busy} disabled={disabled}>
            {act}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type DialogProps = FormProps & Pick<ModalProps, "title" | "size"> & { opened?: boolean };

/** A dialog that is one form. Mounted for the time that it is open, it needs no `opened`. */
export function FormDialog({ title, size, opened = true, ...form }: DialogProps) {
  return (
    <Modal opened={opened} onClose={form.onClose} title={title} size={size}>
      <DialogForm {...form} />
    </Modal>
  );
}

"use client";

import { Alert, PasswordInput, Switch, TextInput } from "@mantine/core";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { useAct } from "#app/_ui/use-operation.ts";

type Props = { opened: boolean; onClose: () => void };

/** An account with a first password that is handed over; who gets an invitation chooses their own. */
export function NewUserDialog({ opened, onClose }: Props) {
  const create = useAct("user.create", {
    done: (user) => `${user.name} can sign in`,
    refresh: ["user.list"],
    notify: false,
    onDone: onClose,
  });
  function submit(form: HTMLFormElement) {
    const fields = new FormData(form);
    const text = (name: string) => String(fields.get(name) ?? "");
    create.mutate({
      name: text("name"),
      email: text("email"),
      password: text("password"),
      admin: fields.has("admin"),
    });
  }
  const error = create.error;
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="New user"
      act="Create user"
      busy={create.isPending}
      onSubmit={submit}
      noValidate
    >
      {error && error.issues.length === 0 && <Alert color="red">{error.message}</Alert>}
      <TextInput
        label="Name"
        name="name"
        error={error?.fieldError("name")}
        required
        data-autofocus
      />
      <TextInput
        label="E-mail"
        name="email"
        type="email"
        error={error?.fieldError("email")}
        required
      />
      <PasswordInput
        label="First password"
        description="At least 8 characters; they change it under Account"
        name="password"
        autoComplete="new-password"
        error={error?.fieldError("password")}
        required
      />
      <Switch label="Administrator of this instance" name="admin" />
    </FormDialog>
  );
}

"use client";

import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { DialogForm } from "#app/_ui/feedback/dialog-form.tsx";
import { formatMoment } from "#app/_ui/format.ts";
import { useAct } from "#app/_ui/use-operation.ts";
import { type ProjectRole, projectRoles } from "#lib/core/acts.ts";
import { Secret } from "../_parts/secret.tsx";

type Props = { project: string; opened: boolean; onClose: () => void };

const explanations: Record<ProjectRole, string> = {
  viewer: "Sees everything, changes nothing",
  rater: "Also labels and votes",
  curator: "Also imports, cleans and evaluates",
  maintainer: "Also trains, promotes and makes keys",
  owner: "Also manages people and policies",
};

/** Invites by e-mail address: members at once where there is an account, else a link to hand over. */
export function InviteDialog({ project, opened, onClose }: Props) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<ProjectRole>("curator");
  const invite = useAct("invite.create", { refresh: ["member.list"], notify: false });
  const made = invite.data;
  const close = () => {
    invite.reset();
    setEmail("");
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="Invite somebody">
      {made ? (
        <Stack>
          {made.link ? (
            <>
              <Text size="sm">
                Hand this link to {made.email}. It is shown only now, works once, and expires{" "}
                {formatMoment(made.expires ?? "")}.
              </Text>
              <Secret value={made.link} label="Invitation link" />
            </>
          ) : (
            <Text size="sm">
              {made.email} has an account and is a member now ({made.role}).
            </Text>
          )}
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <DialogForm
          onClose={close}
          act="Invite"
          busy={invite.isPending}
          onSubmit={() => invite.mutate({ project, email, role })}
          noValidate
        >
          <TextInput
            label="E-mail"
            type="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={invite.error && (invite.error.fieldError("email") ?? invite.error.message)}
            required
            data-autofocus
          />
          <NativeSelect
            label="Role"
            description={explanations[role]}
            data={[...projectRoles]}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as ProjectRole)}
          />
        </DialogForm>
      )}
    </Modal>
  );
}

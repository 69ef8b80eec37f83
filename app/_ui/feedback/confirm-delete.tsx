"use client";

import { Alert, List, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Dependent } from "#lib/core/dependents.ts";
import { FormDialog } from "./dialog-form.tsx";
import { ErrorState, LoadingState } from "./states.tsx";

type Props = {
  opened: boolean;
  onClose: () => void;
  /** `Delete the dataset “Chats”?` */
  title: string;
  /** What happens, in one sentence. */
  children: React.ReactNode;
  /** What depends on it; undefined while it is being asked for. */
  dependents: Dependent[] | undefined;
  error?: Error | null;
  /** Text to be typed first, for what cannot be had again. */
  typed?: string;
  busy?: boolean;
  /** Word on the button. */
  act?: string;
  onConfirm: () => void;
};

/** Asks before something goes, and lists what depends on it. */
export function ConfirmDelete(props: Props) {
  const {
    opened,
    onClose,
    title,
    children,
    dependents,
    error,
    typed,
    busy,
    act = "Delete",
    onConfirm,
  } = props;
  const [text, setText] = useState("");
  const blocking = dependents?.some((one) => one.blocking) ?? false;
  const ready = dependents !== undefined && !blocking && (!typed || text === typed);
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={title}
      act={act}
      color="red"
      cancel="Keep it"
      busy={busy}
      disabled={!ready}
      onSubmit={() => {
        if (ready) onConfirm();
      }}
    >
      <Text size="sm">{children}</Text>
      {error ? <ErrorState error={error} /> : <Dependents dependents={dependents} />}
      {blocking && (
        <Alert color="red">What is marked “first” has to go before this can be deleted.</Alert>
      )}
      {typed && !blocking && (
        <TextInput
          label={`Type “${typed}” to confirm`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
    </FormDialog>
  );
}

function Dependents({ dependents }: { dependents: Dependent[] | undefined }) {
  if (!dependents) return <LoadingState rows={2} />;
  if (dependents.length === 0) return <Text size="sm">Nothing else depends on it.</Text>;
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        This depends on it:
      </Text>
      <List size="sm" spacing={4}>
        {dependents.map(({ kind, count, names, blocking }) => (
          <List.Item key={kind}>
            {capital(kind)}: {count}
            {names.length > 0 && ` (${names.join(", ")}${count > names.length ? " …" : ""})`}
            {blocking && <strong> (first)</strong>}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

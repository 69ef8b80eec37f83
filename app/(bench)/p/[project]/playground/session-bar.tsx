"use client";

import {
  Anchor,
  Button,
  Drawer,
  Group,
  Modal,
  ScrollArea,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import type { ClientError, OutputOf } from "#app/_ui/client.ts";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { notifyError } from "#app/_ui/feedback/notify.ts";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { plural } from "#app/_ui/format.ts";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { PlayState } from "#lib/core/playground-session.ts";
import classes from "./playground.module.css";
import { lastAnswer } from "./state.ts";

export type Session = { id: string; title: string; revision: number };
type Read = OutputOf<"playground.session">;

type Props = {
  project: string;
  session: Session | undefined;
  state: PlayState;
  /** Something differs from what was saved. */
  changed: boolean;
  busy: boolean;
  onSaved: (session: Session) => void;
  /** Takes what another tab or person saved. */
  onTake: (read: Read) => void;
};

/** Saves the playground under a title and an address; lists what was saved before. */
export function SessionBar(props: Props) {
  const { project, session, changed, busy } = props;
  const [open, setOpen] = useState<"save" | "list">();
  const save = useSaver(props);
  return (
    <>
      <Button variant="default" onClick={() => setOpen("list")}>
        Sessions
      </Button>
      <Button
        variant="default"
        disabled={busy}
        loading={save.isPending}
        onClick={() => (session ? save.now(session.title, session) : setOpen("save"))}
        title={busy ? "Wait for the answers, or stop them" : undefined}
      >
        {session && !changed ? "Saved" : "Save session"}
      </Button>
      <TitleDialog
        key={open === "save" ? "open" : "closed"}
        opened={open === "save"}
        state={props.state}
        error={save.error}
        busy={save.isPending}
        onClose={() => setOpen(undefined)}
        onSave={(title) => save.now(title, undefined, () => setOpen(undefined))}
      />
      {save.conflict && session && (
        <ConflictDialog
          project={project}
          session={session}
          mine={props.state}
          busy={save.isPending}
          onClose={save.forget}
          onTake={(read) => {
            save.forget();
            props.onTake(read);
          }}
          onOverwrite={(read) => save.now(session.title, { ...session, revision: read.revision })}
          onSaveNew={() => save.now(`${session.title} (mine)`.slice(0, 200), undefined)}
        />
      )}
      <Drawer
        opened={open === "list"}
        onClose={() => setOpen(undefined)}
        title="Playground sessions"
        position="right"
      >
        <SessionList project={project} current={session?.id} />
      </Drawer>
    </>
  );
}

function useSaver({ project, state, onSaved }: Props) {
  const queries = useQueryClient();
  const [conflict, setConflict] = useState(false);
  const act = useAct("playground.save-session", {
    notify: false,
    refresh: ["playground.sessions"],
  });
  const now = (title: string, over: Session | undefined, done?: () => void) =>
    act.mutate(
      {
        project,
        title,
        state,
        ...(over ? { session: over.id, revision: over.revision } : {}),
      },
      {
        onSuccess: ({ id, revision }) => {
          setConflict(false);
          onSaved({ id, title, revision });
          done?.();
        },
        onError: (error) => {
          setConflict(error.code === "conflict");
          // The newer text is asked for anew, also when it changed once more.
          if (error.code === "conflict") {
            void queries.invalidateQueries({ queryKey: ["playground.session"] });
          } else if (over) notifyError(error);
        },
      },
    );
  return {
    now,
    conflict,
    forget: () => setConflict(false),
    error: act.error,
    isPending: act.isPending,
  };
}

type TitleProps = {
  opened: boolean;
  state: PlayState;
  error: ClientError | null;
  busy: boolean;
  onClose: () => void;
  onSave: (title: string) => void;
};

function TitleDialog({ opened, state, error, busy, onClose, onSave }: TitleProps) {
  const [title, setTitle] = useState(state.prompt.replace(/\s+/g, " ").trim().slice(0, 60));
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Save the session"
      act="Save"
      busy={busy}
      disabled={!title.trim()}
      cancel="Close"
      error={error}
      onSubmit={() => onSave(title)}
    >
      <TextInput
        label="Title"
        description="Everybody in the project who uses the playground can open it by its address."
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
        error={error?.fieldError("title")}
      />
    </FormDialog>
  );
}

type ConflictProps = {
  project: string;
  session: Session;
  mine: PlayState;
  busy: boolean;
  onClose: () => void;
  onTake: (read: Read) => void;
  onOverwrite: (read: Read) => void;
  onSaveNew: () => void;
};

/** Both texts, and what can be done with them. */
function ConflictDialog(props: ConflictProps) {
  const { project, session, mine, busy } = props;
  const read = useOperation("playground.session", { project, session: session.id });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title="This session was saved elsewhere meanwhile"
      size="xl"
    >
      <Stack>
        <Text size="sm">Nothing was overwritten. These are the two:</Text>
        {read.error ? (
          <ErrorState error={read.error} onRetry={() => void read.refetch()} />
        ) : !read.data || read.isFetching ? (
          <LoadingState rows={5} />
        ) : (
          <>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <Shown name="Yours" title={session.title} state={mine} />
              <Shown name="Saved elsewhere" title={read.data.title} state={read.data.state} />
            </SimpleGrid>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => props.onTake(read.data)}>
                Take the other one
              </Button>
              <Button variant="default" loading={busy} onClick={() => props.onOverwrite(read.data)}>
                Overwrite with mine
              </Button>
              <Button loading={busy} onClick={props.onSaveNew}>
                Save mine as a new session
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

function Shown({ name, title, state }: { name: string; title: string; state: PlayState }) {
  return (
    <section className={classes.version} aria-label={name}>
      <Text fw={600} size="sm">
        {name}
      </Text>
      <Text size="xs" c="dimmed" dir="auto">
        {title}
      </Text>
      <ScrollArea.Autosize mah={280} mt={6} tabIndex={0}>
        {state.system && <Line label="System" text={state.system} />}
        <Line label="Prompt" text={state.prompt || "(empty)"} />
        {state.columns.map((column, index) => (
          <Line
            key={column.id}
            label={`${index + 1}: ${column.model || "no model"}`}
            text={lastAnswer(column)?.text ?? "(no answer)"}
          />
        ))}
      </ScrollArea.Autosize>
    </section>
  );
}

function Line({ label, text }: { label: string; text: string }) {
  return (
    <Text size="sm" mb={6} dir="auto" className={classes.earlier}>
      <strong>{label}:</strong> {text}
    </Text>
  );
}

function SessionList({ project, current }: { project: string; current: string | undefined }) {
  const list = useOperation("playground.sessions", { project });
  const remove = useAct("playground.delete-session", {
    done: "The session was deleted.",
    refresh: ["playground.sessions"],
  });
  const [sure, setSure] = useState<string>();
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <LoadingState />;
  if (list.data.sessions.length === 0) {
    return (
      <EmptyState title="No sessions yet">
        Save a session to keep its prompts and answers under an address that others can open.
      </EmptyState>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {plural(list.data.sessions.length, "session")}
      </Text>
      {list.data.sessions.map((one) => (
        <div
          key={one.id}
          className={classes.sessionRow}
          data-current={one.id === current || undefined}
        >
          <div className={classes.sessionText}>
            <Anchor
              component={Link}
              href={`/p/${project}/playground?session=${one.id}`}
              size="sm"
              dir="auto"
            >
              {one.title}
            </Anchor>
            <Text size="xs" c="dimmed">
              {one.createdBy ?? "a former user"}, <TimeAgo at={one.updatedAt} />
            </Text>
          </div>
          {one.mayDelete && one.id !== current && (
            <Button
              size="compact-xs"
              variant="subtle"
              color={sure === one.id ? "red.8" : "gray"}
              aria-label={`Delete ${one.title}`}
              onClick={() =>
                sure === one.id ? remove.mutate({ project, session: one.id }) : setSure(one.id)
              }
            >
              {sure === one.id ? "For good?" : "Delete"}
            </Button>
          )}
        </div>
      ))}
    </Stack>
  );
}

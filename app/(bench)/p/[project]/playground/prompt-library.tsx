"use client";

import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import dynamic from "next/dynamic";
import { useState } from "react";
import { call, type OutputOf } from "#app/_ui/client.ts";
import { FormDialog } from "#app/_ui/feedback/dialog-form.tsx";
import { notifyError } from "#app/_ui/feedback/notify.ts";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { PlayState } from "#lib/core/playground-session.ts";
import classes from "./playground.module.css";

export type SavedPrompt = OutputOf<"prompts.list">["prompts"][number];
type Detail = OutputOf<"prompts.show">;
type Version = Detail["versions"][number];

const WordDiff = dynamic(() => import("./word-diff.tsx"), { ssr: false });

type Props = {
  project: string;
  prompts: SavedPrompt[];
  state: PlayState;
  mayDelete: boolean;
  onChange: (part: Partial<PlayState>) => void;
};

/** Saved prompts: load one, save the text as its next version, look at what it was. */
export function PromptLibrary({ project, prompts: initial, state, mayDelete, onChange }: Props) {
  const [open, setOpen] = useState<"save" | "history">();
  const { data } = useOperation("prompts.list", { project }, { initialData: { prompts: initial } });
  const prompts = data?.prompts ?? initial;
  const loaded = state.template;
  const detail = useOperation(
    "prompts.show",
    { project, prompt: loaded?.id ?? 0 },
    { enabled: loaded !== null },
  );
  const current = loaded && detail.data?.id === loaded.id ? detail.data : undefined;
  const version = current?.versions.find((one) => one.number === loaded?.number);
  const changed =
    version !== undefined && (version.system !== state.system || version.body !== state.prompt);

  const load = (id: number, one: Pick<Version, "number" | "system" | "body">) =>
    onChange({
      template: { id, number: one.number },
      system: one.system,
      prompt: one.body,
      conversation: null,
      history: [],
      reference: null,
    });
  const choose = async (id: number) => {
    try {
      const { versions } = await call("prompts.show", { project, prompt: id });
      if (versions[0]) load(id, versions[0]);
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <div>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Select
          label="Saved prompt"
          placeholder={prompts.length > 0 ? "Load one" : "None saved yet"}
          data={prompts.map((one) => ({
            value: String(one.id),
            label: `${one.name} (${one.latest})`,
          }))}
          value={loaded ? String(loaded.id) : null}
          onChange={(value) => (value ? void choose(Number(value)) : onChange({ template: null }))}
          disabled={prompts.length === 0}
          searchable
          clearable
          flex={1}
          miw={0}
        />
        <Button variant="default" onClick={() => setOpen("save")} disabled={!state.prompt.trim()}>
          Save prompt
        </Button>
      </Group>
      {loaded && (
        <Group gap={6} mt={4}>
          <Text size="xs" c="dimmed">
            Version {loaded.number}
            {current?.versions[0] &&
              loaded.number < current.versions[0].number &&
              " (not the newest)"}
            {changed && ", changed since"}
          </Text>
          <Button size="compact-xs" variant="subtle" onClick={() => setOpen("history")}>
            History
          </Button>
        </Group>
      )}
      <SaveDialog
        key={open === "save" ? "open" : "closed"}
        project={project}
        opened={open === "save"}
        state={state}
        known={current}
        onClose={() => setOpen(undefined)}
        onSaved={(template) => onChange({ template })}
      />
      <Modal
        opened={open === "history"}
        onClose={() => setOpen(undefined)}
        title={`Versions of ${current?.name ?? "the prompt"}`}
        size="lg"
      >
        {detail.error ? (
          <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
        ) : current ? (
          <History
            project={project}
            detail={current}
            loaded={loaded?.number}
            mayDelete={mayDelete}
            onLoad={(one) => {
              load(current.id, one);
              setOpen(undefined);
            }}
            onDeleted={() => {
              onChange({ template: null });
              setOpen(undefined);
            }}
          />
        ) : (
          <LoadingState rows={4} />
        )}
      </Modal>
    </div>
  );
}

type SaveProps = {
  project: string;
  opened: boolean;
  state: PlayState;
  known: Detail | undefined;
  onClose: () => void;
  onSaved: (template: { id: number; number: number }) => void;
};

function SaveDialog({ project, opened, state, known, onClose, onSaved }: SaveProps) {
  const [name, setName] = useState(known?.name ?? "");
  const save = useAct("prompts.save", {
    notify: false,
    refresh: ["prompts.list", "prompts.show"],
    done: ({ number, created }) =>
      created ? `Saved as version ${number}.` : `Version ${number} holds this text already.`,
    onDone: ({ id, number }) => {
      onSaved({ id, number });
      onClose();
    },
  });
  const latest = known && name.trim() === known.name ? (known.versions[0]?.number ?? 0) : 0;
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Save the prompt"
      act="Save version"
      busy={save.isPending}
      cancel="Close"
      error={save.error}
      onSubmit={() =>
        save.mutate({ project, name, system: state.system, body: state.prompt, latest })
      }
    >
      <TextInput
        label="Name"
        description={
          latest > 0 ? `Becomes version ${latest + 1}.` : "A new name begins at version 1."
        }
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
        error={save.error?.fieldError("name")}
      />
    </FormDialog>
  );
}

type HistoryProps = {
  project: string;
  detail: Detail;
  loaded: number | undefined;
  mayDelete: boolean;
  onLoad: (version: Version) => void;
  onDeleted: () => void;
};

function History({ project, detail, loaded, mayDelete, onLoad, onDeleted }: HistoryProps) {
  const [sure, setSure] = useState(false);
  const remove = useAct("prompts.delete", {
    done: `${detail.name} was deleted.`,
    refresh: ["prompts.list"],
    onDone: onDeleted,
  });
  return (
    <Stack>
      {detail.versions.map((version, index) => {
        const before = detail.versions[index + 1];
        return (
          <section
            key={version.number}
            className={classes.version}
            aria-label={`Version ${version.number}`}
          >
            <Group justify="space-between" mb={6}>
              <Text size="sm" fw={600}>
                Version {version.number}
                <Text span size="xs" c="dimmed" ml={8}>
                  {version.createdBy ?? "a former user"}, <TimeAgo at={version.createdAt} />
                </Text>
              </Text>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => onLoad(version)}
                aria-label={`Load version ${version.number}`}
              >
                {version.number === loaded ? "Load again" : "Load"}
              </Button>
            </Group>
            {version.system && (
              <WordDiff from={before?.system} to={version.system} label="System" />
            )}
            <WordDiff from={before?.body} to={version.body} label="Prompt" />
          </section>
        );
      })}
      {mayDelete && (
        <Group justify="flex-end">
          <Button
            size="xs"
            variant="subtle"
            color="red.8"
            loading={remove.isPending}
            onClick={() => (sure ? remove.mutate({ project, prompt: detail.id }) : setSure(true))}
          >
            {sure ? "Delete for good?" : "Delete this prompt with its versions"}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

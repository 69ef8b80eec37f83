"use client";

import { ActionIcon, Button, Group, Textarea, Tooltip } from "@mantine/core";
import { IconArrowsDiff, IconPlus, IconSend } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import { Page, PageHeader } from "#app/_ui/feedback/page-header.tsx";
import { EmptyState } from "#app/_ui/feedback/states.tsx";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { maxColumns } from "#lib/core/play-limits.ts";
import type { PlayColumn, PlayState } from "#lib/core/playground-session.ts";
import { Column } from "./column.tsx";
import { ComparePanel, sidesOf } from "./compare-panel.tsx";
import { forgetDraft, keepDraft, readDraft } from "./draft.ts";
import classes from "./playground.module.css";
import type { SavedPrompt } from "./prompt-library.tsx";
import { PromptPanel } from "./prompt-panel.tsx";
import { SaveDialog } from "./save-dialog.tsx";
import { type Session, SessionBar } from "./session-bar.tsx";
import {
  firstMessages,
  lastAnswer,
  type ModelChoice,
  parametersFor,
  temperatureWords,
  withColumn,
  withMessages,
  withModel,
  withoutColumn,
} from "./state.ts";
import { useAnswers } from "./use-answers.ts";

type Props = {
  project: string;
  models: ModelChoice[];
  prompts: SavedPrompt[];
  initial: PlayState;
  session: Session | undefined;
  /** Neither a session nor a row was asked for: what this tab had open comes back. */
  fresh: boolean;
  may: { save: boolean; infer: boolean };
};

/** One prompt, several models side by side. */
export function Playground(props: Props) {
  const { project, models, may } = props;
  const router = useRouter();
  const [state, setState] = useState(props.initial);
  const [session, setSession] = useState(props.session);
  const [saved, setSaved] = useState(JSON.stringify(props.initial));
  const [saving, setSaving] = useState<PlayColumn>();
  const [comparing, setComparing] = useState(false);
  const answers = useAnswers(project, (id, message) =>
    setState((now) => {
      const column = now.columns.find((one) => one.id === id);
      return column ? withMessages(now, id, [...column.messages, message]) : now;
    }),
  );
  const change = (part: Partial<PlayState>) => setState((now) => ({ ...now, ...part }));
  useDraft(project, state, setState, props.fresh && !session);

  const ask = (column: PlayColumn, messages: PlayColumn["messages"]) => {
    setState((now) => withMessages(now, column.id, messages));
    void answers.ask(column, messages, parametersFor(state, models, column.model));
  };
  const asked = state.columns.filter((column) => column.model);
  const running = answers.live.size > 0;
  const refused = !state.prompt.trim()
    ? "Write a prompt first."
    : asked.length === 0
      ? "Choose a model first."
      : undefined;
  const run = () => {
    if (refused) return;
    for (const column of asked) ask(column, firstMessages(state));
  };
  const reply = (column: PlayColumn, text: string) =>
    ask(column, [...column.messages, { role: "user", content: text }]);
  const again = (column: PlayColumn) => {
    const last = column.messages.findLastIndex((one) => one.role === "user");
    ask(column, column.messages.slice(0, last + 1));
  };
  const drop = (id: string, next: (now: PlayState) => PlayState) => {
    answers.drop(id);
    setState(next);
  };
  const begin = () => {
    for (const { id } of state.columns) answers.drop(id);
    forgetDraft(project);
    if (session || !props.fresh) router.push(`/p/${project}/playground`);
    else setState(props.initial);
  };
  useShortcuts("Playground", [
    { keys: "mod+Enter", label: "Ask all models", run, inFields: true },
    { keys: "mod+.", label: "Stop all answers", run: answers.stopAll, inFields: true },
  ]);

  const sides = sidesOf(state);
  const answered = state.columns.filter((one) => lastAnswer(one) && !answers.live.has(one.id));
  return (
    <Page wide>
      <PageHeader
        title={session?.title ?? "Playground"}
        note={session ? "A saved session" : "Try a prompt on models, side by side"}
        actions={
          <>
            <Button variant="subtle" component={Link} href={`/p/${project}/playground/runs`}>
              Prompt-set runs
            </Button>
            <Button variant="default" onClick={begin}>
              New
            </Button>
            <SessionBar
              project={project}
              session={session}
              state={state}
              changed={JSON.stringify(state) !== saved}
              busy={running}
              onSaved={(next) => {
                setSession(next);
                setSaved(JSON.stringify(state));
                forgetDraft(project);
                window.history.replaceState(
                  null,
                  "",
                  `/p/${project}/playground?session=${next.id}`,
                );
              }}
              onTake={(read) => {
                setState(read.state);
                setSaved(JSON.stringify(read.state));
                setSession({ id: read.id, title: read.title, revision: read.revision });
              }}
            />
          </>
        }
      />
      {models.length === 0 ? (
        <EmptyState
          title="No model to talk to yet"
          action={
            <Button component={Link} href={`/p/${project}/models`}>
              Go to models
            </Button>
          }
        >
          Train a model, import a folder, or add a server. Every version can be tried here before
          anybody else sees it.
        </EmptyState>
      ) : (
        <div className={classes.layout}>
          <PromptPanel
            project={project}
            state={state}
            prompts={props.prompts}
            mayDeletePrompts={may.save}
            temperature={temperatureWords(state, models)}
            running={running}
            refused={refused}
            onChange={change}
            onRun={run}
            onStopAll={answers.stopAll}
          />
          <div className={classes.answers}>
            <Group gap="xs" mb="xs">
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconPlus size={14} />}
                disabled={state.columns.length >= maxColumns}
                title={
                  state.columns.length >= maxColumns ? `At most ${maxColumns} columns` : undefined
                }
                onClick={() => setState(withColumn(state, nextModel(models, state)))}
              >
                Add model
              </Button>
              <Tooltip label="Needs two answers" disabled={sides.length > 1}>
                <Button
                  size="compact-sm"
                  variant={comparing ? "light" : "default"}
                  leftSection={<IconArrowsDiff size={14} />}
                  aria-pressed={comparing}
                  data-disabled={sides.length < 2 || undefined}
                  aria-disabled={sides.length < 2}
                  onClick={() => sides.length > 1 && setComparing(!comparing)}
                >
                  Word differences
                </Button>
              </Tooltip>
            </Group>
            {comparing && sides.length > 1 && (
              <ComparePanel sides={sides} onClose={() => setComparing(false)} />
            )}
            <div className={classes.columns}>
              {state.columns.map((column, index) => (
                <Column
                  key={column.id}
                  column={column}
                  number={index + 1}
                  models={models}
                  live={answers.live.get(column.id)}
                  removable={state.columns.length > 1}
                  saveRefused={may.save ? undefined : "Saving to a dataset needs the curator role."}
                  onModel={(model) => drop(column.id, (now) => withModel(now, column.id, model))}
                  onRemove={() => drop(column.id, (now) => withoutColumn(now, column.id))}
                  onStop={() => answers.stop(column.id)}
                  onAgain={() => again(column)}
                  onReply={(text) => reply(column, text)}
                  onSave={() => setSaving(column)}
                />
              ))}
            </div>
            {answered.length > 1 && (
              <ReplyAll
                onReply={(text) => {
                  for (const column of answered) reply(column, text);
                }}
              />
            )}
          </div>
        </div>
      )}
      {saving && (
        <SaveDialog
          project={project}
          state={state}
          column={saving}
          session={session?.id}
          onClose={() => setSaving(undefined)}
        />
      )}
    </Page>
  );
}

/** The newest model that no column has yet. */
function nextModel(models: ModelChoice[], state: PlayState): string {
  const used = new Set(state.columns.map((one) => one.model));
  return models.find((one) => !used.has(one.name))?.name ?? models[0]?.name ?? "";
}

/** Brings back what this tab had open, and keeps it while it changes. */
function useDraft(
  project: string,
  state: PlayState,
  setState: Dispatch<SetStateAction<PlayState>>,
  active: boolean,
) {
  const restored = useRef(false);
  useEffect(() => {
    if (!active) return;
    if (!restored.current) {
      restored.current = true;
      // Whoever has begun to write meanwhile goes on with that.
      void readDraft(project).then((draft) => {
        if (draft) setState((now) => (now === state ? draft : now));
      });
      return;
    }
    keepDraft(project, state);
  }, [project, state, setState, active]);
}

function ReplyAll({ onReply }: { onReply: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <form
      className={classes.replyAll}
      onSubmit={(event) => {
        event.preventDefault();
        if (!text.trim()) return;
        onReply(text);
        setText("");
      }}
    >
      <Textarea
        aria-label="Reply to all models"
        placeholder="Reply to all models"
        autosize
        minRows={1}
        maxRows={8}
        flex={1}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <ActionIcon type="submit" size={36} disabled={!text.trim()} aria-label="Send to all models">
        <IconSend size={17} />
      </ActionIcon>
    </form>
  );
}

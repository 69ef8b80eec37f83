"use client";

import { ActionIcon, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconPlayerPlayFilled, IconPlayerStopFilled, IconX } from "@tabler/icons-react";
import { plural } from "#app/_ui/format.ts";
import type { PlayState } from "#lib/core/playground-session.ts";
import { variablesOf } from "#lib/core/prompt-template.ts";
import { ParameterFields } from "./parameters.tsx";
import classes from "./playground.module.css";
import { PromptLibrary, type SavedPrompt } from "./prompt-library.tsx";

type Props = {
  project: string;
  state: PlayState;
  prompts: SavedPrompt[];
  mayDeletePrompts: boolean;
  running: boolean;
  /** Why nothing can be asked yet; undefined when it can. */
  refused: string | undefined;
  /** What an empty temperature stands for. */
  temperature: string;
  onChange: (part: Partial<PlayState>) => void;
  onRun: () => void;
  onStopAll: () => void;
};

/** What is asked: system prompt, prompt, variables, parameters. */
export function PromptPanel(props: Props) {
  const { state, onChange, running, refused } = props;
  const variables = variablesOf(state.system, state.prompt);
  const empty = variables.filter((name) => !state.variables[name]);
  return (
    <Stack gap="sm" className={classes.panel} component="section" aria-label="What to ask">
      <PromptLibrary
        project={props.project}
        prompts={props.prompts}
        state={state}
        mayDelete={props.mayDeletePrompts}
        onChange={onChange}
      />
      <Textarea
        label="System prompt"
        placeholder="How the assistant should behave"
        autosize
        minRows={2}
        maxRows={10}
        dir="auto"
        value={state.system}
        onChange={(event) => onChange({ system: event.currentTarget.value })}
      />
      <OpenedRow state={state} onChange={onChange} />
      <Textarea
        label="Prompt"
        description="{{name}} makes a variable"
        placeholder="What do you want to ask?"
        autosize
        minRows={4}
        maxRows={16}
        dir="auto"
        data-autofocus
        value={state.prompt}
        onChange={(event) => onChange({ prompt: event.currentTarget.value })}
      />
      {variables.length > 0 && (
        <Stack gap={6} component="fieldset" className={classes.variables}>
          <Text component="legend" size="sm" fw={550}>
            Variables
          </Text>
          {variables.map((name) => (
            <Textarea
              key={name}
              label={name}
              size="xs"
              autosize
              minRows={1}
              maxRows={5}
              dir="auto"
              value={state.variables[name] ?? ""}
              onChange={(event) =>
                onChange({ variables: { ...state.variables, [name]: event.currentTarget.value } })
              }
            />
          ))}
          {empty.length > 0 && (
            <Text size="xs" c="dimmed">
              {plural(empty.length, "variable")} without a value: sent as written.
            </Text>
          )}
        </Stack>
      )}
      <Group gap="xs">
        <Button
          onClick={props.onRun}
          disabled={refused !== undefined}
          leftSection={<IconPlayerPlayFilled size={14} />}
          flex={1}
        >
          {state.columns.length > 1 ? "Ask all" : "Ask"}
        </Button>
        {running && (
          <Button
            variant="default"
            onClick={props.onStopAll}
            leftSection={<IconPlayerStopFilled size={14} />}
          >
            Stop all
          </Button>
        )}
      </Group>
      {refused && (
        <Text size="xs" c="dimmed">
          {refused}
        </Text>
      )}
      <details className={classes.parameters} open>
        <summary>Parameters</summary>
        <ParameterFields
          value={state.parameters}
          temperature={props.temperature}
          onChange={(parameters) => onChange({ parameters })}
        />
      </details>
    </Stack>
  );
}

function OpenedRow({ state, onChange }: Pick<Props, "state" | "onChange">) {
  if (state.conversation === null && state.history.length === 0) return null;
  return (
    <div className={classes.opened}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={550}>
          {state.conversation === null ? "Earlier turns" : `Conversation ${state.conversation}`}
        </Text>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label="Forget the opened conversation"
          onClick={() => onChange({ conversation: null, history: [], reference: null })}
        >
          <IconX size={14} />
        </ActionIcon>
      </Group>
      {state.history.length > 0 && (
        <details>
          <summary>{plural(state.history.length, "earlier message")}, sent with the prompt</summary>
          {state.history.map((message, index) => (
            <Text key={index} size="xs" mt={4} dir="auto" className={classes.earlier}>
              <strong>{message.role}:</strong> {message.content}
            </Text>
          ))}
        </details>
      )}
      {state.reference !== null && (
        <details>
          <summary>Recorded answer</summary>
          <Text size="xs" mt={4} dir="auto" className={classes.earlier}>
            {state.reference}
          </Text>
        </details>
      )}
    </div>
  );
}

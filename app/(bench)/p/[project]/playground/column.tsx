"use client";

import {
  ActionIcon,
  Alert,
  Button,
  Group,
  Loader,
  Select,
  Text,
  Textarea,
  Tooltip,
} from "@mantine/core";
import {
  IconDatabasePlus,
  IconPlayerStopFilled,
  IconRefresh,
  IconSend,
  IconX,
} from "@tabler/icons-react";
import { useState } from "react";
import { MessageView } from "#app/_ui/conversation/message.tsx";
import type { PlayColumn, PlayMessage } from "#lib/core/playground-session.ts";
import { AnswerFigures } from "./answer-figures.tsx";
import classes from "./playground.module.css";
import { lastAnswer, type ModelChoice } from "./state.ts";
import type { Live } from "./use-answers.ts";

type Props = {
  column: PlayColumn;
  number: number;
  models: ModelChoice[];
  live: Live | undefined;
  removable: boolean;
  /** Why answers cannot be saved; undefined when they can. */
  saveRefused: string | undefined;
  onModel: (model: string) => void;
  onRemove: () => void;
  onStop: () => void;
  onAgain: () => void;
  onReply: (text: string) => void;
  onSave: () => void;
};

/** One model with its own conversation. */
export function Column(props: Props) {
  const { column, number, live, models } = props;
  const shown = column.messages.filter((one) => one.role !== "system");
  const answer = lastAnswer(column);
  return (
    <section className={classes.column} aria-label={`Column ${number}`} aria-busy={!!live}>
      <Group gap={6} wrap="nowrap" className={classes.columnHead}>
        <Select
          aria-label={`Model of column ${number}`}
          data={groupModels(models, column.model)}
          value={column.model || null}
          onChange={(model) => model && props.onModel(model)}
          placeholder="Choose a model"
          searchable
          allowDeselect={false}
          nothingFoundMessage="No model of this name"
          size="sm"
          flex={1}
          miw={0}
        />
        {props.removable && (
          <Tooltip label="Remove this column">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove column ${number}`}
              onClick={props.onRemove}
            >
              <IconX size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <div className={classes.messages}>
        {shown.length === 0 && !live && (
          <Text size="sm" c="dimmed" className={classes.waiting}>
            {column.model ? "The answer will stand here." : "Choose a model first."}
          </Text>
        )}
        {shown.map((message, index) => (
          <AnswerOrQuestion key={index} message={message} />
        ))}
        {live && <LiveAnswer live={live} model={column.model} />}
      </div>
      <div role="status" className={classes.unseen}>
        {live ? `${column.model} is answering` : answer ? `${column.model} has answered` : ""}
      </div>
      <Group gap={6} mt="xs">
        {live && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlayerStopFilled size={13} />}
            onClick={props.onStop}
          >
            Stop
          </Button>
        )}
        {!live && shown.length > 0 && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={14} />}
            onClick={props.onAgain}
          >
            Answer again
          </Button>
        )}
        {!live && answer && (
          <Tooltip label={props.saveRefused} disabled={!props.saveRefused}>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconDatabasePlus size={14} />}
              data-disabled={props.saveRefused ? true : undefined}
              aria-disabled={!!props.saveRefused}
              onClick={() => !props.saveRefused && props.onSave()}
            >
              Save to dataset
            </Button>
          </Tooltip>
        )}
      </Group>
      {!live && answer && <Reply number={number} onReply={props.onReply} />}
    </section>
  );
}

function groupModels(models: ModelChoice[], current: string) {
  const of = (kind: ModelChoice["kind"]) =>
    models.filter((one) => one.kind === kind).map((one) => one.name);
  const gone = current && !models.some((one) => one.name === current);
  return [
    { group: "Deployments", items: of("deployment") },
    { group: "Model versions", items: of("version") },
    ...(gone ? [{ group: "No longer there", items: [current] }] : []),
  ].filter((one) => one.items.length > 0);
}

function AnswerOrQuestion({ message }: { message: PlayMessage }) {
  const facts = message.answer;
  if (facts?.error && message.content === "") {
    return (
      <Alert color="red" role="alert" title="No answer">
        {facts.error}
      </Alert>
    );
  }
  return (
    <MessageView
      message={{ role: message.role, content: message.content }}
      name={facts?.model}
      footer={
        facts && (
          <>
            {facts.error && (
              <Alert color="red" role="alert" mt="xs" p="xs">
                {facts.error}
              </Alert>
            )}
            <AnswerFigures facts={facts} />
          </>
        )
      }
    />
  );
}

function LiveAnswer({ live, model }: { live: Live; model: string }) {
  return live.text === "" ? (
    <Group gap="xs" p="sm">
      <Loader size="xs" />
      <Text size="sm" c="dimmed">
        Waiting for the first token
      </Text>
    </Group>
  ) : (
    <MessageView
      message={{ role: "assistant", content: live.text }}
      name={model}
      aside={<Loader size="xs" type="dots" />}
    />
  );
}

function Reply({ number, onReply }: { number: number; onReply: (text: string) => void }) {
  const [text, setText] = useState("");
  const send = () => {
    if (!text.trim()) return;
    onReply(text);
    setText("");
  };
  return (
    <form
      className={classes.reply}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        aria-label={`Reply in column ${number}`}
        placeholder="Reply to this model only"
        autosize
        minRows={1}
        maxRows={6}
        size="xs"
        flex={1}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            send();
          }
        }}
      />
      <ActionIcon
        type="submit"
        variant="default"
        size={30}
        disabled={!text.trim()}
        aria-label={`Send in column ${number}`}
      >
        <IconSend size={15} />
      </ActionIcon>
    </form>
  );
}

"use client";

import {
  ActionIcon,
  Button,
  Chip,
  Group,
  Loader,
  Paper,
  Stack,
  Text,
  Textarea,
  Tooltip,
} from "@mantine/core";
import { IconPencil, IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { useState } from "react";
import { MessageText } from "#app/_ui/conversation/message-text.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import classes from "./chat.module.css";
import type { Turn } from "./use-chat.ts";

const given: Record<string, string> = {
  up: "You gave feedback: a good answer",
  down: "You gave feedback: a bad answer",
  edit: "You gave feedback: the answer as it should be",
};

const reasons = [
  { value: "wrong", label: "Wrong" },
  { value: "incomplete", label: "Incomplete" },
  { value: "unsafe", label: "Unsafe" },
  { value: "biased", label: "Biased" },
  { value: "refused", label: "Refused" },
  { value: "off-topic", label: "Off topic" },
  { value: "style", label: "Style" },
  { value: "other", label: "Other" },
] as const;
type Reason = (typeof reasons)[number]["value"];

type Props = {
  project: string;
  turn: Turn;
  history: Turn[];
  coming?: boolean;
  onFeedback?: (requestId: string, kind: string) => void;
};

/** One turn; an answer says who gave it and takes thumbs and edits. */
export function ChatTurn({ project, turn, history, coming, onFeedback }: Props) {
  const person = turn.role === "user";
  return (
    <article className={classes.turn} data-role={turn.role} aria-label={person ? "You" : "Answer"}>
      <Paper p="sm" className={classes.bubble}>
        {coming && turn.content === "" ? (
          <Loader size="xs" type="dots" aria-label="The answer is coming" />
        ) : (
          <MessageText text={turn.content} markdown={!person && !coming} />
        )}
      </Paper>
      {!person && !coming && (
        <Group gap="xs" className={classes.under}>
          <Text size="xs" c="dimmed" className={classes.wrap}>
            {turn.model ?? "Answer"}
            {turn.finishReason === "stopped" && " · stopped"}
            {turn.finishReason === "length" && " · cut at the length limit"}
          </Text>
          {turn.requestId && (
            <Judge project={project} turn={turn} history={history} onFeedback={onFeedback} />
          )}
        </Group>
      )}
    </article>
  );
}

function Judge({ project, turn, history, onFeedback }: Props) {
  const [panel, setPanel] = useState<"down" | "edit" | null>(null);
  const give = useAct("feedback.give", {
    done: "Thank you. A curator reads it before it becomes data.",
    onDone: (_output, input) => {
      setPanel(null);
      onFeedback?.(input.request_id, input.corrected ? "edit" : (input.rating ?? "down"));
    },
  });
  const base = {
    project,
    request_id: turn.requestId ?? "",
    messages: history.map(({ role, content }) => ({ role, content })),
    answer: turn.content,
  };
  if (turn.feedback) {
    return (
      <Text size="xs" c="dimmed">
        {given[turn.feedback] ?? "You gave feedback"}
      </Text>
    );
  }
  return (
    <>
      <Group gap={2}>
        <Tooltip label="Good answer">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Good answer"
            onClick={() => give.mutate({ ...base, rating: "up" })}
          >
            <IconThumbUp size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Bad answer">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Bad answer"
            aria-expanded={panel === "down"}
            onClick={() => setPanel(panel === "down" ? null : "down")}
          >
            <IconThumbDown size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Write it as it should be">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Edit the answer"
            aria-expanded={panel === "edit"}
            onClick={() => setPanel(panel === "edit" ? null : "edit")}
          >
            <IconPencil size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {panel && (
        <Panel
          kind={panel}
          answer={turn.content}
          busy={give.isPending}
          onCancel={() => setPanel(null)}
          onGive={(given) => give.mutate({ ...base, ...given })}
        />
      )}
    </>
  );
}

type Given = { rating?: "down"; reasons: Reason[]; comment: string; corrected?: string };
type PanelProps = {
  kind: "down" | "edit";
  answer: string;
  busy: boolean;
  onCancel: () => void;
  onGive: (given: Given) => void;
};

function Panel({ kind, answer, busy, onCancel, onGive }: PanelProps) {
  const [picked, setPicked] = useState<Reason[]>([]);
  const [comment, setComment] = useState("");
  const [corrected, setCorrected] = useState(answer);
  const unchanged =
    kind === "edit" && (corrected.trim() === "" || corrected.trim() === answer.trim());
  return (
    <Stack gap="sm" className={classes.panel}>
      {kind === "edit" && (
        <Textarea
          label="The answer as it should be"
          autosize
          minRows={3}
          value={corrected}
          onChange={(event) => setCorrected(event.currentTarget.value)}
        />
      )}
      <Chip.Group multiple value={picked} onChange={(next) => setPicked(next as Reason[])}>
        <Group gap="xs" role="group" aria-label="Reasons">
          {reasons.map((one) => (
            <Chip key={one.value} value={one.value} size="xs">
              {one.label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Textarea
        label="Comment"
        autosize
        minRows={1}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button
          size="xs"
          loading={busy}
          disabled={unchanged}
          onClick={() =>
            onGive(
              kind === "edit"
                ? { reasons: picked, comment, corrected }
                : { rating: "down", reasons: picked, comment },
            )
          }
        >
          Send feedback
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}

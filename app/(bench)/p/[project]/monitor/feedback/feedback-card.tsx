"use client";

import {
  Alert,
  Anchor,
  Badge,
  Button,
  Checkbox,
  Group,
  Paper,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPencil, IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import type { Role } from "#lib/core/conversation.ts";
import { GreyedButton } from "../../models/greyed-button.tsx";
import classes from "./feedback.module.css";

type Item = OutputOf<"feedback.list">["items"][number];

const icons = { up: IconThumbUp, down: IconThumbDown, edit: IconPencil } as const;
const words = { up: "Thumbs up", down: "Thumbs down", edit: "Edited answer" } as const;
const kindOf = (kind: string) => (kind === "up" || kind === "edit" ? kind : "down");

/** One item with what was asked, answered and wished for, and the decision. */
export function FeedbackCard({ project, item }: { project: string; item: Item }) {
  const kind = kindOf(item.kind);
  const Icon = icons[kind];
  return (
    <Paper p="md" component="article" aria-label={`Feedback ${item.id}`}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="xs">
          <Icon size={18} aria-hidden />
          <Text fw={600}>{words[kind]}</Text>
          {item.reasons.map((reason) => (
            <Badge key={reason} variant="light" color="gray">
              {reason.replaceAll("-", " ")}
            </Badge>
          ))}
        </Group>
        <Text size="sm" c="dimmed" className={classes.text}>
          {item.model ?? "unknown model"} · <TimeAgo at={item.createdAt} />
        </Text>
      </Group>
      <Stack gap="xs">
        {item.messages.map((message, index) => (
          <Said
            key={`${index}-${message.role}`}
            who={speakers[message.role] ?? message.role}
            text={message.content}
          />
        ))}
        <Said who="Answer" text={item.answer} />
        {item.corrected !== null && <Said who="Wished for" text={item.corrected} />}
        {item.comment !== "" && <Said who="Comment" text={item.comment} />}
      </Stack>
      {item.state === "waiting" ? (
        <Decision project={project} item={item} />
      ) : (
        <Outcome project={project} item={item} />
      )}
    </Paper>
  );
}

const speakers: Record<string, string> = {
  system: "System",
  user: "Asked",
  assistant: "Answered",
  tool: "Tool",
};

function Said({ who, text }: { who: string; text: string }) {
  return (
    <div className={classes.said}>
      <span className={classes.who}>{who}</span>
      <div dir="auto" className={classes.text}>
        {text}
      </div>
    </div>
  );
}

function Outcome({ project, item }: { project: string; item: Item }) {
  return (
    <Text size="sm" c="dimmed" mt="sm">
      {item.state === "accepted" && item.datasetId !== null ? (
        <>
          Accepted into{" "}
          <Anchor
            component={Link}
            size="sm"
            underline="always"
            href={`/p/${project}/datasets/${item.datasetId}?open=${item.conversationId}`}
          >
            dataset {item.datasetId}
          </Anchor>
          .
        </>
      ) : (
        "Set aside."
      )}
    </Text>
  );
}

const places: Record<string, string> = {
  answer: "the answer",
  corrected: "the answer that was wished for",
  comment: "the comment, which does not become data",
};
const placeWords = (where: string) =>
  where.startsWith("messages.") ? "what was asked" : (places[where] ?? where);

function Decision({ project, item }: { project: string; item: Item }) {
  const given = item.corrected ?? item.answer;
  const [answer, setAnswer] = useState(given);
  const [asked, setAsked] = useState<string[]>();
  const [dataset, setDataset] = useState("feedback");
  const [keep, setKeep] = useState(false);
  const review = useAct("feedback.review", {
    refresh: ["feedback.list"],
    done: (output) => (output.state === "accepted" ? "Accepted into the dataset" : "Set aside"),
  });
  const decide = (decision: "row" | "pair" | "reject") =>
    review.mutate({
      project,
      feedback: item.id,
      decision,
      dataset,
      keepPersonalData: keep,
      ...(answer === given || decision === "reject" ? {} : { answer }),
      ...(asked === undefined || decision === "reject"
        ? {}
        : {
            messages: item.messages.map(({ role }, n) => ({
              role: role as Role,
              content: asked[n] ?? "",
            })),
          }),
    });
  const incomplete =
    answer.trim() === ""
      ? "The answer is empty"
      : dataset.trim() === ""
        ? "Name the dataset"
        : undefined;
  const same =
    answer.trim() === item.answer.trim()
      ? "A pair needs an answer that differs from the given one"
      : undefined;
  return (
    <Stack gap="sm" mt="md">
      {item.pii.length > 0 && <Personal item={item} keep={keep} onKeep={setKeep} />}
      {asked === undefined ? (
        <Button
          size="compact-sm"
          variant="subtle"
          style={{ alignSelf: "flex-start" }}
          onClick={() => setAsked(item.messages.map(({ content }) => content))}
        >
          Edit what was asked
        </Button>
      ) : (
        item.messages.map(({ role }, n) => (
          <Textarea
            key={`${n}-${role}`}
            label={`${speakers[role] ?? role}, message ${n + 1}`}
            autosize
            minRows={1}
            maxRows={8}
            value={asked[n] ?? ""}
            onChange={(event) => setAsked(asked.with(n, event.currentTarget.value))}
          />
        ))
      )}
      <Textarea
        label="Answer to learn"
        autosize
        minRows={2}
        maxRows={10}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Into dataset"
          value={dataset}
          maxLength={200}
          onChange={(event) => setDataset(event.currentTarget.value)}
        />
        <GreyedButton because={incomplete} loading={review.isPending} onClick={() => decide("row")}>
          Accept as row
        </GreyedButton>
        <GreyedButton
          variant="default"
          because={incomplete ?? same}
          disabled={review.isPending}
          onClick={() => decide("pair")}
        >
          Accept as pair
        </GreyedButton>
        <Button
          variant="subtle"
          color="gray"
          disabled={review.isPending}
          onClick={() => decide("reject")}
        >
          Set aside
        </Button>
      </Group>
    </Stack>
  );
}

type PersonalProps = { item: Item; keep: boolean; onKeep: (keep: boolean) => void };

/** What the scan found and where; it stays out unless a reviewer says otherwise. */
function Personal({ item, keep, onKeep }: PersonalProps) {
  const found = [...new Set(item.pii.map((one) => `${one.type} in ${placeWords(one.where)}`))];
  return (
    <Alert color="yellow" title="The scan found personal data">
      <Text size="sm" mb="xs">
        {`${found.join(", ")}. Take it out below, or say that it may stay.`}
      </Text>
      <Checkbox
        label="It may stay"
        checked={keep}
        onChange={(event) => onKeep(event.currentTarget.checked)}
      />
    </Alert>
  );
}

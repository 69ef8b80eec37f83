"use client";

import { Alert, Anchor, Badge, Drawer, Group, Stack, Text } from "@mantine/core";
import Link from "next/link";
import { MessageView } from "#app/_ui/conversation/message.tsx";
import { formatNumber } from "#app/_ui/format.ts";
import { roles } from "#lib/core/message-tree.ts";
import type { PromptRow } from "./run-answers.tsx";

type Props = { project: string; row: PromptRow; onClose: () => void };
type Response = PromptRow["responses"][number];

/** One prompt whole, with every model's answer and its figures. */
export function AnswerDrawer({ project, row, onClose }: Props) {
  return (
    <Drawer
      opened
      onClose={onClose}
      title={`Prompt ${row.position + 1}`}
      position="right"
      size="xl"
    >
      <Stack gap="sm">
        {row.conversationId !== null && (
          <Anchor
            component={Link}
            href={`/p/${project}/playground?conversation=${row.conversationId}`}
            size="sm"
          >
            Open conversation {row.conversationId} in the playground
          </Anchor>
        )}
        {row.messages.map((message, index) => (
          <MessageView
            key={index}
            message={{
              role: roles.find((role) => role === message.role) ?? "user",
              content: message.content,
            }}
          />
        ))}
        {row.reference !== null && (
          <MessageView
            message={{ role: "assistant", content: row.reference }}
            name="Recorded answer"
          />
        )}
        {row.responses.map((response) => (
          <ResponseView key={response.id} response={response} />
        ))}
      </Stack>
    </Drawer>
  );
}

function ResponseView({ response }: { response: Response }) {
  const name =
    response.sample > 0 ? `${response.model}, answer ${response.sample + 1}` : response.model;
  if (response.error !== null) {
    return (
      <Alert color="red" title={name} role="alert">
        {response.error}
      </Alert>
    );
  }
  return (
    <MessageView
      message={{ role: "assistant", content: response.text ?? "" }}
      name={name}
      footer={<Figures response={response} />}
    />
  );
}

const time = (value: number | null) => (value === null ? undefined : `${Math.round(value)} ms`);

function Figures({ response }: { response: Response }) {
  const { promptTokens, completionTokens, firstTokenMs, latencyMs, finishReason } = response;
  const first = time(firstTokenMs);
  const whole = time(latencyMs);
  const parts = [
    promptTokens === null || completionTokens === null
      ? undefined
      : `${formatNumber(promptTokens)} + ${formatNumber(completionTokens)} tokens`,
    first && `first after ${first}`,
    whole && `${whole} in all`,
  ].filter((one) => one !== undefined);
  return (
    <Group gap={6} mt={6}>
      <Text size="xs" c="dimmed" className="tabular">
        {parts.join(" · ")}
      </Text>
      {finishReason === "length" && (
        <Badge size="sm" color="brass" variant="light">
          Token limit reached
        </Badge>
      )}
    </Group>
  );
}

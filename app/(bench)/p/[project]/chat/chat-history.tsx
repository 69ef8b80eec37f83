"use client";

import { ActionIcon, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { ConfirmDelete } from "#app/_ui/feedback/confirm-delete.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { TimeAgo } from "#app/_ui/feedback/time-ago.tsx";
import { useAct, useOperation } from "#app/_ui/use-operation.ts";
import classes from "./chat.module.css";

type Chat = { id: string; title: string };

/** This person's chats; nobody else sees them. */
export function ChatHistory({ project, open }: { project: string; open: string | null }) {
  const { data, error, isPending, refetch } = useOperation("chats.list", { project });
  const [leaving, setLeaving] = useState<Chat>();
  const chats = data?.chats ?? [];
  return (
    <nav className={classes.history} aria-label="Your chats">
      <Text fw={600} size="sm" mb="xs">
        Your chats
      </Text>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <LoadingState rows={3} />}
      {data && chats.length === 0 && (
        <Text size="sm" c="dimmed">
          Chats stand here once you wrote something.
        </Text>
      )}
      <ul>
        {chats.map((one) => (
          <li key={one.id} data-current={one.id === open || undefined}>
            <a
              href={`/p/${project}/chat/${one.id}`}
              aria-current={one.id === open ? "page" : undefined}
              title={one.title}
              dir="auto"
            >
              {one.title}
            </a>
            <Text size="xs" c="dimmed" component="span">
              <TimeAgo at={one.updatedAt} />
              {` · ${one.deployment}`}
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Delete the chat “${one.title}”`}
              onClick={() => setLeaving(one)}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {leaving && (
        <Leave
          project={project}
          chat={leaving}
          current={leaving.id === open}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </nav>
  );
}

type LeaveProps = { project: string; chat: Chat; current: boolean; onClose: () => void };

function Leave({ project, chat, current, onClose }: LeaveProps) {
  const remove = useAct("chats.delete", {
    refresh: ["chats.list"],
    done: "Chat deleted",
    onDone: () => {
      onClose();
      if (current) window.location.assign(`/p/${project}/chat`);
    },
  });
  return (
    <ConfirmDelete
      opened
      onClose={onClose}
      title="Delete this chat?"
      dependents={[]}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ project, chat: chat.id })}
    >
      {`“${chat.title}” goes for good. Feedback that you gave on its answers stays in review.`}
    </ConfirmDelete>
  );
}

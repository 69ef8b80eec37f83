"use client";

import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Transcript } from "#app/_ui/conversation/transcript.tsx";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { askFailed, useAct, useOperation } from "#app/_ui/use-operation.ts";
import type { ConversationBody } from "#lib/core/conversation.ts";

type Props = {
  project: string;
  dataset: number;
  /** The row that the edit was made from. */
  conversation: number;
  message: string;
  mine: ConversationBody;
  onBack: () => void;
  onClose: () => void;
  onSaved: (conversation: number) => void;
};

/** Somebody was faster: both texts, and the choice between them. */
export function EditConflict(props: Props) {
  const { project, dataset, conversation, message, mine, onBack, onClose, onSaved } = props;
  const old = useOperation("conversations.read", { project, dataset, conversation });
  const successor = old.data?.successor ?? null;
  const theirs = useOperation(
    "conversations.read",
    { project, dataset, conversation: successor ?? 0 },
    { enabled: successor !== null },
  );
  const replace = useAct("conversations.edit", {
    done: "Your text took its place.",
    refresh: ["conversations.list", "datasets.facets"],
    onDone: (done) => onSaved(done.conversation),
  });
  const error = old.error ?? theirs.error;
  if (error) return <ErrorState error={error} onRetry={askFailed(old, theirs)} />;
  if (!old.data || (successor !== null && !theirs.data)) return <LoadingState />;
  return (
    <Stack>
      <Alert color="brass" title="Not saved" role="alert">
        {message}
      </Alert>
      <Text fw={650} size="sm">
        What stands there now
      </Text>
      {theirs.data?.body ? (
        <Transcript body={theirs.data.body} />
      ) : (
        <Text size="sm" c="dimmed">
          {old.data.live
            ? "The same text as before."
            : "Nothing: it was taken out of the dataset meanwhile."}
        </Text>
      )}
      <Text fw={650} size="sm">
        Your text
      </Text>
      <Transcript body={mine} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack}>
          Back to editing
        </Button>
        {successor !== null && (
          <>
            <Button variant="default" onClick={() => onSaved(successor)}>
              Keep theirs
            </Button>
            <Button
              loading={replace.isPending}
              onClick={() =>
                replace.mutate({ project, dataset, conversation: successor, body: mine })
              }
            >
              Put mine in its place
            </Button>
          </>
        )}
        {successor === null && (
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
        )}
      </Group>
    </Stack>
  );
}

"use client";

import { ActionIcon, Alert, Button, Group, Select, Stack, Textarea, Tooltip } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import { useAct } from "#app/_ui/use-operation.ts";
import type { ConversationBody, Role } from "#lib/core/conversation.ts";
import { roles } from "#lib/core/message-tree.ts";
import { bodyOf, type DraftMessage, draftOf, isLinear, newMessage } from "./edit-body.ts";
import { EditConflict } from "./edit-conflict.tsx";
import { notifyUndo } from "./undo-notice.tsx";

type Props = {
  project: string;
  dataset: number;
  conversation: number;
  body: ConversationBody;
  onClose: () => void;
  onSaved: (conversation: number) => void;
};

/** Messages drawn at once; a tree of thousands is edited elsewhere. */
const mostMessages = 300;

/** Texts and roles of a conversation to be changed; of a plain line messages may come and go. */
export default function ConversationEditor(props: Props) {
  const { project, dataset, conversation, body, onClose, onSaved } = props;
  const [draft, setDraft] = useState(() => draftOf(body));
  const linear = isLinear(body);
  const edit = useAct("conversations.edit", {
    notify: false,
    refresh: ["conversations.list", "datasets.facets"],
    onDone: (done) => {
      notifyUndo(project, dataset, { ...done, changed: 1, run: null }, () => "Conversation edited");
      onSaved(done.conversation);
    },
  });
  const next = draft.length === 0 ? undefined : bodyOf(body, draft);
  const changed = JSON.stringify(next) !== JSON.stringify(body);
  const save = () => {
    if (next && changed) edit.mutate({ project, dataset, conversation, body: next });
  };
  useShortcuts("Editing", [{ keys: "mod+Enter", label: "Save", run: save, inFields: true }]);
  const put = (index: number, message: DraftMessage) =>
    setDraft(draft.map((one, at) => (at === index ? message : one)));

  if (edit.error?.code === "conflict" && next) {
    return (
      <EditConflict
        {...{ project, dataset, conversation, onSaved, onClose }}
        message={edit.error.message}
        mine={next}
        onBack={() => edit.reset()}
      />
    );
  }
  if (draft.length > mostMessages) {
    return (
      <Alert color="gray">
        This conversation has more than {mostMessages} messages; export it, edit the file and import
        it again.
      </Alert>
    );
  }
  return (
    <Stack>
      {draft.map((message, index) => (
        <MessageEditor
          key={String(index)}
          number={index + 1}
          message={message}
          onChange={(changedMessage) => put(index, changedMessage)}
          onRemove={
            linear && draft.length > 1
              ? () => setDraft(draft.filter((_, at) => at !== index))
              : undefined
          }
        />
      ))}
      {linear && (
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            setDraft([...draft, newMessage(draft.at(-1)?.role === "user" ? "assistant" : "user")])
          }
        >
          Add a message
        </Button>
      )}
      {edit.error && (
        <Alert color="red" role="alert">
          {edit.error.message}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={save} disabled={!changed} loading={edit.isPending}>
          Save as new version
        </Button>
      </Group>
    </Stack>
  );
}

type MessageProps = {
  number: number;
  message: DraftMessage;
  onChange: (message: DraftMessage) => void;
  onRemove: (() => void) | undefined;
};

function MessageEditor({ number, message, onChange, onRemove }: MessageProps) {
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <Group justify="space-between" mb={4}>
        <Select
          size="xs"
          aria-label={`Role of message ${number}`}
          data={[...roles]}
          value={message.role}
          onChange={(role) => role && onChange({ ...message, role: role as Role })}
          allowDeselect={false}
          w={120}
        />
        {onRemove && (
          <Tooltip label="Take this message out">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Take out message ${number}`}
              onClick={onRemove}
            >
              <IconTrash size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {message.texts.map((text, part) => (
        <Textarea
          key={String(part)}
          aria-label={`Text of message ${number}${message.texts.length > 1 ? `, part ${part + 1}` : ""}`}
          autosize
          minRows={2}
          maxRows={18}
          dir="auto"
          value={text}
          onChange={(event) =>
            onChange({
              ...message,
              texts: message.texts.map((one, at) =>
                at === part ? event.currentTarget.value : one,
              ),
            })
          }
        />
      ))}
    </fieldset>
  );
}

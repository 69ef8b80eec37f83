"use client";

import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAct } from "#app/_ui/use-operation.ts";

type Props = { project: string; dataset: number; version: number; onClose: () => void };

/** Names a version. A name that another version has moves only when that is said. */
export function TagVersionDialog({ project, dataset, version, onClose }: Props) {
  const [tag, setTag] = useState("");
  const put = useAct("versions.tag", {
    notify: false,
    done: (made) => `“${made.tag}” is on version ${made.version}.`,
    onDone: onClose,
  });
  const submit = (move: boolean) =>
    put.mutate({ project, dataset, version, tag: tag.trim(), move });
  const taken = put.error?.code === "conflict";
  return (
    <Modal opened onClose={onClose} title={`Tag version ${version}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(false);
        }}
      >
        <Stack>
          <TextInput
            label="Tag"
            description="Such as “reviewed” or “v1.2”. Where a version is asked for, its tag can be given instead of its number."
            value={tag}
            onChange={(event) => {
              setTag(event.currentTarget.value);
              put.reset();
            }}
            required
            maxLength={60}
            error={taken ? undefined : put.error?.fieldError("tag")}
            data-autofocus
          />
          {put.error && (taken || !put.error.fieldError("tag")) && (
            <Alert color={taken ? "brass" : "red"} role="alert">
              {put.error.message}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            {taken ? (
              <Button loading={put.isPending} onClick={() => submit(true)}>
                Move it here
              </Button>
            ) : (
              <Button type="submit" loading={put.isPending}>
                Tag
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

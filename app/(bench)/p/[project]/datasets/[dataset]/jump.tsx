"use client";

import { Button, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { IconArrowBarToDown } from "@tabler/icons-react";
import { useState } from "react";
import { formatRowPlace, parseRowPlace } from "#lib/core/row-place.ts";

type Props = {
  opened: boolean;
  onOpened: (opened: boolean) => void;
  onGo: (at: string | undefined) => void;
};

/** Takes the list to its end, a conversation or a day. */
export function Jump({ opened, onOpened, onGo }: Props) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const go = (at: string | undefined) => {
    setText("");
    setWrong(false);
    onOpened(false);
    onGo(at);
  };
  return (
    <Popover
      width={300}
      position="bottom-start"
      shadow="md"
      withArrow
      trapFocus
      returnFocus
      opened={opened}
      onChange={onOpened}
    >
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconArrowBarToDown size={16} />}
          onClick={() => onOpened(!opened)}
        >
          Go to
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const place = parseRowPlace(text);
            if (place) go(formatRowPlace(place));
            else setWrong(true);
          }}
        >
          <Stack gap="xs">
            <TextInput
              label="Conversation or day"
              placeholder="17 or 2026-03-01"
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setWrong(false);
              }}
              maxLength={40}
              autoComplete="off"
              error={wrong && "Give a number, or a day as 2026-03-01"}
              data-autofocus
            />
            <Text size="xs" c="dimmed">
              A day (UTC) takes the order of time; rows without a time stand first there.
            </Text>
            <Group gap="xs">
              <Button type="submit" size="xs">
                Go
              </Button>
              <Button size="xs" variant="default" onClick={() => go(undefined)}>
                Start
              </Button>
              <Button size="xs" variant="default" onClick={() => go("end")}>
                End
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

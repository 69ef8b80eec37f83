"use client";

import { Button, Textarea } from "@mantine/core";
import { IconArrowUp, IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { keepClear } from "#app/_ui/shell/keep-clear.ts";
import classes from "./chat.module.css";

type Props = { busy: boolean; onSend: (text: string) => void; onStop: () => void };

/** Where one writes: Enter sends, Shift+Enter breaks the line, Escape stops the answer. */
export function Composer({ busy, onSend, onStop }: Props) {
  const [text, setText] = useState("");
  const send = () => {
    const given = text.trim();
    if (given === "" || busy) return;
    setText("");
    onSend(given);
  };
  return (
    <form
      ref={keepClear}
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        aria-label="Message"
        placeholder="Write a message"
        autosize
        minRows={1}
        maxRows={8}
        value={text}
        className={classes.grow}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && busy) onStop();
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      {busy ? (
        <Button variant="default" leftSection={<IconPlayerStop size={16} />} onClick={onStop}>
          Stop
        </Button>
      ) : (
        <Button type="submit" disabled={text.trim() === ""} leftSection={<IconArrowUp size={16} />}>
          Send
        </Button>
      )}
    </form>
  );
}

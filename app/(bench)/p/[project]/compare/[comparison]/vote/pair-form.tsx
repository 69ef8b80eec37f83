"use client";

import { Alert, Button, Kbd, Textarea } from "@mantine/core";
import { useRef, useState } from "react";
import { MessageView } from "#app/_ui/conversation/message.tsx";
import { Transcript } from "#app/_ui/conversation/transcript.tsx";
import { keepClear } from "#app/_ui/shell/keep-clear.ts";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import type { Message } from "#lib/core/conversation.ts";
import { linear } from "#lib/core/message-tree.ts";
import { Guidelines } from "../../../label/guidelines.tsx";
import { SignInAgain } from "../../../label/sign-in-again.tsx";
import classes from "../../compare.module.css";
import type { Choice, Pair, VoteQueue } from "./use-votes.ts";

type Props = { pair: Pair; guidelines: string; votes: VoteQueue };

const choices: { choice: Choice; label: string; sign: string; keys: string }[] = [
  { choice: "left", label: "Left is better", sign: "←", keys: "ArrowLeft" },
  { choice: "tie", label: "Equally good", sign: "↓", keys: "ArrowDown" },
  { choice: "bad", label: "Both are bad", sign: "B", keys: "B" },
  { choice: "right", label: "Right is better", sign: "→", keys: "ArrowRight" },
];

/** One pair with its prompt, and the four choices. */
export function PairForm({ pair, guidelines, votes }: Props) {
  const before = votes.comments[pair.token] ?? "";
  const [comment, setComment] = useState(before);
  const [open, setOpen] = useState(before !== "");
  const field = useRef<HTMLTextAreaElement>(null);
  const given = useRef(false);
  const vote = (choice: Choice) => {
    // Two keys at once are one vote; while the list of keys lies over the page, they are not ours.
    if (given.current || document.querySelector('[aria-modal="true"]')) return;
    given.current = true;
    votes.vote(pair, choice, comment.trim());
  };
  const openComment = () => {
    setOpen(true);
    setTimeout(() => field.current?.focus(), 0);
  };
  useShortcuts("Voting", [
    ...choices.map(({ choice, label, keys }) => ({ keys, label, run: () => vote(choice) })),
    { keys: "C", label: "Comment", run: openComment },
    { keys: "U", label: "Take back the last vote", run: () => void votes.undo() },
    {
      keys: "Escape",
      label: "Leave the comment field",
      run: () => field.current?.blur(),
      inFields: true,
      disabled: !open,
    },
  ]);
  const side = (name: "Left" | "Right", content: string) => (
    <MessageView message={{ role: "assistant", content }} name={name} />
  );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.body} aria-label="Pair" tabIndex={0}>
        <div className={classes.inner}>
          {votes.trouble && (
            <Alert
              color="red"
              role="alert"
              withCloseButton
              closeButtonLabel="Close"
              onClose={votes.dismiss}
              title="A vote was not counted"
            >
              {votes.trouble} {votes.signedOut && <SignInAgain />}
            </Alert>
          )}
          <Guidelines text={guidelines} />
          <Transcript body={{ kind: "chat", root: linear(pair.messages as Message[]) }} />
          <div className={classes.sides}>
            {side("Left", pair.left)}
            {side("Right", pair.right)}
          </div>
        </div>
      </section>
      <div className={classes.bar} ref={keepClear}>
        {open && (
          <Textarea
            ref={field}
            className={classes.comment}
            size="xs"
            aria-label="Comment"
            placeholder="Why? Sent with your vote; Esc leaves this field"
            autosize
            minRows={1}
            maxRows={5}
            maxLength={4000}
            dir="auto"
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
        )}
        {choices.map(({ choice, label, sign }) => (
          <Button
            key={choice}
            variant={choice === "left" || choice === "right" ? "filled" : "default"}
            leftSection={choice === "right" ? undefined : <Kbd size="xs">{sign}</Kbd>}
            rightSection={choice === "right" ? <Kbd size="xs">{sign}</Kbd> : undefined}
            onClick={() => vote(choice)}
          >
            {label}
          </Button>
        ))}
        {!open && (
          <Button variant="default" onClick={openComment} rightSection={<Kbd size="xs">C</Kbd>}>
            Comment
          </Button>
        )}
        <Button
          variant="default"
          onClick={() => void votes.undo()}
          rightSection={<Kbd size="xs">U</Kbd>}
        >
          Undo last
        </Button>
        <span className={classes.barNote}>
          Who wrote which is told to nobody who votes. <Kbd size="xs">?</Kbd> shows all keys.
        </span>
      </div>
    </>
  );
}

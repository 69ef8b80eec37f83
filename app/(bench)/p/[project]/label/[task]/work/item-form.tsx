"use client";

import { Alert, Button, Kbd, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import type { OutputOf } from "#app/_ui/client.ts";
import { Transcript } from "#app/_ui/conversation/transcript.tsx";
import { keepClear } from "#app/_ui/shell/keep-clear.ts";
import { useShortcuts } from "#app/_ui/shell/shortcuts.tsx";
import type { AnswerValue } from "#lib/core/label-question.ts";
import { Guidelines } from "../../guidelines.tsx";
import classes from "../../label.module.css";
import { firstMissing, optionsOf, type Place, placesOf } from "../../places.ts";
import { SignInAgain } from "../../sign-in-again.tsx";
import { LostItems } from "./lost-items.tsx";
import { PlaceField } from "./place-field.tsx";
import { SkipDialog } from "./skip-dialog.tsx";
import { useAnswers } from "./use-answers.ts";
import type { Item, WorkQueue } from "./use-work.ts";

type Props = { item: Item; given: OutputOf<"labels.next">; work: WorkQueue };

const savingWords = {
  saved: "Saved",
  saving: "Saving",
  unsaved: "Saving soon",
  offline: "Not on the server yet; kept in this browser",
};

/** One item: its text and its questions, all by keyboard. */
export function ItemForm({ item, given, work }: Props) {
  const { questions } = given.schema;
  const places = placesOf(questions, item.body, item.turns);
  const { answers, change, latest, cancelSave, lapsed, renew } = useAnswers(
    item,
    given.leaseMinutes,
    work,
  );
  const [at, setAt] = useState(0);
  const [missing, setMissing] = useState<string>();
  const [commenting, setCommenting] = useState<ReadonlySet<string>>(new Set());
  const [skipping, skipDialog] = useDisclosure(false);
  const side = useRef<HTMLDivElement>(null);
  const place = places[at];

  const goTo = (index: number) => {
    const next = Math.min(places.length - 1, Math.max(0, index));
    setAt(next);
    focusPlace(side.current, next, true);
  };
  // The keys work at once, without a click first.
  useEffect(() => focusPlace(side.current, 0, false), []);
  useEffect(() => showTurn(place?.turn?.path), [place?.turn?.path]);

  const answer = (one: Place, value: AnswerValue | undefined) => {
    change(one.key, { value });
    if (missing === one.key) setMissing(undefined);
  };
  const choose = (number: number) => {
    if (!place) return;
    const value = optionsOf(place.question).find((option, index) =>
      place.question.type === "rating" ? option.value === number : index === number - 1,
    )?.value;
    if (value === undefined) return;
    if (place.question.type === "multi-choice") {
      const before = latest()[place.key]?.value;
      const now = Array.isArray(before) ? before : [];
      const next = now.includes(String(value))
        ? now.filter((one) => one !== value)
        : [...now, String(value)];
      answer(place, next.length === 0 ? undefined : next);
      return;
    }
    answer(place, value);
    if (at < places.length - 1) goTo(at + 1);
  };
  const submit = () => {
    const open = firstMissing(places, latest());
    if (open) {
      setMissing(open.key);
      goTo(places.indexOf(open));
      return;
    }
    cancelSave();
    work.submit(item, latest(), questions);
  };
  const undo = () => {
    cancelSave();
    void work.undo(item, latest());
  };
  const comment = (key: string) => setCommenting(new Set([...commenting, key]));
  useKeys({
    choose,
    move: (by) => goTo(at + by),
    submit,
    undo,
    skip: skipDialog.open,
    comment: () => place && comment(place.key),
    off: skipping,
  });

  const current = place?.nodeHash ? place.turn?.path : undefined;
  return (
    <div className={classes.workBody}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.text} aria-label="Text to judge" tabIndex={0}>
        <div className={classes.textInner}>
          <LostItems work={work} />
          {work.trouble && (
            <Alert
              color="red"
              role="alert"
              className={classes.notice}
              title="This was not submitted"
              withCloseButton
              closeButtonLabel="Close"
              onClose={work.dismiss}
            >
              {work.trouble} Your answers are kept. {work.signedOut && <SignInAgain />}
            </Alert>
          )}
          {lapsed && (
            <Alert color="brass" className={classes.notice} title="Are you still here?">
              <Text size="sm" mb="xs">
                You held this item for {given.leaseMinutes} minutes without a change, so another
                rater may take it. Your answers are kept.
              </Text>
              <Button size="xs" variant="default" onClick={renew}>
                Go on with it
              </Button>
            </Alert>
          )}
          <Transcript body={item.body} {...(current === undefined ? {} : { current })} />
        </div>
      </section>
      <section className={classes.side} aria-label="Questions">
        <div className={classes.sideScroll} ref={side}>
          <Guidelines text={given.schema.guidelines} />
          {places.map((one, index) => (
            <div key={one.key}>
              {one.nodeHash !== places[index - 1]?.nodeHash && (
                <span className={classes.turnHead}>
                  {one.nodeHash === null
                    ? "The whole conversation"
                    : `Answer ${one.turn?.number} of ${item.turns.length}`}
                </span>
              )}
              <PlaceField
                place={one}
                answer={answers[one.key]}
                at={index === at}
                missing={missing === one.key}
                commenting={commenting.has(one.key) || !!answers[one.key]?.comment}
                onValue={(value) => answer(one, value)}
                onComment={(text) => change(one.key, { comment: text })}
                onWantComment={() => comment(one.key)}
                onFocus={() => setAt(index)}
              />
            </div>
          ))}
        </div>
        <div className={classes.bar} ref={keepClear}>
          <Button onClick={submit} rightSection={<Kbd size="xs">Enter</Kbd>}>
            Submit
          </Button>
          <Button variant="default" onClick={skipDialog.open} rightSection={<Kbd size="xs">S</Kbd>}>
            Skip
          </Button>
          <Button variant="default" onClick={undo} rightSection={<Kbd size="xs">U</Kbd>}>
            Undo last
          </Button>
          <span className={classes.saved} role="status">
            {savingWords[work.saving]} · <Kbd size="xs">?</Kbd> shows all keys
          </span>
        </div>
      </section>
      <SkipDialog
        opened={skipping}
        onClose={skipDialog.close}
        onSkip={(reason) => {
          skipDialog.close();
          cancelSave();
          work.skip(item, latest(), reason);
        }}
      />
    </div>
  );
}

/** Puts the cursor on the answer of a place: its chosen or first option, or its field. */
function focusPlace(root: HTMLElement | null, index: number, scroll: boolean): void {
  const place = root?.querySelectorAll<HTMLElement>("[data-place]")[index];
  place
    ?.querySelector<HTMLElement>('[role="radio"][tabindex="0"], [role="checkbox"], textarea')
    ?.focus({ preventScroll: true });
  if (scroll) place?.scrollIntoView({ block: "nearest" });
}

/** Brings the message that is judged into view, where text and questions scroll apart; else it would hide the question. */
function showTurn(path: string | undefined): void {
  if (path === undefined || !window.matchMedia("(min-width: 48.0625em)").matches) return;
  document.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
}

type Acts = {
  choose: (number: number) => void;
  move: (by: 1 | -1) => void;
  submit: () => void;
  undo: () => void;
  skip: () => void;
  comment: () => void;
  off: boolean;
};

const isOption = (element: Element | null) =>
  /^(radio|checkbox)$/.test(element?.getAttribute("role") ?? "");

/** The keys sheet or the palette lies over the page: its keys are not ours. */
const isCovered = () => document.querySelector('[aria-modal="true"]') !== null;

function useKeys({ choose, move, submit, undo, skip, comment, off }: Acts): void {
  const ours = (act: () => void) => () => {
    if (!isCovered()) act();
  };
  const enter = () => {
    const focused = document.activeElement;
    // Enter on a button or link means that button or link.
    if (focused?.matches("a, button, summary") && !isOption(focused)) {
      (focused as HTMLElement).click();
    } else ours(submit)();
  };
  const on = { disabled: off };
  // One line in the list of keys stands for all nine.
  useHotkeys(
    off
      ? []
      : [2, 3, 4, 5, 6, 7, 8, 9].map((number) => [String(number), ours(() => choose(number))]),
  );
  useShortcuts("Labelling", [
    { keys: "1", label: "Choose by number, 1 to 9", run: ours(() => choose(1)), ...on },
    { keys: "ArrowDown", label: "Next question (also Tab)", run: ours(() => move(1)), ...on },
    { keys: "ArrowUp", label: "Previous question", run: ours(() => move(-1)), ...on },
    { keys: "Enter", label: "Submit, next item", run: enter, ...on },
    {
      keys: "mod+Enter",
      label: "Submit, also inside a text",
      run: ours(submit),
      inFields: true,
      ...on,
    },
    { keys: "S", label: "Skip with a reason", run: ours(skip), ...on },
    { keys: "U", label: "Take back the last one", run: ours(undo), ...on },
    { keys: "C", label: "Comment on this question", run: ours(comment), ...on },
  ]);
}

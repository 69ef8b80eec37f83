"use client";

import { useCallback, useRef, useState } from "react";
import { type ClientError, call, type OutputOf } from "#app/_ui/client.ts";
import { asClientError, useQueue } from "#app/_ui/rating/use-queue.ts";
import type { Answers } from "../../places.ts";
import { filedAnswers, placesOf } from "../../places.ts";
import { dropAnswers, keepAnswers } from "./kept.ts";

type Given = OutputOf<"labels.next">;
export type Item = Given["items"][number];
export type Saving = "saved" | "saving" | "unsaved" | "offline";

/** An item that is in these hands no more, with what was entered for it. */
export type Lost = { item: Item; answers: Answers; message: string };

type State = {
  /** Why the item in hand came back. */
  trouble: string | undefined;
  signedOut: boolean;
  lost: Lost[];
  saving: Saving;
};

const start: State = {
  trouble: undefined,
  signedOut: false,
  lost: [],
  saving: "saved",
};

const itemsOf = (given: Given) => given.items;
const slotOf = (item: Item) => item.slot;

/**
 * The rater's items: what is submitted goes to the server one after another in the background, and what the server
 * refuses comes back with all that was entered.
 */
export function useWork(project: string, task: number) {
  const revisions = useRef(new Map<number, number>());
  const ask = useCallback(
    async (first: number | undefined) => {
      const given = await call("labels.next", {
        project,
        task,
        ...(first === undefined ? {} : { first }),
      });
      for (const item of given.items) revisions.current.set(item.slot, item.revision);
      return given;
    },
    [project, task],
  );
  const { given, first, finished, error, inTurn, refill, putBack, send, isSent } = useQueue({
    ...{ ask, itemsOf, keyOf: slotOf },
  });
  const [state, setState] = useState<State>(start);
  const change = useCallback(
    (part: Partial<State> | ((now: State) => Partial<State>)) =>
      setState((now) => ({ ...now, ...(typeof part === "function" ? part(now) : part) })),
    [],
  );

  const giveBack = useCallback(
    (item: Item, answers: Answers, error: ClientError) => {
      keepAnswers(item.slot, answers);
      putBack(item);
      change({ trouble: error.message, signedOut: error.code === "unauthenticated" });
    },
    [change, putBack],
  );

  /** After a conflict: whether the item is still in these hands decides what is shown. */
  const settle = useCallback(
    async (item: Item, answers: Answers, error: ClientError) => {
      keepAnswers(item.slot, answers);
      const given = await refill(item.slot);
      if (!given) return giveBack(item, answers, error);
      if (given.items.some((one) => one.slot === item.slot)) {
        change({
          trouble:
            "This item was changed in another tab. What you entered here is kept and shown; submit it to let it stand.",
        });
        return;
      }
      dropAnswers(item.slot);
      change(({ lost }) => ({ lost: [...lost, { item, answers, message: error.message }] }));
    },
    [change, giveBack, refill],
  );

  const leave = useCallback(
    (item: Item, answers: Answers, act: (revision: number) => Promise<unknown>) => {
      change({ trouble: undefined, signedOut: false, saving: "saved" });
      send(item, async () => {
        try {
          await act(revisions.current.get(item.slot) ?? item.revision);
          dropAnswers(item.slot);
        } catch (thrown) {
          const error = asClientError(thrown);
          if (error.code === "conflict") void settle(item, answers, error);
          else giveBack(item, answers, error);
        }
      });
    },
    [change, giveBack, send, settle],
  );

  const submit = useCallback(
    (item: Item, answers: Answers, questions: Given["schema"]["questions"]) =>
      leave(item, answers, (revision) =>
        call("labels.submit", {
          project,
          slot: item.slot,
          revision,
          answers: filedAnswers(placesOf(questions, item.body, item.turns), answers),
        }),
      ),
    [leave, project],
  );

  const skip = useCallback(
    (item: Item, answers: Answers, reason: string) =>
      leave(item, answers, (revision) =>
        call("labels.skip", { project, slot: item.slot, revision, reason }),
      ),
    [leave, project],
  );

  const save = useCallback(
    (item: Item, answers: Answers) =>
      inTurn(async () => {
        if (isSent(item.slot)) return;
        change({ saving: "saving" });
        try {
          const kept = await call("labels.draft", {
            project,
            slot: item.slot,
            revision: revisions.current.get(item.slot) ?? item.revision,
            draft: { ...answers },
          });
          revisions.current.set(item.slot, kept.revision);
          change({ saving: "saved" });
        } catch (thrown) {
          const error = asClientError(thrown);
          change({ saving: "offline" });
          if (error.code === "conflict") void settle(item, answers, error);
        }
      }),
    [change, inTurn, isSent, project, settle],
  );

  const undo = useCallback(
    (item: Item | undefined, answers: Answers) => {
      if (item && Object.keys(answers).length > 0) void save(item, answers);
      return inTurn(async () => {
        try {
          const back = await call("labels.undo", { project, task });
          dropAnswers(back.slot);
          change({ trouble: undefined });
          // Asked for after this turn ends, so that the two do not wait for each other.
          void refill(back.slot);
        } catch (thrown) {
          change({ trouble: asClientError(thrown).message });
        }
      });
    },
    [change, inTurn, project, refill, save, task],
  );

  return {
    ...state,
    ...{ given, finished, error, refill, submit, skip, save, undo },
    item: first,
    markUnsaved: useCallback(() => change({ saving: "unsaved" }), [change]),
    forget: useCallback(
      (slot: number) =>
        change(({ lost }) => ({ lost: lost.filter((one) => one.item.slot !== slot) })),
      [change],
    ),
    dismiss: useCallback(() => change({ trouble: undefined }), [change]),
  };
}

export type WorkQueue = ReturnType<typeof useWork>;

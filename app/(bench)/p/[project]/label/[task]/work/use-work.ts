"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { ClientError, call, type OutputOf } from "#app/_ui/client.ts";
import type { Answers } from "../../places.ts";
import { filedAnswers, placesOf } from "../../places.ts";
import { dropAnswers, keepAnswers } from "./kept.ts";

type Given = OutputOf<"labels.next">;
export type Item = Given["items"][number];
export type Saving = "saved" | "saving" | "unsaved" | "offline";

/** An item that is in these hands no more, with what was entered for it. */
export type Lost = { item: Item; answers: Answers; message: string };

type State = {
  given: Given | undefined;
  queue: Item[];
  /** Nothing more was given out at the last asking. */
  finished: boolean;
  error: ClientError | undefined;
  /** Why the item in hand came back. */
  trouble: string | undefined;
  signedOut: boolean;
  lost: Lost[];
  saving: Saving;
};

const start: State = {
  given: undefined,
  queue: [],
  finished: false,
  error: undefined,
  trouble: undefined,
  signedOut: false,
  lost: [],
  saving: "saved",
};

const asError = (thrown: unknown): ClientError => {
  if (thrown instanceof ClientError) return thrown;
  throw thrown;
};

/**
 * The rater's queue. The next item is here before it is needed, and acts go to the server one after another in the
 * background, so that submit → next takes no time. What the server refuses comes back with all that was entered.
 */
export function useWork(project: string, task: number) {
  const [state, setState] = useState<State>(start);
  const chain = useRef<Promise<unknown>>(Promise.resolve());
  const revisions = useRef(new Map<number, number>());
  const sent = useRef(new Set<number>());
  const change = useCallback(
    (part: Partial<State> | ((now: State) => Partial<State>)) =>
      setState((now) => ({ ...now, ...(typeof part === "function" ? part(now) : part) })),
    [],
  );

  const inTurn = useCallback(<T>(work: () => Promise<T>): Promise<T> => {
    const next = chain.current.then(work, work);
    chain.current = next.catch(() => undefined);
    return next;
  }, []);

  const refill = useCallback(
    (first?: number) =>
      inTurn(async () => {
        try {
          const given = await call("labels.next", {
            project,
            task,
            ...(first === undefined ? {} : { first }),
          });
          for (const item of given.items) revisions.current.set(item.slot, item.revision);
          const fresh = given.items.filter((item) => !sent.current.has(item.slot));
          change(({ queue }) => {
            const kept = first === undefined ? queue : [];
            const known = new Set(kept.map((item) => item.slot));
            const next = [...kept, ...fresh.filter((item) => !known.has(item.slot))];
            return { given, queue: next, finished: next.length === 0, error: undefined };
          });
          return given;
        } catch (thrown) {
          change({ error: asError(thrown) });
          return undefined;
        }
      }),
    [project, task, change, inTurn],
  );

  useEffect(() => {
    void refill();
  }, [refill]);

  const giveBack = useCallback(
    (item: Item, answers: Answers, error: ClientError) => {
      keepAnswers(item.slot, answers);
      change(({ queue }) => ({
        queue: [item, ...queue.filter((one) => one.slot !== item.slot)],
        finished: false,
        trouble: error.message,
        signedOut: error.code === "unauthenticated",
      }));
    },
    [change],
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
      sent.current.add(item.slot);
      change(({ queue }) => ({
        queue: queue.filter((one) => one.slot !== item.slot),
        trouble: undefined,
        signedOut: false,
        saving: "saved",
      }));
      void inTurn(async () => {
        try {
          await act(revisions.current.get(item.slot) ?? item.revision);
          dropAnswers(item.slot);
        } catch (thrown) {
          const error = asError(thrown);
          if (error.code === "conflict") void settle(item, answers, error);
          else giveBack(item, answers, error);
        } finally {
          sent.current.delete(item.slot);
        }
      });
      void refill();
    },
    [change, giveBack, inTurn, refill, settle],
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
        if (sent.current.has(item.slot)) return;
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
          const error = asError(thrown);
          change({ saving: "offline" });
          if (error.code === "conflict") void settle(item, answers, error);
        }
      }),
    [change, inTurn, project, settle],
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
          change({ trouble: asError(thrown).message });
        }
      });
    },
    [change, inTurn, project, refill, save, task],
  );

  return {
    ...state,
    item: state.queue[0],
    refill,
    submit,
    skip,
    save,
    undo,
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

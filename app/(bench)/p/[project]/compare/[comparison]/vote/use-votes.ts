"use client";

import { useCallback, useState } from "react";
import { call, type OutputOf } from "#app/_ui/client.ts";
import { asClientError, useQueue } from "#app/_ui/rating/use-queue.ts";

type Given = OutputOf<"compare.next">;
export type Pair = Given["pairs"][number];
export type Choice = "left" | "right" | "tie" | "bad";

type State = {
  /** Why a vote did not count. */
  trouble: string | undefined;
  signedOut: boolean;
  /** Comments of pairs that came back, by token. */
  comments: Record<string, string>;
};

const pairsOf = (given: Given) => given.pairs;
const tokenOf = (pair: Pair) => pair.token;

/**
 * The rater's pairs: votes go to the server one after another in the background, and a vote that was refused for
 * another reason than that the pair is gone comes back with its comment.
 */
export function useVotes(project: string, comparison: number) {
  const ask = useCallback(
    (first: string | undefined) =>
      call("compare.next", { project, comparison, ...(first === undefined ? {} : { first }) }),
    [project, comparison],
  );
  const { given, first, finished, error, inTurn, refill, putBack, send } = useQueue({
    ...{ ask, itemsOf: pairsOf, keyOf: tokenOf },
  });
  const [state, setState] = useState<State>({
    ...{ trouble: undefined, signedOut: false, comments: {} },
  });
  const change = useCallback(
    (part: Partial<State>) => setState((now) => ({ ...now, ...part })),
    [],
  );
  const keepComment = useCallback(
    (token: string, comment: string) =>
      setState((now) => ({ ...now, comments: { ...now.comments, [token]: comment } })),
    [],
  );

  const vote = useCallback(
    (pair: Pair, choice: Choice, comment: string) => {
      change({ trouble: undefined });
      send(pair, async () => {
        try {
          await call("compare.vote", { project, comparison, token: pair.token, choice, comment });
        } catch (thrown) {
          const { code, message } = asClientError(thrown);
          change({ trouble: message, signedOut: code === "unauthenticated" });
          if (code === "conflict" || code === "precondition_failed") return;
          putBack(pair);
          keepComment(pair.token, comment);
        }
      });
    },
    [change, comparison, keepComment, project, putBack, send],
  );

  const undo = useCallback(
    () =>
      inTurn(async () => {
        try {
          const { undone, token, comment } = await call("compare.undo", { project, comparison });
          if (!undone || token === null) {
            change({ trouble: "You have no vote to take back here." });
            return;
          }
          change({ trouble: undefined });
          keepComment(token, comment);
          // Asked for after this turn ends, so that the two do not wait for each other.
          void refill(token);
        } catch (thrown) {
          change({ trouble: asClientError(thrown).message });
        }
      }),
    [change, comparison, inTurn, keepComment, project, refill],
  );

  return {
    ...state,
    ...{ given, finished, error, refill, vote, undo },
    pair: first,
    dismiss: useCallback(() => change({ trouble: undefined }), [change]),
  };
}

export type VoteQueue = ReturnType<typeof useVotes>;

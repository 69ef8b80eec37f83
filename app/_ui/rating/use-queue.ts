"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { ClientError } from "../client.ts";

type State<Given, Item> = {
  /** The server's last answer. */
  given: Given | undefined;
  queue: Item[];
  /** Nothing more was given out at the last asking. */
  finished: boolean;
  error: ClientError | undefined;
};

type Source<Given, Item, Key> = {
  /** Asks for the item to judge now and the one after it; `first` names one in these hands that comes first. */
  ask: (first: Key | undefined) => Promise<Given>;
  itemsOf: (given: Given) => readonly Item[];
  keyOf: (item: Item) => Key;
};

/** What the server refused; anything else is a fault of this page. */
export function asClientError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  throw thrown;
}

/**
 * The items in a rater's hands. The next one is here before it is needed, and acts go to the server one after another
 * in the background, so that judging one and seeing the next takes no time. The functions of `source` must stay the
 * same from one rendering to the next.
 */
export function useQueue<Given, Item, Key>({ ask, itemsOf, keyOf }: Source<Given, Item, Key>) {
  const [state, setState] = useState<State<Given, Item>>({
    ...{ given: undefined, error: undefined },
    ...{ queue: [], finished: false },
  });
  const chain = useRef<Promise<unknown>>(Promise.resolve());
  const sent = useRef(new Set<Key>());

  const inTurn = useCallback(<T>(work: () => Promise<T>): Promise<T> => {
    const next = chain.current.then(work, work);
    chain.current = next.catch(() => undefined);
    return next;
  }, []);

  const refill = useCallback(
    (first?: Key) =>
      inTurn(async () => {
        try {
          const given = await ask(first);
          const fresh = itemsOf(given).filter((item) => !sent.current.has(keyOf(item)));
          setState(({ queue }) => {
            const kept = first === undefined ? queue : [];
            const known = new Set(kept.map(keyOf));
            const next = [...kept, ...fresh.filter((item) => !known.has(keyOf(item)))];
            return { given, queue: next, finished: next.length === 0, error: undefined };
          });
          return given;
        } catch (thrown) {
          const error = asClientError(thrown);
          setState((now) => ({ ...now, error }));
          return undefined;
        }
      }),
    [ask, inTurn, itemsOf, keyOf],
  );

  useEffect(() => {
    void refill();
  }, [refill]);

  const without = useCallback(
    (queue: Item[], item: Item) => queue.filter((one) => keyOf(one) !== keyOf(item)),
    [keyOf],
  );

  /** Puts an item that came back in front. */
  const putBack = useCallback(
    (item: Item) =>
      setState((now) => ({ ...now, queue: [item, ...without(now.queue, item)], finished: false })),
    [without],
  );

  /** Takes an item out of the queue and does `act` in its turn; until it has ended the server's answers leave it out. */
  const send = useCallback(
    (item: Item, act: () => Promise<void>) => {
      sent.current.add(keyOf(item));
      setState((now) => ({ ...now, queue: without(now.queue, item) }));
      void inTurn(() => act().finally(() => sent.current.delete(keyOf(item))));
      void refill();
    },
    [inTurn, keyOf, refill, without],
  );

  const isSent = useCallback((key: Key) => sent.current.has(key), []);

  return { ...state, first: state.queue[0], inTurn, refill, putBack, send, isSent };
}

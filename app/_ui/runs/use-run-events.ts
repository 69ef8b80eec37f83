"use client";

import { useEffect, useEffectEvent, useRef, useState } from "react";
import { call, type OutputOf } from "../client.ts";
import { useTopics } from "../live/use-topics.ts";

export type RunEvent = OutputOf<"runs.logs">["events"][number];

/** Which events of a run are wanted: of these types, either the newest ones or some spread over all of them. */
export type EventPart = { type?: string[] } & (
  | { newest: number; thin?: never }
  | { thin: number; newest?: never }
);

/** More points than this a curve cannot show. */
const curvePoints = 600;

/** What loss and learning rate are drawn from. */
export const curveParts: readonly EventPart[] = [
  { type: ["step"], thin: curvePoints },
  { type: ["eval"], thin: curvePoints },
];

/** Events asked for at once while following a run. */
const pageSize = 1000;

/**
 * Events of a run, oldest first, kept fresh. What lay before is asked for in parts, so that a run with a million events
 * opens as fast as one with ten; from then on every new event of their types is followed. `parts` must be a constant.
 * `earlier` is there, for a single part of the newest events, while there may be more before them.
 */
export function useRunEvents(project: string, run: number, parts: readonly EventPart[]) {
  const [events, setEvents] = useState<RunEvent[]>([]);
  const [error, setError] = useState<Error>();
  const [whole, setWhole] = useState(true);
  const last = useRef<number>(undefined);
  const busy = useRef(false);
  const read = async (input: Omit<Parameters<typeof call<"runs.logs">>[1], "project" | "run">) =>
    (await call("runs.logs", { project, run, ...input })).events;

  const begin = async () => {
    // First where to follow from: what comes while the parts are read comes again, never not at all.
    const head = await read({ newest: true, limit: 1 });
    const found = await Promise.all(parts.map((part) => read(inputOf(part))));
    last.current = head.at(-1)?.id ?? 0;
    setWhole(found[0]?.length !== parts[0]?.newest);
    setEvents(merged(found.flat()));
  };
  const follow = async () => {
    const type = typesOf(parts);
    for (;;) {
      const after = last.current ?? 0;
      const page = await read({ after, limit: pageSize, ...(type ? { type } : {}) });
      last.current = page.at(-1)?.id ?? after;
      if (page.length > 0) setEvents((now) => merged([...now, ...page]));
      if (page.length < pageSize) break;
    }
  };
  const refresh = useEffectEvent(async () => {
    if (busy.current) return;
    busy.current = true;
    try {
      await (last.current === undefined ? begin() : follow());
      setError(undefined);
    } catch (thrown) {
      setError(thrown as Error);
    } finally {
      busy.current = false;
    }
  });
  useEffect(() => {
    last.current = undefined;
    setEvents([]);
    void refresh();
  }, [project, run]);
  useTopics([`run:${run}`], () => void refresh());

  const [only] = parts;
  const showEarlier = async () => {
    const before = events[0]?.id;
    if (!only || before === undefined) return;
    try {
      const page = await read({ ...inputOf(only), before });
      setWhole(page.length !== only.newest);
      setEvents((now) => merged([...page, ...now]));
    } catch (thrown) {
      setError(thrown as Error);
    }
  };
  const earlier = parts.length === 1 && only?.newest !== undefined && !whole;
  return { events, error, showEarlier: earlier ? showEarlier : undefined };
}

const inputOf = ({ type, newest, thin }: EventPart) => ({
  ...(type ? { type } : {}),
  ...(thin === undefined ? { newest: true, limit: newest } : { thin }),
});

/** Types of all parts together; undefined when one of them wants every type. */
function typesOf(parts: readonly EventPart[]): string[] | undefined {
  const types = parts.map((part) => part.type);
  return types.includes(undefined) ? undefined : [...new Set(types.flatMap((one) => one ?? []))];
}

/** Each event once, in their order. */
const merged = (events: readonly RunEvent[]): RunEvent[] =>
  [...new Map(events.map((event) => [event.id, event])).values()].sort((a, b) => a.id - b.id);

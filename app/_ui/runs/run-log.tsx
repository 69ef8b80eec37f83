"use client";

import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { ErrorState } from "../feedback/states.tsx";
import classes from "./run-progress.module.css";
import { type RunEvent, useRunEvents } from "./use-run-events.ts";

/** The log opens at its end with this many lines. */
const newest = [{ newest: 500 }] as const;

function line({ type, data }: RunEvent): string {
  if (typeof data.message === "string") return data.message;
  // The trainer's clock `t` says again when the line came.
  const words = Object.entries(data)
    .filter(([name]) => name !== "t")
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${type} ${words.join(" ")}`;
}

/** The log of a run; stays at its end while the reader is there. */
export function RunLog({ project, run, live }: { project: string; run: number; live: boolean }) {
  const { events, error, showEarlier } = useRunEvents(project, run, newest);
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [events]);
  if (error) return <ErrorState error={error} />;
  return (
    <>
      {showEarlier && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            atEnd.current = false;
            void showEarlier();
          }}
        >
          Show earlier lines
        </Button>
      )}
      <pre
        ref={box}
        className={classes.log}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live={live ? "polite" : "off"}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollTop + clientHeight > scrollHeight - 24;
        }}
      >
        {events.length === 0
          ? live
            ? "No lines yet"
            : "This run wrote no lines"
          : events.map((event) => `${event.at.slice(11, 19)}  ${line(event)}`).join("\n")}
      </pre>
    </>
  );
}

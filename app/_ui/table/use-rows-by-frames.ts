"use client";

import { useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";

/** Milliseconds of work a frame; laying out and painting what it moved takes twice as long again. */
const frameMs = 4;
const mostAtOnce = 64;
/** Before anything was measured. */
const firstAtOnce = 4;

/**
 * Lets elements take their new rows over several frames when a wheel turned fast moves more of them than one frame can
 * draw; those nearest the middle first. How many a frame takes is measured: on a quick machine that is all of them.
 * @param wanted the row that each element is to show; another number of elements is taken over at once.
 */
export function useRowsByFrames(wanted: readonly number[]): readonly number[] {
  const [held, setHeld] = useState(wanted);
  const shown = held.length === wanted.length ? held : wanted;
  const latest = useRef({ wanted, shown });
  const atOnce = useRef(firstAtOnce);
  useLayoutEffect(() => {
    latest.current = { wanted, shown };
  });
  const done = wanted.every((row, slot) => row === shown[slot]);
  useLayoutEffect(() => {
    if (done) return;
    const frame = requestAnimationFrame(() => {
      const from = performance.now();
      const next = takeSome(latest.current.shown, latest.current.wanted, atOnce.current);
      flushSync(() => setHeld(next));
      const took = performance.now() - from;
      if (took > frameMs) atOnce.current = Math.max(1, Math.floor(atOnce.current / 2));
      else if (took < frameMs / 2) atOnce.current = Math.min(mostAtOnce, atOnce.current * 2);
    });
    return () => cancelAnimationFrame(frame);
  });
  return shown;
}

/** `shown` with at most `most` of its elements moved on to what is wanted, those nearest the middle first. */
export function takeSome(
  shown: readonly number[],
  wanted: readonly number[],
  most: number,
): number[] {
  const middle = (Math.min(...wanted) + Math.max(...wanted)) / 2;
  const far = (slot: number) => Math.abs((wanted[slot] ?? 0) - middle);
  const moved = wanted
    .flatMap((row, slot) => (row === shown[slot] ? [] : [slot]))
    .toSorted((a, b) => far(a) - far(b))
    .slice(0, most);
  const next = [...shown];
  for (const slot of moved) next[slot] = wanted[slot] ?? 0;
  return next;
}

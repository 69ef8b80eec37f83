"use client";

import { type PointerEvent, useRef, useState } from "react";
import { simplifyArea } from "#lib/core/map-area.ts";
import { nearestPoint, type PlotPoints, type PlotSpace, toPlace } from "./plot-space.ts";

/** Corners of an area in an address: enough for any shape that a hand draws. */
const mostCorners = 48;
/** A pointer that moves less than this clicked. */
const clickPixels = 5;
/** A point is meant from this far. */
const reach = { mouse: 8, touch: 18 };

type Pixel = [number, number];
type Options = {
  space: PlotSpace;
  points: PlotPoints;
  /** A finger draws, too. */
  byTouch: boolean;
  onArea: (area: [number, number][]) => void;
  onPoint: (index: number) => void;
  onHover: (tip: { index: number; x: number; y: number } | undefined) => void;
};

/** Pointer handlers of a plot: dragging draws an area, a click means a point, resting over one shows what it is. */
export function useLasso({ space, points, byTouch, onArea, onPoint, onHover }: Options) {
  const [drawn, setDrawn] = useState<Pixel[]>();
  const path = useRef<Pixel[]>(undefined);
  const pixelOf = (event: PointerEvent<HTMLElement>): Pixel => {
    const box = event.currentTarget.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const near = (event: PointerEvent<HTMLElement>) =>
    nearestPoint(
      ...([space, points, pixelOf(event)] as const),
      event.pointerType === "mouse" ? reach.mouse : reach.touch,
    );
  const end = () => {
    path.current = undefined;
    setDrawn(undefined);
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      path.current = [pixelOf(event)];
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const at = pixelOf(event);
      if (!path.current) {
        const index = near(event);
        onHover(index === undefined ? undefined : { index, x: at[0], y: at[1] });
        return;
      }
      // A finger that does not draw may tap, and scrolls the page otherwise.
      if (event.pointerType === "touch" && !byTouch) return;
      path.current.push(at);
      if (isDrag(path.current)) setDrawn([...path.current]);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const line = path.current ?? [];
      end();
      if (isDrag(line)) {
        const corners = line.map((pixel) => toPlace(space, pixel));
        const area = simplifyArea(corners, mostCorners);
        if (area) onArea(area);
        return;
      }
      const index = near(event);
      if (line.length > 0 && index !== undefined) onPoint(index);
    },
    // The browser took the finger for scrolling.
    onPointerCancel: end,
    onPointerLeave: () => onHover(undefined),
  };
  return { drawn, handlers };
}

function isDrag(line: readonly Pixel[]): boolean {
  const [start] = line;
  return (
    start !== undefined &&
    line.some(([x, y]) => Math.hypot(x - start[0], y - start[1]) > clickPixels)
  );
}

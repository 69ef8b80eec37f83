"use client";

import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { insideArea, type MapPoint } from "#lib/core/map-area.ts";
import { drawArea, drawPoints, drawTitles } from "./draw-plot.ts";
import { fitSpace, type PlotPoints, type PlotTopic, toPixels } from "./plot-space.ts";
import classes from "./topics.module.css";
import { useLasso } from "./use-lasso.ts";

type Props = {
  label: string;
  points: PlotPoints;
  topics: readonly PlotTopic[];
  /** Numbers of topics; none is all. */
  chosen: readonly number[];
  area: readonly MapPoint[] | undefined;
  /** A topic that is pointed at in the list. */
  hinted: number | undefined;
  /** A finger draws, too; otherwise it scrolls the page. */
  lassoByTouch: boolean;
  onTopic: (topic: number) => void;
  onArea: (area: [number, number][]) => void;
  /** What is said of the point that is pointed at, by its place in `points`. */
  renderTip: (index: number) => ReactNode;
};

/** Conversations as points, alike ones together. Dragging draws a lasso; a click chooses the topic of a point. */
export function TopicPlot(props: Props) {
  const { points, topics, chosen, area, hinted } = props;
  const scheme = useComputedColorScheme("light");
  const { ref: frame, width, height } = useElementSize();
  const space = useMemo(() => fitSpace(points, width, height), [points, width, height]);
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<{ index: number; x: number; y: number }>();
  const first = useMemo(
    () => new Set(hinted === undefined ? chosen : [...chosen, hinted]),
    [chosen, hinted],
  );
  const lasso = useLasso({
    ...{ space, points },
    byTouch: props.lassoByTouch,
    onArea: props.onArea,
    onPoint: (index) => props.onTopic(points.topics[index] as number),
    onHover: setTip,
  });

  useEffect(() => {
    const context = prepare(base.current, width, height);
    if (!context) return;
    const inArea = (index: number) =>
      !area || insideArea([points.x[index] as number, points.y[index] as number], area);
    const isChosen = (index: number) =>
      (first.size === 0 || first.has(points.topics[index] as number)) && inArea(index);
    drawPoints(context, space, points, scheme, first.size > 0 || area ? isChosen : undefined);
  }, [points, space, scheme, first, area, width, height]);

  useEffect(() => {
    const context = prepare(overlay.current, width, height);
    if (!context) return;
    context.clearRect(0, 0, width, height);
    if (lasso.drawn) drawArea(context, lasso.drawn, scheme);
    else if (area)
      drawArea(
        context,
        area.map((corner) => toPixels(space, corner)),
        scheme,
      );
    drawTitles(context, space, topics, scheme, first);
  }, [topics, space, scheme, first, area, lasso.drawn, width, height]);

  return (
    <div
      ref={frame}
      className={classes.plot}
      role="img"
      aria-label={props.label}
      data-touch={props.lassoByTouch || undefined}
      data-drawing={lasso.drawn ? true : undefined}
      {...lasso.handlers}
    >
      <canvas ref={base} aria-hidden />
      <canvas ref={overlay} aria-hidden />
      {tip && !lasso.drawn && (
        <div
          className={classes.tip}
          style={{
            insetInlineStart: Math.min(Math.max(tip.x - 130, 8), Math.max(8, width - 268)),
            ...(tip.y > height / 2 ? { bottom: height - tip.y + 12 } : { top: tip.y + 14 }),
          }}
        >
          {props.renderTip(tip.index)}
        </div>
      )}
    </div>
  );
}

/** Sets a canvas to its size in the pixels of the screen; undefined while it has none. */
function prepare(canvas: HTMLCanvasElement | null, width: number, height: number) {
  if (!canvas || width === 0 || height === 0) return undefined;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d") ?? undefined;
  context?.scale(ratio, ratio);
  return context;
}

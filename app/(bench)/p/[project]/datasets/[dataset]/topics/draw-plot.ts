import type { MapPoint } from "#lib/core/map-area.ts";
import { grounds, type Mark, markOf, type Scheme } from "./colours.ts";
import {
  type PlotPoints,
  type PlotSpace,
  type PlotTopic,
  placeTitles,
  toPixels,
} from "./plot-space.ts";

type Context = CanvasRenderingContext2D;

/** Radius of a point in pixels: many points are small ones. */
const radiusFor = (count: number) => (count > 8000 ? 1.7 : count > 1500 ? 2.4 : 3.4);

/** How strong points are that are not chosen while others are. */
const faded = 0.13;

/** Draws every point; those for which `chosen` is false are faded, and lie below the others. */
export function drawPoints(
  context: Context,
  space: PlotSpace,
  points: PlotPoints,
  scheme: Scheme,
  chosen: ((index: number) => boolean) | undefined,
): void {
  context.clearRect(0, 0, space.width, space.height);
  const radius = radiusFor(points.ids.length);
  for (const strong of [false, true]) {
    context.globalAlpha = strong ? 0.8 : faded;
    for (let index = 0; index < points.ids.length; index++) {
      if ((chosen?.(index) ?? true) !== strong) continue;
      const at = toPixels(space, [points.x[index] as number, points.y[index] as number]);
      drawMark(context, at, radius, markOf(points.topics[index] as number, scheme));
    }
  }
  context.globalAlpha = 1;
}

function drawMark(context: Context, [x, y]: MapPoint, r: number, { colour, shape }: Mark): void {
  context.fillStyle = colour;
  if (shape === "square") {
    context.fillRect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
    return;
  }
  context.beginPath();
  if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === "triangle") trace(context, x, y, r * 1.25, [-90, 30, 150]);
  else if (shape === "diamond") trace(context, x, y, r * 1.25, [0, 90, 180, 270]);
  else {
    context.rect(x - r, y - 0.35 * r, 2 * r, 0.7 * r);
    context.rect(x - 0.35 * r, y - r, 0.7 * r, 2 * r);
  }
  context.fill();
}

function trace(context: Context, x: number, y: number, r: number, degrees: number[]): void {
  for (const degree of degrees) {
    const turn = (degree * Math.PI) / 180;
    context.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn));
  }
}

/** A line of the plot's text; narrow plots have room for the first word of a title. */
const font = '600 12px Inter, "Segoe UI", system-ui, sans-serif';
const narrow = 560;
const longestTitle = 34;
const titleHeight = 19;

const shownTitle = (title: string, width: number) => {
  const words = width < narrow ? (title.split(" · ")[0] ?? title) : title;
  return words.length > longestTitle ? `${words.slice(0, longestTitle - 1)}…` : words;
};

/** Draws titles at the middle of their topics, the largest first, those in `first` before all. */
export function drawTitles(
  context: Context,
  space: PlotSpace,
  topics: readonly PlotTopic[],
  scheme: Scheme,
  first: ReadonlySet<number>,
): void {
  context.font = font;
  context.textBaseline = "middle";
  const wanted = topics
    .filter(({ size }) => size > 0)
    .sort((a, b) => Number(first.has(b.number)) - Number(first.has(a.number)) || b.size - a.size)
    .map((topic) => {
      const text = shownTitle(topic.title, space.width);
      const width = context.measureText(text).width + 22;
      return { topic, text, width, height: titleHeight, at: toPixels(space, [topic.x, topic.y]) };
    });
  for (const { title, box } of placeTitles(wanted, space)) {
    const faint = first.size > 0 && !first.has(title.topic.number);
    context.globalAlpha = faint ? 0.4 : 0.8;
    context.fillStyle = grounds[scheme];
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, 5);
    context.fill();
    context.globalAlpha = faint ? 0.6 : 1;
    const middle = box.y + box.height / 2;
    drawMark(context, [box.x + 9, middle], 4, markOf(title.topic.number, scheme));
    context.fillStyle = scheme === "light" ? "#1d1c19" : "#d9dfde";
    context.fillText(title.text, box.x + 17, middle + 0.5);
  }
  context.globalAlpha = 1;
}

/** Draws the line of a lasso, in pixels; an area that is chosen has a light ground. */
export function drawArea(context: Context, corners: readonly MapPoint[], scheme: Scheme): void {
  const [start] = corners;
  if (!start) return;
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(x, y);
  context.closePath();
  context.fillStyle = scheme === "light" ? "rgb(15 111 103 / 0.08)" : "rgb(123 191 184 / 0.12)";
  context.fill();
  context.strokeStyle = scheme === "light" ? "#0f6f67" : "#7bbfb8";
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}

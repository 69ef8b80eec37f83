import { expect, it } from "vitest";
import { mostTopics } from "#lib/core/map-area.ts";
import { grounds, markOf, type Scheme } from "./colours.ts";

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

it.each(["light", "dark"] as Scheme[])(
  "marks stand out from the %s ground, and no two are the same",
  (scheme) => {
    const ground = luminance(grounds[scheme]);
    const marks = Array.from({ length: mostTopics + 1 }, (_, topic) => markOf(topic, scheme));
    for (const { colour } of marks) {
      const [high, low] = [ground, luminance(colour)].sort((a, b) => b - a) as [number, number];
      expect((high + 0.05) / (low + 0.05), colour).toBeGreaterThanOrEqual(3);
    }
    expect(new Set(marks.map(({ colour, shape }) => `${colour} ${shape}`)).size).toBe(marks.length);
  },
);

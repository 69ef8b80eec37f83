"use client";

import { Text, useComputedColorScheme } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { formatNumber } from "#app/_ui/format.ts";
import { type Mark, markOf, type Shape } from "./colours.ts";
import classes from "./topics.module.css";

export type Topic = OutputOf<"topics.show">["topics"][number];

type Props = {
  topics: readonly Topic[];
  chosen: readonly number[];
  onToggle: (topic: number) => void;
  onHint: (topic: number | undefined) => void;
};

/** Words of a topic beside those of its title. */
const moreWords = 4;

/** The topics of a map with their exact sizes: all that the plot shows, for the keyboard and for those who read. */
export function TopicList({ topics, chosen, onToggle, onHint }: Props) {
  const scheme = useComputedColorScheme("light");
  const largest = Math.max(1, ...topics.map(({ size }) => size));
  return (
    <ul className={classes.topics} aria-label="Topics">
      {topics.map((topic) => {
        const mark = markOf(topic.number, scheme);
        return (
          <li key={topic.number}>
            <button
              type="button"
              className={classes.topic}
              aria-pressed={chosen.includes(topic.number)}
              data-empty={topic.size === 0 || undefined}
              onClick={() => onToggle(topic.number)}
              // A finger leaves no pointer behind that would go away again.
              onPointerEnter={({ pointerType }) => pointerType === "mouse" && onHint(topic.number)}
              onPointerLeave={() => onHint(undefined)}
              onFocus={({ currentTarget }) =>
                currentTarget.matches(":focus-visible") && onHint(topic.number)
              }
              onBlur={() => onHint(undefined)}
            >
              <MarkIcon mark={mark} />
              <span className={classes.topicTitle} dir="auto">
                {topic.title}
              </span>
              <span className={classes.topicSize}>{formatNumber(topic.size)}</span>
              <MoreWords topic={topic} />
              <svg
                className={classes.bar}
                aria-hidden
                preserveAspectRatio="none"
                viewBox="0 0 100 1"
              >
                <rect width={(100 * topic.size) / largest} height="1" fill={mark.colour} />
              </svg>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function MoreWords({ topic }: { topic: Topic }) {
  const said = topic.title.toLowerCase();
  const more = topic.words.filter(({ word }) => !said.includes(word)).slice(0, moreWords);
  if (more.length === 0) return null;
  return (
    <Text component="span" size="xs" c="dimmed" className={classes.topicWords} dir="auto">
      {more.map(({ word }) => word).join(", ")}
    </Text>
  );
}

const outlines: Record<Shape, React.ReactNode> = {
  circle: <circle cx="6" cy="6" r="4.5" />,
  square: <rect x="1.5" y="1.5" width="9" height="9" />,
  triangle: <path d="M6 1 L11 10.5 L1 10.5 Z" />,
  diamond: <path d="M6 0.5 L11.5 6 L6 11.5 L0.5 6 Z" />,
  cross: <path d="M4.5 1 h3 v3.5 h3.5 v3 h-3.5 v3.5 h-3 v-3.5 h-3.5 v-3 h3.5 Z" />,
};

/** How the points of a topic look on the plot. */
export function MarkIcon({ mark }: { mark: Mark }) {
  return (
    <svg className={classes.mark} viewBox="0 0 12 12" fill={mark.colour} aria-hidden>
      {outlines[mark.shape]}
    </svg>
  );
}

"use client";

import { Title, Tooltip } from "@mantine/core";
import type { OutputOf } from "#app/_ui/client.ts";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { formatDay, formatDuration, formatNumber, plural } from "#app/_ui/format.ts";
import classes from "./label.module.css";

/** The rater's own figures; nobody is compared with anybody here. */
export function OwnWork({ own }: { own: OutputOf<"labels.mine"> }) {
  if (own.submitted + own.skipped === 0) return null;
  const most = Math.max(...own.days.map((day) => day.submitted + day.skipped));
  const days = own.days.toReversed();
  return (
    <section aria-label="Your work">
      <Title order={2} mb="sm">
        Your work
      </Title>
      <Figures>
        <Figure label="Submitted" value={formatNumber(own.submitted)} note="in all tasks" />
        <Figure label="Skipped" value={formatNumber(own.skipped)} />
        <Figure
          label="Time an item"
          value={own.medianSeconds === null ? "–" : formatDuration(own.medianSeconds)}
          note={own.medianSeconds === null ? "known from six items on" : "median, breaks left out"}
        />
        <div>
          <div className={classes.days} aria-hidden>
            {days.map((day) => (
              <Tooltip
                key={day.day}
                label={`${formatDay(day.day)}: ${plural(day.submitted + day.skipped, "item")}`}
              >
                <div
                  className={classes.day}
                  style={{ height: `${((day.submitted + day.skipped) / most) * 100}%` }}
                />
              </Tooltip>
            ))}
          </div>
          <span className={classes.saved}>
            {plural(days.length, "day")} with work, {formatNumber(own.days[0]?.submitted ?? 0)}{" "}
            submitted on {formatDay(own.days[0]?.day ?? "")}
          </span>
        </div>
      </Figures>
    </section>
  );
}

"use client";

import { LineChart } from "#app/_ui/charts/charts.tsx";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { formatDuration, formatFixed, formatNumber } from "#app/_ui/format.ts";
import type { RunEvent } from "#app/_ui/runs/use-run-events.ts";
import classes from "./run.module.css";
import { evalSeries, lossSeries, rateSeries } from "./training-series.ts";

const rate = (value: number) => (value === 0 ? "0" : value.toExponential(2));

/** Loss and learning rate while they come in, with the newest figures. */
export function TrainingCurves({ events }: { events: readonly RunEvent[] }) {
  const last = events.findLast((event) => event.type === "step")?.data;
  const measured = events.findLast((event) => event.type === "eval")?.data;
  const validation = evalSeries(events);
  return (
    <>
      <Figures>
        <Figure
          label="Step"
          value={last ? formatNumber(Number(last.step)) : "–"}
          note={last ? `of ${formatNumber(Number(last.total_steps))}` : "not begun"}
        />
        <Figure
          label="Loss"
          value={formatFixed(last && Number(last.loss), 3)}
          note="nats a token"
        />
        <Figure
          label="Validation perplexity"
          value={formatFixed(measured && Number(measured.perplexity))}
          note={
            measured
              ? `at step ${measured.step}, of the words that are learned`
              : "not measured yet"
          }
        />
        <Figure
          label="Speed"
          value={last ? formatNumber(Math.round(Number(last.tokens_per_second))) : "–"}
          note="tokens a second"
        />
        {last && Number(last.eta_seconds) > 0 && (
          <Figure label="Steps left for" value={formatDuration(Number(last.eta_seconds))} />
        )}
      </Figures>
      <div className={classes.charts}>
        <LineChart
          title="Loss"
          xLabel="step"
          series={[lossSeries(events), ...(validation.points.length > 0 ? [validation] : [])]}
        />
        <LineChart
          title="Learning rate"
          xLabel="step"
          series={[rateSeries(events)]}
          format={rate}
        />
      </div>
    </>
  );
}

import type { LineSeries } from "#app/_ui/charts/rows.ts";
import type { RunEvent } from "#app/_ui/runs/use-run-events.ts";

/** A field of one type of event over the steps. A resumed run tells some steps twice; the later word counts. */
function series(
  events: readonly RunEvent[],
  type: string,
  field: string,
  name: string,
): LineSeries {
  const points = new Map<number, number>();
  for (const event of events) {
    const { step, [field]: value } = event.data;
    if (event.type === type && typeof step === "number" && typeof value === "number") {
      points.set(step, value);
    }
  }
  return { name, points: [...points].sort(([a], [b]) => a - b) };
}

export const lossSeries = (events: readonly RunEvent[], name = "Training") =>
  series(events, "step", "loss", name);
export const evalSeries = (events: readonly RunEvent[], name = "Validation"): LineSeries => ({
  ...series(events, "eval", "loss", name),
  dashed: true,
});
export const rateSeries = (events: readonly RunEvent[]) =>
  series(events, "step", "lr", "Learning rate");

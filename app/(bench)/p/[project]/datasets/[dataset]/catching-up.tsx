"use client";

import type { OutputOf } from "#app/_ui/client.ts";
import { formatNumber } from "#app/_ui/format.ts";
import classes from "./dataset.module.css";

type Progress = OutputOf<"datasets.facets">["catchingUp"];

/** Says that the search index reads what is new; filters answer meanwhile, only slower. */
export function CatchingUp({ progress }: { progress: Progress | undefined }) {
  if (!progress) return null;
  const { stage, done, total } = progress;
  const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : "";
  return (
    <div className={classes.past} role="status">
      The search index is catching up{share}
      {total > 0 &&
        ` (${formatNumber(done)} of ${formatNumber(total)} ${stage === "texts" ? "texts" : "changes"})`}
      . Filters are right and slower meanwhile; a search for words may have to wait.
    </div>
  );
}

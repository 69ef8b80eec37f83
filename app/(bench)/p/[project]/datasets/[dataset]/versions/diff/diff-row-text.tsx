"use client";

import dynamic from "next/dynamic";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { askFailed, useOperation } from "#app/_ui/use-operation.ts";
import classes from "./diff.module.css";
import type { DiffRow } from "./diff-item.tsx";

const MessagesDiff = dynamic(() => import("./messages-diff.tsx"), {
  ssr: false,
  loading: () => <LoadingState rows={3} />,
});

type Props = { project: string; dataset: number; row: DiffRow; nowIn: number };

/** The texts behind one change, word by word. */
export function DiffRowText({ project, dataset, row, nowIn }: Props) {
  const was = useOperation(
    "conversations.read",
    { project, dataset, conversation: row.was ?? 0 },
    { enabled: row.was !== null },
  );
  const now = useOperation(
    "conversations.read",
    { project, dataset: nowIn, conversation: row.now ?? 0 },
    { enabled: row.now !== null },
  );
  const error = was.error ?? now.error;
  if (error) return <ErrorState error={error} onRetry={askFailed(was, now)} />;
  const waiting = (row.was !== null && !was.data) || (row.now !== null && !now.data);
  return (
    <div className={classes.text}>
      {waiting ? (
        <LoadingState rows={3} />
      ) : (
        <MessagesDiff was={was.data?.body ?? null} now={now.data?.body ?? null} />
      )}
    </div>
  );
}

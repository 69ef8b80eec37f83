"use client";

import { Anchor, Progress, Text, Title } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import type { ClientError } from "../client.ts";
import { Page } from "../feedback/page-header.tsx";
import { ErrorState, LoadingState } from "../feedback/states.tsx";
import { formatNumber } from "../format.ts";
import classes from "./rating-room.module.css";

/** Counts of items; `skipped` are mine, too. */
export type Progressed = { mine: number; skipped?: number; done: number; total: number };

type RoomProps = {
  /** The area it belongs to, with its address. */
  area: { label: string; href: string };
  /** Stands beside the area: the schema, say. */
  detail?: string;
  name: string;
  progress: Progressed;
  children: ReactNode;
};

/** Where people judge one item after another: what it belongs to and how far they are, above the item in hand. */
export function RatingRoom({ area, detail, name, progress, children }: RoomProps) {
  return (
    <div className={classes.room}>
      <header className={classes.head}>
        <div className={classes.title}>
          <Text size="xs" c="dimmed" lineClamp={1}>
            <Anchor component={Link} href={area.href} inherit underline="always">
              {area.label}
            </Anchor>
            {detail && ` / ${detail}`}
          </Text>
          <Title order={1} size="h3" lineClamp={1} dir="auto">
            {name}
          </Title>
        </div>
        <Tally {...progress} />
      </header>
      {children}
    </div>
  );
}

/** My own progress and that of all raters together. */
function Tally({ mine, skipped = 0, done, total }: Progressed) {
  return (
    <div>
      <Text size="xs" c="dimmed" className="tabular">
        {formatNumber(mine)} by you{skipped > 0 && `, ${formatNumber(skipped)} skipped`} ·{" "}
        {formatNumber(done)} of {formatNumber(total)} by all
      </Text>
      <Progress
        mt={4}
        value={total ? (done / total) * 100 : 0}
        size="sm"
        w={220}
        aria-label="Progress"
      />
    </div>
  );
}

type AskingProps = {
  error: ClientError | undefined;
  retry: () => void;
  /** Shown until the first answer, which brings the rest of the page. */
  name?: string;
  /** The way out when nothing can be had. */
  back?: { label: string; href: string };
};

/** While the server is asked for items, and when it does not give any. */
export function Asking({ error, retry, name, back }: AskingProps) {
  return (
    <Page>
      {name !== undefined && <Title order={1}>{name}</Title>}
      {error ? <ErrorState error={error} onRetry={retry} /> : <LoadingState rows={8} />}
      {error && back && (
        <Anchor component={Link} href={back.href}>
          {back.label}
        </Anchor>
      )}
    </Page>
  );
}

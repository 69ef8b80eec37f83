"use client";

import { Anchor, Button, Text } from "@mantine/core";
import { IconChartHistogram } from "@tabler/icons-react";
import Link from "next/link";
import { BarChart, Histogram } from "#app/_ui/charts/charts.tsx";
import type { OutputOf } from "#app/_ui/client.ts";
import { Figure, Figures } from "#app/_ui/feedback/figure.tsx";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatFixed, formatNumber, plural } from "#app/_ui/format.ts";
import { useOperation } from "#app/_ui/use-operation.ts";
import { FilterWords } from "../filter-words.tsx";
import { formatSearch, isFiltered } from "../search.ts";
import { useSearch } from "../use-search.ts";
import classes from "./statistics.module.css";

type Statistics = OutputOf<"datasets.statistics">;
type Spread = NonNullable<Statistics["turns"]>;
type Props = { project: string; dataset: number };

/** Bars of one plot; more values are counted in its note. */
const mostBars = 12;

/** Distributions of a dataset, under the filter of the address. */
export function StatisticsView({ project, dataset }: Props) {
  const { search, change } = useSearch();
  const { filter, version } = search;
  const { data, error, refetch } = useOperation(
    "datasets.statistics",
    { project, dataset, filter, ...(version === undefined ? {} : { version }) },
    { topics: [`dataset:${dataset}`], keepPrevious: true },
  );
  const base = `/p/${project}/datasets/${dataset}`;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingState />;
  const rowsUnder = (part: object) =>
    `${base}?${formatSearch({ ...search, open: undefined, filter: { ...filter, ...part } })}`;
  return (
    <>
      {(isFiltered(filter) || version !== undefined) && (
        <div className={classes.filter}>
          {version !== undefined && `Version ${version}. `}
          {isFiltered(filter) && <FilterWords {...{ project, dataset, filter }} />}
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => change({ filter: {}, version: undefined })}
          >
            Show all
          </Button>
        </div>
      )}
      {data.turns === null || data.tokens === null ? (
        <EmptyState
          title="Nothing to count yet"
          icon={<IconChartHistogram size={26} stroke={1.6} />}
        >
          Plots of turns, tokens, languages, sources and findings appear with the first
          conversations.
        </EmptyState>
      ) : (
        <>
          <Figures>
            <Figure label="Conversations" value={formatNumber(data.conversations)} />
            <Figure label="Messages" value={formatNumber(data.messages)} />
            <Figure
              label="Tokens"
              value={formatNumber(data.tokens.total)}
              note="estimate: 4 bytes a token"
            />
            <Figure
              label="Turns, median"
              value={formatNumber(data.turns.median)}
              note={spreadWords(data.turns)}
            />
            <Figure
              label="Tokens, median"
              value={formatNumber(Math.round(data.tokens.median))}
              note={spreadWords(data.tokens)}
            />
          </Figures>
          <div className={classes.plots}>
            <SpreadPlot title="Turns" spread={data.turns} />
            <SpreadPlot title="Tokens" spread={data.tokens} />
            <FacetPlot title="Languages" values={data.languages} />
            <FacetPlot title="Sources" values={data.sources} />
            <FacetPlot
              title="Findings"
              values={data.findings.filter((one) => one.value !== "any" && one.value !== "none")}
              note={<FindingNote values={data.findings} href={rowsUnder({ finding: ["any"] })} />}
            />
            <FacetPlot title="Roles" values={data.roles} />
            {data.kinds.length > 1 && <FacetPlot title="Kinds" values={data.kinds} />}
            {data.tags.length > 0 && <FacetPlot title="Tags" values={data.tags} />}
          </div>
        </>
      )}
    </>
  );
}

const spreadWords = ({ min, mean, p95, max }: Spread) =>
  `${formatNumber(min)} to ${formatNumber(max)}; mean ${formatFixed(mean, 1)}, 95 % up to ${formatNumber(Math.round(p95))}`;

function SpreadPlot({ title, spread }: { title: string; spread: Spread }) {
  return (
    <Histogram
      title={title}
      bins={spread.bins}
      unit="conversations"
      {...(spread.beyond
        ? {
            note: `${plural(spread.beyond.count, "conversation")} above ${formatNumber(spread.beyond.above)} not drawn; the longest has ${formatNumber(spread.max)}`,
          }
        : {})}
    />
  );
}

type FacetProps = { title: string; values: Statistics["languages"]; note?: React.ReactNode };

function FacetPlot({ title, values, note }: FacetProps) {
  const shown = values.slice(0, mostBars);
  const rest = values.length - shown.length;
  return (
    <BarChart
      title={title}
      data={shown.map(({ value, count }) => ({ label: value, value: count }))}
      unit="conversations"
      sideways
      height={Math.max(90, 36 + shown.length * 30)}
      note={
        note ??
        (rest > 0 ? `The ${mostBars} most frequent of ${formatNumber(values.length)}` : undefined)
      }
    />
  );
}

function FindingNote({ values, href }: { values: Statistics["findings"]; href: string }) {
  const any = values.find((one) => one.value === "any")?.count ?? 0;
  if (any === 0) {
    return (
      <Text size="sm" c="dimmed">
        No check has found anything; a recipe with “Personal data” looks for it.
      </Text>
    );
  }
  return (
    <Anchor component={Link} href={href} size="sm">
      {plural(any, "conversation")} with a finding
    </Anchor>
  );
}

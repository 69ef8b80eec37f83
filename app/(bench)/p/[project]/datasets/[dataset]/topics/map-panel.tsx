"use client";

import { Alert, Button, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconLasso } from "@tabler/icons-react";
import { useState } from "react";
import { ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { formatNumber, plural } from "#app/_ui/format.ts";
import { askFailed, useOperation } from "#app/_ui/use-operation.ts";
import type { MapFilter } from "#lib/core/dataset-filter.ts";
import { describeFilter } from "../describe-filter.ts";
import { isFiltered } from "../search.ts";
import { useSearch } from "../use-search.ts";
import { PartBar } from "./part-bar.tsx";
import { PointTip } from "./point-tip.tsx";
import { TopicList } from "./topic-list.tsx";
import { TopicPlot } from "./topic-plot.tsx";
import classes from "./topics.module.css";
import { Trail } from "./trail.tsx";

type Props = { project: string; dataset: number; map: number; may: { write: boolean } };

/** One map: the plot, the list of its topics, and what can be done with the part that is chosen. */
export function MapPanel({ project, dataset, map, may }: Props) {
  const { search, change } = useSearch();
  const { map: given, ...rest } = search.filter;
  const part: MapFilter = given?.id === map ? given : { id: map };
  const chosen = part.topics ?? [];
  const [hinted, hint] = useState<number>();
  const [touching, setTouching] = useState(false);
  const byFinger = useMediaQuery("(pointer: coarse)") ?? false;
  const version = search.version === undefined ? {} : { version: search.version };
  const asked = { project, dataset, map, ...version };
  const live = { topics: [`dataset:${dataset}`], keepPrevious: true };
  const points = useOperation("topics.points", { ...asked, filter: rest }, live);
  const area = part.area ? { map: { id: map, area: part.area } } : {};
  const shown = useOperation("topics.show", { ...asked, filter: { ...rest, ...area } }, live);
  const error = points.error ?? shown.error;
  if (error && !(points.data && shown.data)) {
    return <ErrorState error={error} onRetry={askFailed(points, shown)} />;
  }
  if (!points.data || !shown.data) return <Waiting />;
  const { topics, trail, missing } = shown.data;
  const set = (next: Omit<MapFilter, "id">) => {
    const filled = Object.fromEntries(Object.entries(next).filter(([, value]) => value?.length));
    change({ filter: { ...rest, map: { id: map, ...filled } } });
  };
  const toggle = (topic: number) =>
    set({
      ...part,
      topics: chosen.includes(topic) ? chosen.filter((one) => one !== topic) : [...chosen, topic],
    });
  const { total, ids } = points.data;
  return (
    <>
      <Trail trail={trail} onOpen={(id) => change({ filter: { ...rest, map: { id } } })} />
      {missing > 0 && (
        <Alert color="brass" variant="light" py="xs">
          {plural(missing, "row")} of {search.version === undefined ? "the newest" : "this"} version{" "}
          {missing === 1 ? "is" : "are"} not on this map: {missing === 1 ? "it" : "they"} came or
          changed after it was made. Map again to place {missing === 1 ? "it" : "them"}.
        </Alert>
      )}
      {isFiltered(rest) && (
        <Alert color="petrol" variant="light" py="xs">
          Only rows that match: {describeFilter(rest)}.{" "}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => change({ filter: { map: part } })}
          >
            Show all
          </Button>
        </Alert>
      )}
      <div className={classes.panel}>
        <div className={classes.plotSide}>
          <div className={classes.frame}>
            <TopicPlot
              label={`Map of ${plural(total, "conversation")} in ${plural(topics.length, "topic")}. The list of topics holds the same.`}
              points={points.data}
              topics={topics}
              chosen={chosen}
              area={part.area}
              hinted={hinted}
              lassoByTouch={touching}
              onTopic={toggle}
              onArea={(drawn) => {
                set({ ...part, area: drawn });
                setTouching(false);
              }}
              renderTip={(index) => (
                <PointTip
                  {...{ project, dataset }}
                  version={search.version}
                  conversation={ids[index] as number}
                  topic={topics.find(({ number }) => number === points.data?.topics[index])}
                />
              )}
            />
            {ids.length < total && (
              <span className={classes.sampled}>
                {formatNumber(ids.length)} of {formatNumber(total)} drawn, the same share of each
                topic; counts are exact
              </span>
            )}
          </div>
          {byFinger && (
            <Button
              variant={touching ? "filled" : "default"}
              aria-pressed={touching}
              leftSection={<IconLasso size={16} />}
              onClick={() => setTouching(!touching)}
            >
              {touching ? "Now draw around points" : "Draw a lasso"}
            </Button>
          )}
          <PartBar
            {...{ project, dataset, may, part, topics }}
            filter={rest}
            counting={shown.isPlaceholderData}
            onClear={() => set({})}
          />
        </div>
        <TopicList topics={topics} chosen={chosen} onToggle={toggle} onHint={hint} />
      </div>
    </>
  );
}

function Waiting() {
  return (
    <div className={classes.panel}>
      <Skeleton className={classes.frame} />
      <LoadingState rows={10} height={34} />
    </div>
  );
}

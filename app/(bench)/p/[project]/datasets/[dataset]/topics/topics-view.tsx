"use client";

import { Button } from "@mantine/core";
import { IconChartDots2 } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState, ErrorState, LoadingState } from "#app/_ui/feedback/states.tsx";
import { RunProgress } from "#app/_ui/runs/run-progress.tsx";
import { useOperation } from "#app/_ui/use-operation.ts";
import { isFiltered } from "../search.ts";
import { useSearch } from "../use-search.ts";
import { MapHead } from "./map-head.tsx";
import { MapPanel } from "./map-panel.tsx";
import { StartMap } from "./start-map.tsx";
import classes from "./topics.module.css";

type Props = { project: string; dataset: number; may: { write: boolean; cancel: boolean } };

/** Maps of a dataset's topics: the one of the address or the newest, what makes the next one, or how to begin. */
export function TopicsView({ project, dataset, may }: Props) {
  const { search, change } = useSearch();
  const [starting, setStarting] = useState(false);
  const { data, error, refetch } = useOperation(
    "topics.maps",
    { project, dataset },
    { topics: [`dataset:${dataset}`] },
  );
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingState />;
  const { map: part, ...rest } = search.filter;
  const wanted = part?.id;
  // A part of a map is shown when it is asked for; what one comes to first is all of it.
  const newest = data.maps.find(({ parent }) => parent === null) ?? data.maps[0];
  const shown = wanted === undefined ? newest : data.maps.find(({ id }) => id === wanted);
  const open = (id: number) => change({ filter: { ...rest, map: { id } } });
  return (
    <div className={classes.root}>
      {data.run !== null && (
        <RunProgress
          project={project}
          run={data.run}
          mayCancel={may.cancel}
          onEnd={(run) => {
            void refetch();
            const made = (run.result as { map?: number } | null)?.map;
            if (made !== undefined) open(made);
          }}
        />
      )}
      {shown ? (
        <>
          <MapHead
            {...{ project, dataset, shown, may }}
            maps={data.maps}
            version={data.version}
            onOpen={open}
            onAgain={() => setStarting(true)}
            onRemoved={() => change({ filter: rest })}
          />
          <MapPanel key={shown.id} {...{ project, dataset, may }} map={shown.id} />
        </>
      ) : data.maps.length > 0 ? (
        <GoneMap onNewest={() => change({ filter: rest })} />
      ) : (
        data.run === null && (
          <NoMap
            mayWrite={may.write}
            empty={data.version === 0}
            onStart={() => setStarting(true)}
          />
        )
      )}
      {starting && (
        <StartMap
          {...{ project, dataset }}
          version={search.version}
          filter={shown?.filter ?? rest}
          what={`${shown && isFiltered(shown.filter) ? "The rows of this map" : "All conversations"}, as ${search.version === undefined ? "the newest version" : `version ${search.version}`} has them`}
          onClose={() => setStarting(false)}
        />
      )}
    </div>
  );
}

function GoneMap({ onNewest }: { onNewest: () => void }) {
  return (
    <EmptyState
      title="This map is not here any more"
      icon={<IconChartDots2 size={26} stroke={1.6} />}
      action={
        <Button variant="default" onClick={onNewest}>
          Show the newest map
        </Button>
      }
    >
      It was removed, or it belongs to another dataset.
    </EmptyState>
  );
}

type NoMapProps = { mayWrite: boolean; empty: boolean; onStart: () => void };

function NoMap({ mayWrite, empty, onStart }: NoMapProps) {
  return (
    <EmptyState
      title="What do these conversations talk about?"
      icon={<IconChartDots2 size={26} stroke={1.6} />}
      action={
        mayWrite &&
        !empty && (
          <Button onClick={onStart} leftSection={<IconChartDots2 size={16} />}>
            Map the topics
          </Button>
        )
      }
    >
      {empty
        ? "A map of topics appears here once conversations are imported and somebody asks for it."
        : "A map puts conversations that use the same words side by side, and names each group by the words that set it apart. Draw around a part of it, or choose a topic, to read, tag, freeze or label just those rows."}
    </EmptyState>
  );
}

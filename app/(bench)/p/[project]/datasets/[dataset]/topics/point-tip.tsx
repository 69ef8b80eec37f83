"use client";

import { Text, useComputedColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useOperation } from "#app/_ui/use-operation.ts";
import { markOf } from "./colours.ts";
import { MarkIcon, type Topic } from "./topic-list.tsx";

type Props = {
  project: string;
  dataset: number;
  version: number | undefined;
  conversation: number;
  topic: Topic | undefined;
};

/** Milliseconds that a pointer rests before the text is asked for. */
const restMs = 180;

/** What a point is: its topic, and how its conversation begins. */
export function PointTip({ project, dataset, version, conversation, topic }: Props) {
  const scheme = useComputedColorScheme("light");
  const [wanted] = useDebouncedValue(conversation, restMs);
  const rows = useOperation(
    "conversations.list",
    {
      ...{ project, dataset, limit: 1, filter: { ids: [wanted] } },
      ...(version === undefined ? {} : { version }),
    },
    { enabled: wanted === conversation },
  );
  const row = rows.data?.rows[0];
  return (
    <>
      <Text size="xs" fw={600} component="div">
        <MarkIcon mark={markOf(topic?.number ?? 0, scheme)} /> {topic?.title ?? "No topic"}
      </Text>
      <Text size="xs" c="dimmed" lineClamp={3} dir="auto">
        {wanted === conversation && row ? row.preview : "…"}
      </Text>
    </>
  );
}

"use client";

import { useEffect, useEffectEvent } from "react";
import { type OnChange, topicStream } from "./topic-stream.ts";

/**
 * Calls `onChange` when one of the topics (`run:12`, `dataset:3`) changed, or, with undefined, when something may have
 * been missed. Payloads are ids only: ask again for what is shown.
 */
export function useTopics(topics: readonly string[], onChange: OnChange): void {
  const tell = useEffectEvent(onChange);
  const key = topics.join(",");
  useEffect(() => {
    if (key === "") return;
    return topicStream.follow(key.split(","), (topic, polled) => tell(topic, polled));
  }, [key]);
}

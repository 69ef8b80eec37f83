import { makeTopicMap, topicsRunInput } from "#lib/topics/map-topics.ts";
import { defineJob } from "./job.ts";

export const topicsJob = defineJob({
  kind: "topics",
  act: "dataset.write",
  input: topicsRunInput,
  // Reading and arithmetic: what fails twice fails again.
  retry: [2, 10],
  run: ({ run, handle, signal }, input) => makeTopicMap(run, handle, input, signal),
});

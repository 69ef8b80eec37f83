import { expect, it } from "vitest";
import type { HomeCounts } from "#lib/projects/read-home.ts";
import { nextStage, stagesOf } from "./stages.ts";

const everything = {
  conversations: 9,
  datasets: 1,
  labels: 3,
  labelTasks: 0,
  snapshots: 1,
  models: 1,
  modelVersions: 2,
  responses: 4,
  votes: 5,
  comparisons: 1,
  evaluatedVersions: 1,
  gateRuns: 1,
  liveDeployments: 1,
  requestsToday: 1,
  failedRequestsToday: 0,
  feedback: 1,
  feedbackWaiting: 0,
} as HomeCounts;

it.each([
  ["the first stage that nothing stands in", { snapshots: 0, votes: 0, comparisons: 0 }, "Freeze"],
  [
    "the gate, while what it measured is not live",
    { liveDeployments: 0, requestsToday: 0 },
    "Promote",
  ],
  ["feedback, once people are answered", { feedback: 0 }, "Learn"],
  ["nothing, where the loop is closed", {}, undefined],
])("next is %s", (_, counts, name) => {
  expect(nextStage(stagesOf({ ...everything, ...counts }))?.name).toBe(name);
});

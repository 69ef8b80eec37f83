import { cleanRows, recipeRunInput } from "#lib/datasets/clean-rows.ts";
import { defineJob } from "./job.ts";

export const recipeJob = defineJob({
  kind: "recipe",
  act: "dataset.write",
  input: recipeRunInput,
  // Pure work on rows: what fails twice in the same place is the row's fault.
  retry: [2, 10],
  run: ({ run, handle, services, signal }, input) =>
    cleanRows(run, handle, services, input, signal),
});

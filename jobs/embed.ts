import { embedRows, embedRunInput } from "#lib/embeddings/embed-dataset.ts";
import { defineJob } from "./job.ts";

export const embedJob = defineJob({
  kind: "embed",
  act: "dataset.write",
  input: embedRunInput,
  // The model server may be starting; each attempt goes on where the last one stopped.
  retry: [5, 30],
  run: ({ run, handle, services, signal }, input) =>
    embedRows(run, handle, services, input, signal),
});

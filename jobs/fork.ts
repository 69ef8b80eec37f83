import { forkRunInput, makeFork } from "#lib/datasets/fork-dataset.ts";
import { defineJob } from "./job.ts";

/** One transaction: an attempt that dies has made nothing. */
export const forkJob = defineJob({
  kind: "fork",
  act: "dataset.write",
  input: forkRunInput,
  retry: [2, 10],
  run: async ({ run, handle, signal }, input) => {
    signal.throwIfAborted();
    await handle.transaction(async (tx) => {
      await run.assertOwned(tx.db);
      const made = await makeFork(tx, input);
      await run.write(tx.db, { done: made.conversations });
      await run.succeed(tx.db, { dataset: input.name, ...made });
    });
  },
});

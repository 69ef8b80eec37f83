import { applyBulk, bulkRunInput } from "#lib/datasets/bulk.ts";
import { defineJob } from "./job.ts";

/** One statement over many rows and one version: an attempt that dies has changed nothing. */
export const bulkJob = defineJob({
  kind: "bulk",
  act: "dataset.write",
  input: bulkRunInput,
  // Another change of the same dataset may hold its row for a while.
  retry: [2, 10],
  run: async ({ run, handle, signal }, { datasetId, dataset, change }) => {
    signal.throwIfAborted();
    await handle.transaction(async (tx) => {
      await run.assertOwned(tx.db);
      const { version, changed, kept } = await applyBulk(tx, datasetId, change, { runId: run.id });
      await run.write(tx.db, { done: changed });
      await run.succeed(tx.db, { dataset, datasetId, version, changed, kept });
    });
  },
});

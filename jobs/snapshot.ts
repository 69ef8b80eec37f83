import { snapshotView } from "#lib/datasets/create-snapshot.ts";
import { freezeWishSchema, planFreeze, saveFrozen } from "#lib/datasets/freeze-rows.ts";
import { defineJob } from "./job.ts";

/** Milliseconds between two reports of progress. */
const reportEvery = 1000;

/** Reads first, then writes in one transaction: an attempt that dies has frozen nothing. */
export const snapshotJob = defineJob({
  kind: "snapshot",
  act: "dataset.write",
  input: freezeWishSchema,
  retry: [2, 10],
  run: async ({ run, handle, signal }, wish) => {
    let told = 0;
    const frozen = await planFreeze(handle, wish, async (done) => {
      signal.throwIfAborted();
      if (Date.now() - told < reportEvery) return;
      told = Date.now();
      await run.progress(done);
    });
    await handle.transaction(async (tx) => {
      await run.assertOwned(tx.db);
      const made = await saveFrozen(tx, wish, frozen);
      await run.write(tx.db, { done: frozen.rows.length });
      await run.succeed(tx.db, snapshotView(made));
    });
  },
});

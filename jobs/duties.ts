import { forgetOldMemories } from "#db/queries/recipe-memory.ts";
import { forgetTraffic } from "#lib/chat/forget-traffic.ts";
import { sweepJobs } from "#lib/datasets/ray/sweep-jobs.ts";
import { fallBackFromExpiredWaivers } from "#lib/promotion/fall-back.ts";
import type { Services } from "#lib/services.ts";

/** A promise with a date is kept within this time after it. The endpoint itself refuses at once. */
const everyMs = 30_000;

type Duty = { name: string; run: (services: Services) => Promise<unknown> };

/** What workers do by the clock. Each may run in several workers at once, and after a crash again. */
export const duties: readonly Duty[] = [
  {
    name: "expired waivers",
    run: async ({ database, log }) => {
      for (const moved of await fallBackFromExpiredWaivers(database)) {
        log.warn(moved, "a waiver ran out");
      }
    },
  },
  { name: "old traffic", run: ({ database }) => forgetTraffic(database) },
  { name: "old recipe memories", run: ({ database }) => forgetOldMemories(database.db) },
  {
    name: "jobs on Ray of runs that are over",
    run: async (services) => {
      for (const job of await sweepJobs(services)) {
        services.log.warn({ job }, "a job on Ray was left behind");
      }
    },
  },
];

/** Does every duty now and then again and again; one that fails is logged and tried at the next turn. */
export function startDuties(services: Services) {
  let running: Promise<void> | undefined;
  const turn = async () => {
    for (const duty of duties) {
      await duty
        .run(services)
        .catch((error: unknown) => services.log.error({ err: error, duty: duty.name }, "duty"));
    }
  };
  const tick = () => {
    running ??= turn().finally(() => {
      running = undefined;
    });
  };
  const timer = setInterval(tick, everyMs);
  tick();
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

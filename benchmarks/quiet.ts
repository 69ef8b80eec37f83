import { availableParallelism, loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";

/** A run-queue of more than one program a core makes every ratio of times a matter of luck. */
const mostPerCore = 1;

/**
 * The machine's load over the last minute. On a loaded machine a benchmark says so and ends with code 1, unless its
 * flags hold `--busy`: then it runs, and says that it ran so.
 */
export function requireQuiet(flags: readonly string[]): string {
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  const told = `load average ${load.toFixed(2)} on ${cores} cores`;
  if (load <= mostPerCore * cores) return told;
  if (flags.includes("--busy")) return `${told}: busy, so only the ratios mean something`;
  console.error(`Not measured: ${told} is too much. Wait, or pass --busy to measure all the same.`);
  process.exit(1);
}

/** Waits until the load of the benchmark before has died away, three minutes at most: somebody else's may stay. */
export async function untilQuiet(): Promise<void> {
  const end = Date.now() + 180_000;
  const wanted = (mostPerCore * availableParallelism()) / 2;
  while ((loadavg()[0] ?? 0) > wanted && Date.now() < end) await setTimeout(1000);
}

import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { env } from "#lib/env.ts";
import { asAssayError } from "#lib/errors.ts";
import { requireRuntime } from "#lib/runtime.ts";
import { gatherCrew } from "./crew.ts";
import { Blocked, stages, type Tour } from "./stages.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Models trained, each from its own seed, before the demo gives up on the gate. */
const mostModels = 3;

/**
 * Takes the shipped sample through every stage in the project `demo` of the running instance: one line with a figure
 * a stage. Models are trained here and now from the printed seed; raters are users flagged simulated. A model that the
 * gate blocks is shown as blocked and followed by one from the next seed, from Train on, twice at most.
 * Ends with code 1 and the reason when a stage fails; what earlier stages made stays to be looked at.
 */
async function main(): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const runtime = requireRuntime(env().dataDir);
  const seed = Number(process.argv[2] ?? randomInt(1, 10_000));
  say(`Demo with seed ${seed}; repeat it with “npm run demo -- ${seed}”.`);
  const crew = await gatherCrew(stop.signal);
  const tour: Tour = {
    crew,
    seed,
    sample: fileURLToPath(new URL("../../../sample", import.meta.url)),
    endpointUrl: runtime.endpointUrl,
    signal: stop.signal,
    found: { dataset: 0, snapshot: "", run: 0, models: [], request: "", key: "" },
  };
  // Shown before anything can fail: the password stands nowhere else.
  if (crew.account) say(`Sign in as ${crew.account.email} with ${crew.account.password}`);
  const started = performance.now();
  try {
    await travel(tour);
    say(
      `Done in ${((performance.now() - started) / 1000).toFixed(0)} s. Look at it: ${runtime.publicUrl}/p/demo`,
    );
    return 0;
  } catch (cause) {
    const known = asAssayError(cause);
    const reason =
      known.code === "internal" && cause instanceof Error ? cause.message : known.message;
    say(`The demo stopped: ${reason} What it made is kept in the project demo.`);
    return 1;
  } finally {
    await crew.close();
  }
}

async function travel(tour: Tour): Promise<void> {
  const train = stages.findIndex((stage) => stage.name === "Train");
  let models = 1;
  for (let at = 0; at < stages.length; at++) {
    const stage = stages[at] as (typeof stages)[number];
    const from = performance.now();
    const tell = (figure: string) => {
      const seconds = ((performance.now() - from) / 1000).toFixed(0);
      say(`${String(at + 1).padStart(2)}. ${stage.name.padEnd(8)} ${figure} (${seconds} s)`);
    };
    try {
      tell(await stage.run(tour));
    } catch (cause) {
      if (!(cause instanceof Blocked) || models === mostModels) throw cause;
      tell(cause.message);
      models += 1;
      tour.seed += 1;
      say(`    So it cannot be promoted. Another is trained, with seed ${tour.seed}.`);
      at = train - 1;
    }
  }
}

process.exitCode = await main();

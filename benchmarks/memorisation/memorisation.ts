import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { env } from "#lib/env.ts";
import { exposureThreshold } from "#lib/stats/memorisation.ts";

/**
 * Codes of the sample that a model learned by heart, with the demo's settings and with large steps: same rows, same seeds.
 * A run crosses the line where the gate would block it.
 */
const { values } = parseArgs({
  options: { runs: { type: "string", default: "4" }, seed: { type: "string", default: "1" } },
});

const trained = z.object({ exposures: z.array(z.number()).min(1), held_out_loss: z.number() });
const runSchema = z.object({
  settings: z.string(),
  seed: z.number(),
  seconds: z.number(),
  scratch: trained,
  further: trained,
});

const root = join(import.meta.dirname, "../..");
const { venvDir, childBase } = env();
const child = spawn(
  join(venvDir, "bin/python"),
  [join(import.meta.dirname, "exposures.py"), join(root, "sample"), values.seed, values.runs],
  {
    env: {
      ...childBase,
      PYTHONPATH: join(root, "models/trainer"),
      PYTHONDONTWRITEBYTECODE: "1",
      OMP_NUM_THREADS: "1",
      HF_HUB_OFFLINE: "1",
    } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const exit = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
const worst: Record<string, number[]> = {};
let line = 0;
for await (const text of createInterface({ input: child.stdout })) {
  const run = runSchema.parse(JSON.parse(text));
  const both = [run.scratch, run.further];
  // As the gate counts a version and its ancestor: all their canaries together.
  line = exposureThreshold(both.flatMap(({ exposures }) => exposures).length);
  const most = Math.max(...both.flatMap(({ exposures }) => exposures));
  worst[run.settings] = [...(worst[run.settings] ?? []), most];
  const losses = both.map((each) => each.held_out_loss).join(" then ");
  console.log(
    `${run.settings}, seed ${run.seed}: most exposed ${both.map(({ exposures }) => exposures[0]).join(" then ")} bits, held-out loss ${losses}, ${run.seconds} s`,
  );
}
for (const [settings, bits] of Object.entries(worst)) {
  const over = bits.filter((each) => each > line).length;
  console.log(`${settings}: ${over} of ${bits.length} runs above ${line.toFixed(2)} bits`);
}
process.exitCode = await exit;

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { env } from "#lib/env.ts";
import { exposureThreshold } from "#lib/stats/memorisation.ts";
import { trainerPython } from "../python.ts";

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
const python = trainerPython(venvDir);
if (!python) process.exit(0);
const child = spawn(
  python,
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
type Trained = z.infer<typeof trained>;
/** Runs above the line, of all: [from scratch, fine-tuned further]. */
const blocked: Record<string, [number, number, number]> = {};
const isBlocked = ({ exposures }: Trained) =>
  Math.max(...exposures) > exposureThreshold(exposures.length) ? 1 : 0;
const words = ({ exposures, held_out_loss }: Trained) =>
  `${Math.max(...exposures)} bits of ${exposureThreshold(exposures.length).toFixed(2)}, held-out loss ${held_out_loss}`;
for await (const text of createInterface({ input: child.stdout })) {
  const { settings, seed, seconds, scratch, further } = runSchema.parse(JSON.parse(text));
  const [first, second, runs] = blocked[settings] ?? [0, 0, 0];
  blocked[settings] = [first + isBlocked(scratch), second + isBlocked(further), runs + 1];
  console.log(
    `${settings}, seed ${seed}: from scratch ${words(scratch)}; further ${words(further)}; ${seconds} s`,
  );
}
for (const [settings, [scratch, further, runs]] of Object.entries(blocked)) {
  console.log(
    `${settings}: above the line ${scratch} from scratch and ${further} further, of ${runs}`,
  );
}
process.exitCode = await exit;

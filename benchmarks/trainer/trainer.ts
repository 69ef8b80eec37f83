import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { TrainerHome } from "#models/launch/trainer.ts";
import { trainerPython } from "../python.ts";

const resultSchema = z.object({
  ratio: z.number(),
  ratio_same_batches: z.number(),
  ratio_processor: z.number(),
  ratio_processor_same_batches: z.number(),
  tokens_per_second: z.record(z.string(), z.number()),
  worst_loss_difference: z.number(),
  losses_equal: z.boolean(),
  held_out_loss: z.record(z.string(), z.number()),
  steps: z.number(),
});
export type TrainerBench = z.infer<typeof resultSchema>;

/** Four runs of fifty steps on one slow core, with room for a busy machine. */
const limitMs = 20 * 60_000;

/**
 * Trainer tokens a second after step 10 against a bare TRL script with the same seed. Takes two minutes or so.
 * Undefined, and said, where the trainer is not installed.
 */
export async function benchTrainer(
  home: TrainerHome,
  threads = 1,
): Promise<TrainerBench | undefined> {
  const python = trainerPython(home.venvDir);
  if (!python) return undefined;
  const here = fileURLToPath(new URL(".", import.meta.url));
  const trainer = fileURLToPath(new URL("../../models/trainer", import.meta.url));
  const { stdout } = await promisify(execFile)(
    python,
    [join(here, "compare.py"), "--threads", String(threads)],
    {
      timeout: limitMs,
      env: {
        ...home.env,
        PYTHONPATH: trainer,
        PYTHONDONTWRITEBYTECODE: "1",
        OMP_NUM_THREADS: String(threads),
        HF_HUB_OFFLINE: "1",
      } as unknown as NodeJS.ProcessEnv,
    },
  );
  return resultSchema.parse(JSON.parse(stdout));
}

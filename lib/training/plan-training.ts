import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { AssayError } from "../core/errors.ts";
import { findSnapshot } from "../datasets/create-snapshot.ts";
import { requireWriter } from "../models/embedding-model.ts";
import { findVersion, type VersionRow } from "../models/read-models.ts";
import type { Services } from "../services.ts";
import { readTrainingState } from "../status/training-state.ts";
import { countParameters } from "./count-parameters.ts";
import type { trainingChoices } from "./training-spec.ts";

/** What the result of a training depends on, besides its canaries. */
export const trainingSource = {
  snapshot: z.string().min(1).max(300).meta({ description: "Name or id of the snapshot" }),
  base: z
    .string()
    .max(300)
    .optional()
    .meta({ description: "Model version to fine-tune, as model@version" }),
} as const;

type Choices = z.output<z.ZodObject<typeof trainingChoices & typeof trainingSource>>;

export type TrainingPlan = {
  snapshot: Awaited<ReturnType<typeof findSnapshot>>;
  base: VersionRow | undefined;
  /** Of the model that will be trained. */
  parameters: number;
};

const refuse = (path: string, message: string) =>
  new AssayError("invalid_input", `${message} Nothing was started.`, {
    issues: [{ path, message }],
  });

/** Finds snapshot and base and checks that the choices fit together. Throws with the field that does not. */
export async function planTraining(
  handle: ProjectHandle,
  services: Services,
  choices: Choices,
): Promise<TrainingPlan> {
  const snapshot = await findSnapshot(handle, choices.snapshot);
  if (snapshot.counts.train === 0) {
    throw new AssayError(
      "precondition_failed",
      "This snapshot has no training rows. Freeze one with a larger training share.",
    );
  }
  const state = readTrainingState(services.dataDir);
  if (state.state === "no-python" || state.state === "failed") {
    throw new AssayError("not_installed", `Training cannot run here: ${state.message}`);
  }
  if (choices.method === "pretrain") {
    checkPretraining(choices);
    return { snapshot, base: undefined, parameters: countParameters(choices.architecture) };
  }
  const base = await requireBase(handle, choices.base);
  return {
    snapshot,
    base,
    parameters: base.model_version.parameters ?? countParameters(choices.architecture),
  };
}

function checkPretraining({ base, tuning, architecture: a }: Choices): void {
  if (base !== undefined) {
    throw refuse("base", "A model trained from scratch has no base. Leave it out, or choose sft.");
  }
  if (tuning === "lora") {
    throw refuse("tuning", "LoRA needs a base: choose fine-tuning, or tune the full model.");
  }
  if (a.hidden_size % a.heads || (a.hidden_size / a.heads) % 2) {
    throw refuse(
      "architecture.hidden_size",
      `The hidden size must be an even multiple of the ${a.heads} heads.`,
    );
  }
  if (a.heads % a.kv_heads) {
    throw refuse("architecture.heads", "The heads must be a multiple of the key/value heads.");
  }
}

async function requireBase(handle: ProjectHandle, name: string | undefined): Promise<VersionRow> {
  if (name === undefined) {
    throw refuse(
      "base",
      "Supervised fine-tuning needs a base: choose a model version to start from.",
    );
  }
  const base = await findVersion(handle, name);
  requireWriter(base, "be fine-tuned");
  if (base.model_version.artefactDigest) return base;
  throw new AssayError(
    "precondition_failed",
    "This version lives on another server and has no weights here. Choose a local one.",
  );
}

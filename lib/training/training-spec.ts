import { z } from "zod";
import { architectureSchema, hyperSchema } from "#models/launch/schema.ts";

/** What a person chooses about a training run; fields and bounds are the trainer's (docs/trainer.md). */
export const trainingChoices = {
  method: z.enum(["pretrain", "sft"]).default("pretrain"),
  tuning: z.enum(["full", "lora"]).default("full"),
  architecture: architectureSchema.prefault({}),
  hyper: hyperSchema.prefault({}),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  device: z.enum(["auto", "cpu", "cuda"]).default("auto"),
} as const;

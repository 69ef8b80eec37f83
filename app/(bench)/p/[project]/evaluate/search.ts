import { z } from "zod";
import { evaluateTabs } from "./words.ts";

/** State of the Evaluate page in its address; what does not fit is left out. */
export const evaluateSearch = z.object({
  tab: z.enum(evaluateTabs).catch("results"),
  model: z.string().max(300).optional().catch(undefined),
});
export type EvaluateSearch = z.infer<typeof evaluateSearch>;

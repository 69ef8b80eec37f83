import { z } from "zod";

/** URL state of the monitor page; what does not fit falls back. */
export const monitorSearch = z.object({
  hours: z.coerce.number().int().min(1).max(2160).catch(24),
});

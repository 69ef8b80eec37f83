import { z } from "zod";
import { datasetFilterSchema } from "../../lib/core/dataset-filter.ts";
import { rowSorts } from "../../lib/core/dataset-words.ts";
import { setFields } from "./columns-file.ts";

/** What the index process is asked, and what it answers. Its only client is `client.ts`. */
const id = z.int().min(0);

export const questionSchema = z.strictObject({
  project: id,
  dataset: id,
  /** The version that the answer must be for; the asker knows that it exists. */
  version: id,
  filter: datasetFilterSchema,
  page: z
    .strictObject({
      by: z.enum(rowSorts),
      descending: z.boolean(),
      after: z.strictObject({ value: z.number(), id }).optional(),
      limit: z.int().min(1).max(10_000),
    })
    .optional(),
  /** Which facets to count, beside the total. */
  counts: z.array(z.enum(setFields)).optional(),
  /** Every id that matches. */
  ids: z.boolean().optional(),
  /** In how many of the project's conversations each of these words stands. */
  words: z.array(z.string().min(1).max(200)).max(1000).optional(),
});
export type Question = z.infer<typeof questionSchema>;

/** How far the index is with what it has to read before it can answer. */
export type Progress = { stage: "rows" | "texts"; done: number; total: number };

export type Answer =
  | { state: "behind"; progress: Progress }
  | {
      state: "fresh";
      version: number;
      page?: { id: number; value: number }[];
      counts?: { total: number; facets: Record<string, { value: string; count: number }[]> };
      /** Joined by commas, ascending. */
      ids?: string;
      /** `counts` in the order of the words; `total` conversations have words. */
      words?: { total: number; counts: number[] };
    };

/** Which vectors of a dataset's newest version are nearest to one. */
export const nearQuestionSchema = z.strictObject({
  project: id,
  dataset: id,
  modelVersion: id,
  /** How many vectors there are now. */
  count: z.int().min(1),
  /** Which they are: an index of any others is out of date (`vectorStamp`). */
  stamp: z.string().max(200),
  /** As vectors are stored (lib/core/vector-bytes.ts), in base64. */
  query: z.base64().max(65_536),
  limit: z.int().min(1).max(10_000),
});
export type NearQuestion = z.infer<typeof nearQuestionSchema>;

export type NearAnswer =
  | { state: "behind"; done: number; total: number }
  /** Nearest first, by vectors of 8 bits: the asker orders them by the vectors themselves. */
  | { state: "fresh"; ids: number[] };

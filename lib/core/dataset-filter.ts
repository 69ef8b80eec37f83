import { z } from "zod";
import { labelStates, rowSorts } from "./dataset-words.ts";
import { farthest, fewestCorners, mostCorners, mostTopics } from "./map-area.ts";
import { conversationKinds, roles } from "./message-tree.ts";

export { type DatasetSort, datasetSorts, labelStates, type RowSort } from "./dataset-words.ts";

/** Words of a filter are few and short, so that a URL can hold it. */
const word = z.string().min(1).max(200);
const words = z.array(word).min(1).max(50);
const count = z.coerce.number().int().min(0).max(100_000_000);

const coordinate = z.number().min(-farthest).max(farthest);

/** Rows that have a place on a map of topics of the dataset: in one of these topics, and inside this area. */
export const mapFilterSchema = z.strictObject({
  id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  /** Numbers of topics; 0 are the texts that are too short to place. */
  topics: z
    .array(z.coerce.number().int().min(0).max(mostTopics))
    .min(1)
    .max(mostTopics + 1)
    .optional(),
  /** Corners of a closed line, as a lasso draws it. */
  area: z
    .array(z.tuple([coordinate, coordinate]))
    .min(fewestCorners)
    .max(mostCorners)
    .optional(),
});
export type MapFilter = z.infer<typeof mapFilterSchema>;

/** What selects rows of a dataset: every given field must match; inside a list any one may. */
export const datasetFilterSchema = z.strictObject({
  /** Full text: words, "a phrase", -without, or, begin*, parentheses. */
  text: z.string().trim().min(1).max(500).optional(),
  /** Rows that have a message of this role. */
  role: z.array(z.enum(roles)).min(1).optional(),
  kind: z.array(z.enum(conversationKinds)).min(1).optional(),
  turnsMin: count.optional(),
  turnsMax: count.optional(),
  tokensMin: count.optional(),
  tokensMax: count.optional(),
  /** Language codes; `none` for rows whose language is unknown. */
  lang: words.optional(),
  /** Source file names. */
  source: words.optional(),
  tag: words.optional(),
  label: z.array(z.enum(labelStates)).min(1).optional(),
  /** Kinds of open findings, or `none` / `any`. */
  finding: words.optional(),
  /** These rows only. */
  ids: z.array(z.coerce.number().int().positive()).min(1).max(10_000).optional(),
  /** Rows of topics, or of an area of a map of topics. */
  map: mapFilterSchema.optional(),
});
export type DatasetFilter = z.infer<typeof datasetFilterSchema>;

export const sortSchema = z.strictObject({
  by: z.enum(rowSorts).default("added"),
  descending: z.boolean().default(false),
});

/** Names of things people make: one line, visible, no path characters. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(200, "A name has at most 200 characters.")
  .regex(/^[^\p{Cc}\\/]+$/u, "A name has no slashes, backslashes or control characters.")
  .refine((name) => !/^\.+$/.test(name), "A name cannot be only dots.");

export const slugSchema = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "Use small letters, digits and single hyphens.");

export const idSchema = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/** A dataset by id, or by its name where people type. */
export const datasetRefSchema = z.union([
  z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  z.string().min(1).max(200),
]);

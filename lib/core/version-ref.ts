import { z } from "zod";

/** A name on a version: begins with a letter, so that it is never taken for a number. */
export const versionTagSchema = z
  .string()
  .min(1, "Give it a name.")
  .max(60, "A version tag has at most 60 characters.")
  .regex(
    /^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/,
    "Use small letters, digits, single hyphens and dots; begin with a letter.",
  );

/** A version of a dataset, by number or by tag. */
export const versionRefSchema = z
  .union([z.coerce.number().int().min(1), versionTagSchema])
  .meta({ description: "Number or tag of a version" });
export type VersionRef = z.output<typeof versionRefSchema>;

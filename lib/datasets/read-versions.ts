import { z } from "zod";
import { requireDataset } from "#db/queries/datasets.ts";
import { changeKinds, countDiff, type DiffRow, listDiff } from "#db/queries/version-diff.ts";
import { listVersions as queryVersions } from "#db/queries/versions.ts";
import { datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { versionTagSchema } from "../core/version-ref.ts";
import { defineOperation } from "../operation.ts";
import { findVersion } from "./find-version.ts";

const number = z.coerce.number().int();

export const versionOutput = z.object({
  number: z.number(),
  act: z.string(),
  summary: z.string(),
  run: z.number().nullable(),
  added: z.number(),
  removed: z.number(),
  total: z.number(),
  by: z.string(),
  at: z.string(),
  /** Names on this version. */
  tags: z.array(z.string()),
});

/** Versions of a dataset, the newest first. */
export const listVersions = defineOperation({
  name: "versions.list",
  summary: "Versions of a dataset, the newest first",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/versions",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    before: number.min(1).optional(),
    limit: number.min(1).max(200).default(50),
  }),
  output: z.object({ versions: z.array(versionOutput), next: z.number().nullable() }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset, before, limit }) => {
    const { id } = await requireDataset(handle, dataset);
    const rows = await queryVersions(handle, id, before, limit + 1);
    const versions = rows.slice(0, limit);
    return { versions, next: rows.length > limit ? (versions.at(-1)?.number ?? null) : null };
  },
});

export const diffOutput = z.object({
  counts: z.object({
    added: z.number(),
    removed: z.number(),
    edited: z.number(),
    tags: z.number(),
  }),
  rows: z.array(
    z.object({
      change: z.enum(changeKinds),
      was: z.number().nullable(),
      now: z.number().nullable(),
      wasPreview: z.string().nullable(),
      nowPreview: z.string().nullable(),
      wasTags: z.array(z.string()).nullable(),
      nowTags: z.array(z.string()).nullable(),
    }),
  ),
  next: z.number().nullable(),
});

/** One page of differences from one row more than it shows. */
export function pageOfDiff(rows: readonly DiffRow[], limit: number) {
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? (shown.at(-1)?.place ?? null) : null;
  return { rows: shown.map(({ place: _place, ...row }) => row), next };
}

/** The empty dataset before the first version, or a version. */
const diffEnd = z
  .union([z.coerce.number().int().min(0), versionTagSchema])
  .meta({ description: "Number or tag of a version; 0 is the empty dataset" });

/** What differs between two versions of a dataset: exact counts and a page of rows. Version 0 is the empty dataset. */
export const diffVersions = defineOperation({
  name: "versions.diff",
  summary: "Added, removed, edited and retagged conversations between two versions",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/diff",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    from: diffEnd,
    to: diffEnd,
    change: z.enum(changeKinds).optional(),
    after: number.min(0).default(0),
    limit: number.min(1).max(200).default(50),
  }),
  output: diffOutput,
  allow: { project: "dataset.read" },
  positionals: ["dataset", "from", "to"],
  run: async ({ handle }, { dataset, from, to, change, after, limit }) => {
    const found = await requireDataset(handle, dataset);
    const ends = {
      from: await findVersion(handle, found, from),
      to: await findVersion(handle, found, to),
    };
    const [counts, rows] = await Promise.all([
      countDiff(handle, found.id, ends.from, ends.to),
      listDiff(handle, found.id, ends, { change, after, limit: limit + 1 }),
    ]);
    return { counts, ...pageOfDiff(rows, limit) };
  },
});

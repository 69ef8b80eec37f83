import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { countRows } from "#db/queries/dataset-rows.ts";
import { requireDataset } from "#db/queries/datasets.ts";
import { run as runTable } from "#db/schema/runs.ts";
import { datasetFilterSchema, datasetRefSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { runStates } from "../core/runs.ts";
import { versionRefSchema } from "../core/version-ref.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { findVersion } from "./find-version.ts";
import { exporters } from "./formats/exporters.ts";
import { filterOf, viewRefSchema } from "./saved-views.ts";

export const exportFormats = exporters.map((one) => one.id);
export const formatSchema = z.enum(exportFormats as [string, ...string[]]);

/** Input of a run of kind `export`. */
export const exportRunInput = z.object({
  datasetId: z.number().int(),
  dataset: z.string(),
  version: z.number().int(),
  filter: datasetFilterSchema,
  formats: z.array(formatSchema),
  licence: z.string().optional(),
});
export type ExportRunInput = z.infer<typeof exportRunInput>;

/** One written file of an export, as the run's result names it. */
export const exportFileSchema = z.object({
  name: z.string(),
  /** An exporter's id; `card` for the dataset card. */
  format: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  written: z.number(),
  /** Conversations that the format cannot carry without loss, and why. */
  skipped: z.number(),
  reasons: z.record(z.string(), z.number()),
});
export type ExportFile = z.infer<typeof exportFileSchema>;

/** Queues the writing of a dataset's rows as files with a dataset card. */
export const startExport = defineOperation({
  name: "export",
  summary: "Write a dataset as messages, pairs, CSV, trees or Parquet, with a dataset card",
  method: "POST",
  path: "/projects/{project}/datasets/{dataset}/exports",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    format: z.array(formatSchema).min(1).default(["messages"]),
    version: versionRefSchema.optional(),
    filter: datasetFilterSchema.default({}),
    view: viewRefSchema.optional().meta({ description: "A saved view instead of a filter" }),
    licence: z.string().trim().max(200).optional().meta({ description: "Named on the card" }),
  }),
  output: z.object({ run: z.number() }),
  allow: { project: "dataset.export" },
  positionals: ["dataset"],
  startsRun: true,
  audit: ({ dataset, format }) => ({ dataset, format }),
  run: async ({ handle }, { dataset, format, version: wanted, licence, ...which }) => {
    const found = await requireDataset(handle, dataset);
    const filter = await filterOf(handle, found.id, which);
    const version = await findVersion(handle, found, wanted ?? found.headVersion);
    const rows = await countRows(handle, { datasetId: found.id, version, filter });
    if (rows === 0) {
      throw new AssayError(
        "precondition_failed",
        "No row matches, so there is nothing to export. Import conversations or widen the filter.",
      );
    }
    const formats = [...new Set(format)];
    const input: ExportRunInput = {
      ...{ datasetId: found.id, dataset: found.name, version, filter, formats },
      ...(licence ? { licence } : {}),
    };
    const run = await handle.transaction((tx) =>
      startRun(tx, {
        kind: "export",
        title: `Export ${found.name} version ${version}`,
        input,
        unit: "conversations",
        total: rows * formats.length,
      }),
    );
    return { run };
  },
});

/** Exports of a dataset with their files, the newest first. */
export const listExports = defineOperation({
  name: "exports.list",
  summary: "Exports of a dataset with their files, the newest first",
  method: "GET",
  path: "/projects/{project}/datasets/{dataset}/exports",
  input: z.strictObject({
    project: slugSchema,
    dataset: datasetRefSchema,
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  output: z.object({
    exports: z.array(
      z.object({
        run: z.number(),
        state: z.enum(runStates),
        version: z.number(),
        at: z.string(),
        files: z.array(exportFileSchema),
      }),
    ),
  }),
  allow: { project: "dataset.read" },
  positionals: ["dataset"],
  run: async ({ handle }, { dataset, limit }) => {
    const { id } = await requireDataset(handle, dataset);
    const rows = await handle.db
      .select()
      .from(runTable)
      .where(
        and(
          eq(runTable.projectId, handle.projectId),
          eq(runTable.kind, "export"),
          sql`${runTable.input}->>'datasetId' = ${String(id)}`,
        ),
      )
      .orderBy(desc(runTable.id))
      .limit(limit);
    return {
      exports: rows.map((row) => ({
        run: row.id,
        state: row.state as (typeof runStates)[number],
        version: Number(row.input.version),
        at: row.createdAt.toISOString(),
        files: z
          .array(exportFileSchema)
          .catch([])
          .parse(row.result?.files ?? []),
      })),
    };
  },
});

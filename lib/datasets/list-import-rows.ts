import { z } from "zod";
import { listSourceRows } from "#db/queries/occurrences.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { defineOperation } from "../operation.ts";
import { importProgressSchema } from "./import-batch.ts";
import { requireImport } from "./list-import-errors.ts";
import { importRunInput } from "./start-import.ts";

/**
 * The first conversations that an import has committed, in the order of the file: they can be looked at while it still
 * runs. Rows that another import of the same file had read before are among them; erased ones are not.
 */
export const listImportRows = defineOperation({
  name: "imports.rows",
  summary: "The first conversations that an import has read so far, in the order of the file",
  method: "GET",
  path: "/projects/{project}/imports/{run}/rows",
  input: z.strictObject({
    project: slugSchema,
    run: idSchema,
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({
    rows: z.array(
      z.object({
        conversation: z.number(),
        recordNumber: z.number(),
        kind: z.string(),
        messages: z.number(),
        tokens: z.number(),
        lang: z.string().nullable(),
        preview: z.string(),
      }),
    ),
  }),
  allow: { project: "dataset.read" },
  positionals: ["run"],
  run: async ({ handle }, { run: id, limit }) => {
    const run = await requireImport(handle, id);
    const { sourceId } = importRunInput.parse(run.input);
    const progress = importProgressSchema.safeParse(run.checkpoint);
    if (!progress.success) return { rows: [] };
    const { reading, lastRecord } = progress.data;
    return { rows: await listSourceRows(handle, { sourceId, reading, lastRecord, limit }) };
  },
});

import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { ensureDataset } from "#db/queries/datasets.ts";
import { source } from "#db/schema/datasets.ts";
import { idSchema, nameSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { startRun } from "../runs/start-run.ts";
import { folders, type Services } from "../services.ts";
import { columnMappingSchema } from "./formats/column-mapping.ts";
import { noRecords } from "./formats/detect.ts";
import { previewImport } from "./formats/preview-import.ts";

/** Input of a run of kind `import`. */
export const importRunInput = z.object({
  sourceId: z.number().int(),
  datasetId: z.number().int(),
  dataset: z.string(),
  format: z.string().optional(),
  columns: columnMappingSchema.optional(),
});
export type ImportRunInput = z.infer<typeof importRunInput>;

/** An uploaded file of the handle's project. Throws not_found. */
export async function requireSource(handle: ProjectHandle, id: number) {
  const [row] = await handle.db
    .select()
    .from(source)
    .where(and(eq(source.id, id), eq(source.projectId, handle.projectId)));
  if (!row)
    throw new AssayError("not_found", "This project has no such upload. Upload the file again.");
  return row;
}

/** Where the bytes of an upload lie. Throws not_found when they are gone: after an erase, or from the disk. */
export async function sourcePath(
  services: Pick<Services, "dataDir">,
  file: { digest: string; fileName: string },
): Promise<string> {
  const path = join(folders(services.dataDir).sources, file.digest);
  try {
    await access(path);
  } catch (cause) {
    throw new AssayError(
      "not_found",
      `The upload “${file.fileName}” is no longer kept. Nothing was changed; upload the file again.`,
      { cause },
    );
  }
  return path;
}

/**
 * Queues the import of an uploaded file into a dataset, which is made when it is missing. The start of the file is read
 * first: what is wrong with the file as a whole is refused here, before a dataset or a run is made for it.
 */
export const startImport = defineOperation({
  name: "import",
  summary: "Import conversations from a file into a dataset",
  method: "POST",
  path: "/projects/{project}/imports",
  input: z.strictObject({
    project: slugSchema,
    source: idSchema.meta({ file: true, description: "The file; uploaded first" }),
    dataset: nameSchema.meta({ description: "Name of the dataset; made when it is missing" }),
    format: z.string().max(40).optional().meta({ description: "Detected when absent" }),
    columns: columnMappingSchema
      .optional()
      .meta({ description: "CSV only: which column holds what, as JSON" }),
  }),
  output: z.object({ run: z.number(), dataset: z.number() }),
  allow: { project: "dataset.write" },
  positionals: ["source"],
  startsRun: true,
  audit: ({ source: id, dataset }) => ({ source: id, dataset }),
  run: async ({ handle, services }, input) => {
    const file = await requireSource(handle, input.source);
    const path = await sourcePath(services, file);
    const { format, columns } = input;
    const { read } = await previewImport(() => createReadStream(path), {
      ...{ fileName: file.fileName, path, format, columns },
      limit: 1,
    });
    if (read === 0) throw noRecords();
    return handle.transaction(async (tx) => {
      const dataset = await ensureDataset(tx, input.dataset);
      const given: ImportRunInput = {
        sourceId: file.id,
        datasetId: dataset.id,
        dataset: dataset.name,
        ...(input.format === undefined ? {} : { format: input.format }),
        ...(input.columns === undefined ? {} : { columns: input.columns }),
      };
      const run = await startRun(tx, {
        kind: "import",
        title: `Import ${file.fileName} into ${dataset.name}`,
        input: given,
        unit: "records",
      });
      return { run, dataset: dataset.id };
    });
  },
});

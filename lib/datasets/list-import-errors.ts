import { and, asc, eq, gt, sql } from "drizzle-orm";
import { z } from "zod";
import type { ProjectHandle } from "#db/handle.ts";
import { importError } from "#db/schema/datasets.ts";
import { idSchema, slugSchema } from "../core/dataset-filter.ts";
import { AssayError } from "../core/errors.ts";
import { defineOperation } from "../operation.ts";
import { requireRun } from "../runs/read-runs.ts";
import type { Download } from "./download.ts";
import { csvCell } from "./formats/csv-cells.ts";

const errorOutput = z.object({
  recordNumber: z.number(),
  line: z.number().nullable(),
  reason: z.string(),
  excerpt: z.string(),
});
type ErrorRow = z.output<typeof errorOutput>;

/** A run of kind `import` of the handle's project. Throws not_found. */
export async function requireImport(handle: ProjectHandle, id: number) {
  const run = await requireRun(handle, id);
  if (run.kind !== "import") {
    throw new AssayError("not_found", "This run is not an import. Look at the list of runs.");
  }
  return run;
}

/** A page of records in file order, those after record number `after`. */
function readErrors(
  handle: ProjectHandle,
  run: number,
  after: number,
  limit: number,
): Promise<ErrorRow[]> {
  return handle.db
    .select({
      recordNumber: importError.recordNumber,
      line: importError.line,
      reason: importError.reason,
      excerpt: importError.excerpt,
    })
    .from(importError)
    .where(and(eq(importError.runId, run), gt(importError.recordNumber, after)))
    .orderBy(asc(importError.recordNumber))
    .limit(limit);
}

/** Records that an import could not take, with line and reason. */
export const listImportErrors = defineOperation({
  name: "imports.errors",
  summary: "Records that an import could not take, with line and reason",
  method: "GET",
  path: "/projects/{project}/imports/{run}/errors",
  input: z.strictObject({
    project: slugSchema,
    run: idSchema,
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  output: z.object({
    errors: z.array(errorOutput),
    total: z.number(),
    next: z.number().nullable(),
  }),
  allow: { project: "dataset.read" },
  positionals: ["run"],
  run: async ({ handle }, input) => {
    await requireImport(handle, input.run);
    const rows = await readErrors(handle, input.run, input.after, input.limit + 1);
    const [count] = await handle.db
      .select({ n: sql<number>`count(*)::int` })
      .from(importError)
      .where(eq(importError.runId, input.run));
    const errors = rows.slice(0, input.limit);
    const next = rows.length > input.limit ? (errors.at(-1)?.recordNumber ?? null) : null;
    return { errors, total: count?.n ?? 0, next };
  },
});

export const errorFileFormats = ["jsonl", "csv"] as const;

const writers: Record<
  (typeof errorFileFormats)[number],
  { head: string; row: (row: ErrorRow) => string }
> = {
  jsonl: { head: "", row: (row) => `${JSON.stringify(row)}\n` },
  csv: {
    head: "record,line,reason,excerpt\r\n",
    row: ({ recordNumber, line, reason, excerpt }) =>
      `${recordNumber},${line ?? ""},${csvCell(reason)},${csvCell(excerpt)}\r\n`,
  },
};

/** All error rows of an import as one file. Throws not_found for another project's run and for an unknown format. */
export async function downloadImportErrors(
  handle: ProjectHandle,
  runId: number,
  format: string,
): Promise<Download> {
  const known = errorFileFormats.find((one) => one === format);
  if (!known) throw new AssayError("not_found", "Error rows come as jsonl or csv.");
  await requireImport(handle, runId);
  return {
    fileName: `import-${runId}-errors.${known}`,
    mediaType: known === "csv" ? "text/csv" : "application/jsonl",
    chunks: errorFile(handle, runId, known),
  };
}

async function* errorFile(handle: ProjectHandle, runId: number, format: "jsonl" | "csv") {
  const { head, row } = writers[format];
  yield head;
  // As many rows as one answer of the database may hold in memory.
  for (let after = 0; ; ) {
    const rows = await readErrors(handle, runId, after, 1000);
    yield rows.map(row).join("");
    const last = rows.at(-1);
    if (!last || rows.length < 1000) return;
    after = last.recordNumber;
  }
}

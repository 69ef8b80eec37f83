import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { ProjectHandle } from "#db/handle.ts";
import type { View } from "#db/queries/dataset-rows.ts";
import { readFacets } from "#db/queries/dataset-rows.ts";
import { listBodies } from "#db/queries/recipe-rows.ts";
import { rowsWhere } from "#db/queries/rows-where.ts";
import { AssayError } from "../core/errors.ts";
import type { OwnedRun } from "../runs/own-run.ts";
import { folders, type Services } from "../services.ts";
import { type DatasetCardFacts, datasetCard } from "./formats/dataset-card.ts";
import { type ExportTally, exportConversations, newTally } from "./formats/export-conversations.ts";
import { type ExportFormat, exporters } from "./formats/exporters.ts";
import type { ExportFile, ExportRunInput } from "./start-export.ts";

/** Rows fetched at once: bounds memory whatever the dataset's size. */
const pageRows = 500;

/**
 * Writes one file a format and a card into the export's folder. An attempt works in a folder of its own, which takes
 * its place when every file is whole: a killed export leaves nothing that looks like one.
 */
export async function exportDataset(
  owned: OwnedRun,
  handle: ProjectHandle,
  services: Pick<Services, "dataDir">,
  input: ExportRunInput,
  signal: AbortSignal,
): Promise<void> {
  const root = folders(services.dataDir).exports;
  const final = join(root, String(owned.id));
  const part = join(root, `${owned.id}.${owned.run.attempt}.part`);
  const view: View = { datasetId: input.datasetId, version: input.version, filter: input.filter };
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  try {
    const erased = await countErased(handle);
    const files: ExportFile[] = [];
    let done = 0;
    for (const format of input.formats) {
      files.push(
        await writeFormat(
          handle,
          view,
          part,
          fileName(input, format),
          format as ExportFormat,
          async (rows) => {
            signal.throwIfAborted();
            done += rows;
            await owned.progress(done);
          },
        ),
      );
    }
    files.push(await writeCard(handle, view, part, input, files));
    await rm(final, { recursive: true, force: true });
    await rename(part, final);
    await handle.transaction(async (tx) => {
      await owned.assertOwned(tx.db);
      await refuseErased(tx, erased, final);
      await owned.succeed(tx.db, {
        dataset: input.dataset,
        datasetId: input.datasetId,
        version: input.version,
        /** Below the data folder of this instance. */
        folder: `exports/${owned.id}`,
        files,
      });
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Tombstones of the project: another number later tells that a text was erased meanwhile, whatever the clocks say. */
async function countErased({ db, projectId }: ProjectHandle): Promise<number> {
  const [row] = await db.execute<{ n: number }>(sql`
    select count(*)::int as n from conversation where project_id = ${projectId} and erased_at is not null`);
  return row?.n ?? 0;
}

/**
 * A text that was erased since this attempt began may stand in its files: they go, and the next attempt writes them
 * anew. An erase that commits later deletes the finished folder itself.
 */
async function refuseErased(tx: ProjectHandle, before: number, folder: string): Promise<void> {
  if ((await countErased(tx)) === before) return;
  await rm(folder, { recursive: true, force: true });
  throw new AssayError(
    "conflict",
    "A text was erased while this export was written. Its files were deleted; the export starts again.",
  );
}

/** `Shop chats` version 3 as messages → `shop-chats-v3.messages.jsonl`. */
function fileName({ dataset, version }: ExportRunInput, format: string): string {
  const plain = dataset
    .normalize("NFKD")
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60)
    .toLowerCase();
  const extension = exporters.find((one) => one.id === format)?.extension ?? "txt";
  const middle = format === extension ? "" : `.${format}`;
  return `${plain || "dataset"}-v${version}${middle}.${extension}`;
}

async function writeFormat(
  handle: ProjectHandle,
  view: View,
  folder: string,
  name: string,
  format: ExportFormat,
  onRows: (rows: number) => Promise<void>,
): Promise<ExportFile> {
  const tally: ExportTally = newTally();
  const bodies = async function* () {
    for (let after = 0; ; ) {
      const rows = await listBodies(handle, view, after, pageRows);
      for (const row of rows) yield row.body;
      await onRows(rows.length);
      const last = rows.at(-1);
      if (!last || rows.length < pageRows) return;
      after = last.id;
    }
  };
  const { bytes, sha256 } = await writeFile(
    join(folder, name),
    exportConversations(bodies(), format, tally),
  );
  const { written, skipped, reasons } = tally;
  return { name, format, bytes, sha256, written, skipped, reasons };
}

async function writeFile(path: string, chunks: AsyncIterable<string | Uint8Array>) {
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await open(path, "wx");
  try {
    for await (const chunk of chunks) bytes += await writeChunk(file, chunk, hash);
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function writeChunk(
  file: FileHandle,
  part: string | Uint8Array,
  hash: ReturnType<typeof createHash>,
) {
  const chunk = typeof part === "string" ? Buffer.from(part) : part;
  hash.update(chunk);
  await file.writeFile(chunk);
  return chunk.length;
}

async function writeCard(
  handle: ProjectHandle,
  view: View,
  folder: string,
  input: ExportRunInput,
  files: readonly ExportFile[],
): Promise<ExportFile> {
  const name = "README.md";
  const text = datasetCard(await cardFacts(handle, view, input, files));
  const chunks = async function* () {
    yield text;
  };
  const { bytes, sha256 } = await writeFile(join(folder, name), chunks());
  return { name, format: "card", bytes, sha256, written: 0, skipped: 0, reasons: {} };
}

async function cardFacts(
  handle: ProjectHandle,
  view: View,
  input: ExportRunInput,
  files: readonly ExportFile[],
): Promise<DatasetCardFacts> {
  const facets = await readFacets(handle, view, ["kind", "lang", "source"]);
  const [sums] = await handle.db.execute<{
    messages: number;
    tokens: number;
    description: string;
  }>(sql`
    select coalesce(sum(c.messages), 0)::float8 as messages, coalesce(sum(c.tokens), 0)::float8 as tokens,
      (select description from dataset where id = ${view.datasetId}) as description
    ${await rowsWhere(handle, view)}`);
  const recipes = await handle.db.execute<{ steps: { step: string }[]; recipe: string }>(sql`
    select r.input->'steps' as steps, r.input->>'recipe' as recipe
    from dataset_version v join run r on r.id = v.run_id
    where v.dataset_id = ${view.datasetId} and v.number <= ${input.version} and v.act = 'recipe' order by v.number`);
  const labels = new Map<string, string>(exporters.map((one) => [one.id, one.label]));
  const skipped: Record<string, number> = {};
  for (const file of files) {
    for (const [reason, count] of Object.entries(file.reasons)) {
      const name = files.length > 1 ? `${labels.get(file.format)}: ${reason}` : reason;
      skipped[name] = count;
    }
  }
  return {
    dataset: input.dataset,
    version: input.version,
    ...(sums?.description ? { description: sums.description } : {}),
    exportedAt: new Date().toISOString(),
    format: files.map((one) => labels.get(one.format) ?? one.format).join("; "),
    conversations: Math.max(0, ...files.map((one) => one.written)),
    messages: sums?.messages ?? 0,
    tokens: sums?.tokens ?? 0,
    skipped,
    languages: counts(facets.lang),
    sources: counts(facets.source),
    kinds: counts(facets.kind),
    steps: recipes.map((one) => `${one.recipe}: ${one.steps.map(({ step }) => step).join(", ")}`),
    ...(input.licence ? { licence: input.licence } : {}),
  };
}

const counts = (facet: readonly { value: string; count: number }[] | undefined) =>
  Object.fromEntries((facet ?? []).map((one) => [one.value, one.count]));
